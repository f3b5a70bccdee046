"""Empties a bucket of all that is in it: every version and delete marker, and uploads that were never finished."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import NotMeasured

VERSIONS = 1_000
"""How many S3 lists, and deletes, in one call."""

PASSES = 5
"""How often one is read through at most: while it is being emptied others may go on filling it."""

SHOWN = 3
"""How many of those that could not be deleted are told by name."""

GIVEN_UP = 10_000
"""After how many versions that cannot be deleted the others are left as well: the bucket stays anyway."""

TOLD = 100_000
"""After how many versions it is told how far the emptying is."""

_UNSAID = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The letters that XML has no words for: a key with one of these cannot be named among those that one call deletes."""

Kept = dict[tuple[str, ...], str]
"""The versions that could not be deleted, by key and version, and why."""


class Emptying:
    """The emptying of one bucket, which whoever asks for it has proven to be the run's."""

    def __init__(self, api: Api, bucket: str, owner: str) -> None:
        """`owner` is the account that it has to be: S3 refuses each call on one that is another's."""
        self._api, self._bucket, self._owner = api, bucket, owner

    def empty(self, tell: Callable[[str], None]) -> str:
        """Delete all that each listing shows, until one shows nothing that is not known to stay; return how much.

        `tell` is told that there is something to do, and now and then how far that is. NotMeasured where something
        stays.
        """
        deleted, told, kept = 0, -TOLD, Kept()
        for _ in range(PASSES):
            found = 0
            for page in self._versions():
                wanted = [each for each in page if _key(each) not in kept]
                if wanted and deleted >= told + TOLD:
                    tell(f"empties {self._bucket}" + (f": {counted(deleted, 'version')} so far" if deleted else ""))
                    told = deleted
                found += len(wanted)
                refused = self._delete(wanted)
                deleted += len(wanted) - len(refused)
                kept |= refused
                if len(kept) >= GIVEN_UP:
                    break
            if not found or len(kept) >= GIVEN_UP:
                break
        aborted = self._abort()
        if kept:
            raise NotMeasured(f"{left(kept)} of {self._bucket} could not be deleted", call="s3:DeleteObjects")
        return ", ".join(
            words
            for number, words in (
                (deleted, counted(deleted, "version or delete marker", "versions and delete markers")),
                (aborted, counted(aborted, "unfinished upload")),
            )
            if number
        )

    def _versions(self) -> Iterator[list[Mapping[str, Any]]]:
        """Every version and delete marker, in pages that one call can delete."""
        after: dict[str, str] = {}
        while True:
            told = self._ask("ListObjectVersions", MaxKeys=VERSIONS, **after)
            yield [*told.get("Versions", ()), *told.get("DeleteMarkers", ())]
            if not told.get("IsTruncated"):
                return
            after = {"KeyMarker": told["NextKeyMarker"], "VersionIdMarker": told["NextVersionIdMarker"]}

    def _delete(self, wanted: Sequence[Mapping[str, Any]]) -> Kept:
        """Delete versions; those that S3 did not delete, and why."""
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in wanted]
        for each in (one for one in objects if _UNSAID.search(one["Key"])):
            self._ask("DeleteObject", **each)
        sayable = [each for each in objects if not _UNSAID.search(each["Key"])]
        if not sayable:
            return {}
        told = self._ask("DeleteObjects", Delete={"Objects": sayable, "Quiet": True})
        return {_key(each): f"{each.get('Code')}: {each.get('Message')}" for each in told.get("Errors", ())}

    def _abort(self) -> int:
        """Abort every upload that was begun and not finished; their parts are charged for, and unseen."""
        number, given = 0, {"Bucket": self._bucket, "ExpectedBucketOwner": self._owner}
        for each in self._api.pages("ListMultipartUploads", "Uploads", **given):
            self._ask("AbortMultipartUpload", Key=each["Key"], UploadId=each["UploadId"])
            number += 1
        return number

    def _ask(self, operation: str, **given: Any) -> Mapping[str, Any]:
        """A call on the bucket, which S3 refuses where it is another account's."""
        return self._api.call(operation, Bucket=self._bucket, ExpectedBucketOwner=self._owner, **given)


def _key(version: Mapping[str, Any]) -> tuple[str, ...]:
    return str(version.get("Key")), str(version.get("VersionId"))


def left(kept: Mapping[tuple[str, ...], str]) -> str:
    """How many stay, the first of them by name, and every reason that was given."""
    names = ", ".join(repr(key[0]) for key in list(kept)[:SHOWN])
    more = f" and {len(kept) - SHOWN:,} more" if len(kept) > SHOWN else ""
    reasons = "; ".join(f"{why} ({number:,}x)" if number > 1 else why for why, number in Counter(kept.values()).items())
    return f"{names}{more} ({reasons})"
