"""Templates in a bucket, for as long as CloudFormation needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.template.shelf import SETTING, Shelf
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured


def tags(given: Given) -> dict[str, str]:
    """The tag of a stack of which templates lie in a bucket; none where it is given in the call."""
    return {TAG: given.shelf.bucket} if given.shelved else {}


class Shelving:
    """The templates that a copy has in the buckets that the workspace declares for that."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._toolkit = toolkit

    @property
    def _owner(self) -> str:
        """The account that replicas stand in: a bucket whose name somebody else has by now is none of ours."""
        return self._toolkit.account.pinned or self._toolkit.account.caller().account

    def _in(self, shelf: Shelf) -> dict[str, str]:
        return {"Bucket": shelf.bucket, "Prefix": shelf.prefix, "ExpectedBucketOwner": self._owner}

    def look(self, copy: Copy, given: Given) -> str:
        """The bucket, and that it can be read; NotMeasured where it cannot."""
        bucket, api = given.shelf.bucket, self._toolkit.account.api("s3")
        try:
            api.call("ListObjectVersions", **self._in(given.shelf), MaxKeys=1)
        except NotFound as absent:
            raise NotMeasured(
                f"the bucket {bucket} for {copy.id}'s templates does not exist", SETTING, _LIST
            ) from absent
        return f"templates lie in {bucket} while CloudFormation needs them"

    def put(self, given: Given) -> None:
        """Put the templates there that CloudFormation is to find there."""
        if not given.shelved:
            return
        self._toolkit.context.leaves_in(given.shelf.bucket)
        api = self._toolkit.account.api("s3")
        for text in given.shelved:
            held = {"Bucket": given.shelf.bucket, "ExpectedBucketOwner": self._owner}
            api.call("PutObject", **held, Key=given.shelf.key(text), Body=text.encode(), ContentType=_JSON)

    def raise_where_forgotten(self, copy: Copy, described: Mapping[str, Any] | None) -> None:
        """NotMeasured where templates lie in a bucket that neither the workspace names nor the ledger holds.

        Nothing there may be deleted. The stack tells the bucket by a tag of its own, a deleted one, too.
        """
        tags = {tag["Key"]: tag["Value"] for tag in (described or {}).get("Tags", [])}
        bucket = tags.get(TAG, "")
        if not bucket or bucket in self._toolkit.buckets:
            return
        if left := self._toolkit.retry_transient(lambda: self._listed(Shelf(bucket, copy.region, copy.id))):
            keys = ", ".join(dict.fromkeys(key for key, _ in left))
            told = f"{keys} in {bucket} was not deleted: tiers.yaml no longer names that bucket for templates"
            raise NotMeasured(told, "name it there once more and sweep, or delete it by hand", _LIST)

    def clear(self, copy: Copy, buckets: Iterable[str]) -> None:
        """Delete every version of all that a copy has there, and see that nothing is left."""
        for bucket in buckets:
            shelf = Shelf(bucket, copy.region, copy.id)
            for key, version in self._toolkit.retry_transient(lambda shelf=shelf: self._listed(shelf)):  # type: ignore[misc]
                delete = {"Bucket": bucket, "Key": key, "VersionId": version, "ExpectedBucketOwner": self._owner}
                self._toolkit.retry_transient(
                    lambda delete=delete: self._toolkit.account.api("s3").call("DeleteObject", **delete)  # type: ignore[misc]
                )
            left = self._toolkit.absence_confirmed(lambda shelf=shelf: [key for key, _ in self._listed(shelf)])  # type: ignore[misc]
            if left:
                raise NotMeasured(f"{', '.join(left)} in {bucket} was not deleted", "delete it by hand", _LIST)

    def _listed(self, shelf: Shelf) -> list[tuple[str, str]]:
        """The keys, and their versions, of what a copy has in a bucket; nothing where the bucket is gone."""
        api = self._toolkit.account.api("s3")
        try:
            found = [
                each
                for kind in ("Versions", "DeleteMarkers")
                for each in api.pages("ListObjectVersions", kind, **self._in(shelf))
            ]
        except NotFound:
            return []
        return [(str(each["Key"]), str(each.get("VersionId", "null"))) for each in found]


TAG = "dr-drill:templates"
"""The tag by which a stack tells the bucket that its templates lie in while CloudFormation needs them."""

_JSON, _LIST = "application/json", "s3:ListObjectVersions"
