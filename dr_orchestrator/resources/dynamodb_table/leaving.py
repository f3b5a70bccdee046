"""The objects of an export in the bucket that the workspace declares: there for as long as a run needs them."""

from __future__ import annotations

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.template.shelf import SETTING
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.dynamodb_table.exporting import Into

_LIST = "s3:ListObjectVersions"


def look(toolkit: Toolkit, copy: Copy, into: Into) -> str:
    """The bucket, and that it can be read; NotMeasured where it cannot."""
    where = {"Bucket": into.bucket, "Prefix": f"{copy.id}/", "ExpectedBucketOwner": into.owner}
    try:
        toolkit.account.api("s3").call("ListObjectVersions", **where, MaxKeys=1)
    except NotFound as absent:
        raise NotMeasured(f"the bucket {into.bucket} for exports does not exist", SETTING, _LIST) from absent
    return f"exports lie in {into.bucket} until the run is over"


def policy(toolkit: Toolkit, into: Into) -> str:
    """The text of the bucket's policy; empty where it has none."""
    given = {"Bucket": into.bucket, "ExpectedBucketOwner": into.owner}
    try:
        return str(toolkit.account.api("s3").call("GetBucketPolicy", **given)["Policy"])
    except NotFound:
        return ""


def clear(toolkit: Toolkit, copy: Copy) -> None:
    """Delete every version of all that was exported for a table, and see that nothing is left."""
    owner = toolkit.account.pinned or toolkit.account.caller().account
    s3 = toolkit.account.api("s3")
    for bucket in toolkit.buckets:
        where = {"Bucket": bucket, "ExpectedBucketOwner": owner}

        def listed(where: dict[str, str] = where) -> list[tuple[str, str]]:
            try:
                found = [
                    each
                    for kind in ("Versions", "DeleteMarkers")
                    for each in s3.pages("ListObjectVersions", kind, **where, Prefix=f"{copy.id}/")
                ]
            except NotFound:
                return []
            return [(str(each["Key"]), str(each.get("VersionId", "null"))) for each in found]

        for key, version in toolkit.retry_transient(listed):
            given = {**where, "Key": key, "VersionId": version}
            toolkit.retry_transient(lambda given=given: s3.call("DeleteObject", **given))  # type: ignore[misc]
        if left := toolkit.absence_confirmed(lambda: [key for key, _ in listed()]):
            raise NotMeasured(f"{', '.join(left[:3])} in {bucket} was not deleted", "delete it by hand", _LIST)
