"""The versions of a bucket's objects, and which of them were current at an instant."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api

NULL = "null"
"""The one version that a key has of the time while versioning was off: what is written then takes its place."""

_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING")
SECOND = timedelta(seconds=1)
PAGE = 1_000
"""The most that S3 lists in one answer."""


@dataclass(frozen=True)
class Where:
    """Where objects are read: a bucket, what their keys begin with, and how the one who reads is known there.

    Of one that never kept `versions` no object's is named.
    """

    bucket: str
    prefix: str = ""
    owner: str = ""
    pays: bool = False
    versions: bool = True

    @property
    def given(self) -> dict[str, str]:
        """The parameters of every read there."""
        owner = {"ExpectedBucketOwner": self.owner} if self.owner else {}
        return {"Bucket": self.bucket, **owner, **({"RequestPayer": "requester"} if self.pays else {})}


@dataclass(frozen=True)
class Version:
    """One version of an object; a `marker` says that it was deleted."""

    key: str
    id: str
    modified: datetime
    size: int = 0
    digest: str = ""
    marker: bool = False
    latest: bool = False
    storage: str = ""

    @property
    def in_parts(self) -> bool:
        """Whether it was put together of parts: then its ETag is no digest of what it holds."""
        return "-" in self.digest

    @property
    def may_be_archived(self) -> bool:
        """Whether it lies in an archive, or S3 may have put it there by itself."""
        return self.storage in _ARCHIVES


@dataclass
class Tally:
    """The sums of a listing as of an instant, while it is read and when it is through.

    `doubtful` are keys that were written since the instant while versioning was off: what was there before is lost,
    if anything was. `tied` are keys that were written and deleted in one second: which came last is not told. `edge`
    are keys that have a version of the very second of the instant, of which nobody can tell whether it was there.
    """

    objects: int = 0
    bytes: int = 0
    deleted: int = 0
    doubtful: int = 0
    tied: int = 0
    newest: datetime | None = None
    edge: set[str] = field(default_factory=set)

    def count(self, version: Version) -> None:
        """Count an object that there was."""
        self.objects, self.bytes = self.objects + 1, self.bytes + version.size
        self.newest = max(self.newest or version.modified, version.modified)


def as_of(known: Iterable[Version], instant: datetime, tally: Tally | None = None) -> Iterator[Version]:
    """The version of each object that was current at an instant, of all that are known, in the order of their keys.

    S3 tells only the whole second in which a version was made, and a version of the instant's own second may be from
    after it: only those of earlier seconds are surely from before.
    """
    counted, instant = tally or Tally(), instant.replace(microsecond=0)
    for key, of_key in itertools.groupby(known, key=lambda each: each.key):
        versions = list(of_key)
        if any(instant <= each.modified < instant + SECOND for each in versions):
            counted.edge.add(key)
        counted.doubtful += any(each.id == NULL and each.modified >= instant for each in versions)
        of_then = [each for each in versions if each.modified < instant]
        newest = max(of_then, key=lambda each: each.modified, default=None)  # of one second the first that S3 lists
        if newest is not None and not newest.latest:
            counted.tied += any(each.modified == newest.modified and each.marker != newest.marker for each in of_then)
        if newest is not None and newest.marker:
            counted.deleted += 1
        elif newest is not None:
            counted.count(newest)
            yield newest


def every(api: Api, where: Where) -> Iterator[Version]:
    """Every version and delete marker, in the order of the keys, the newest of each first.

    Strange where a key is out of that order, by which two listings are compared: it is none that S3 listed.
    """
    after: dict[str, str] = {}
    last = ""
    while True:
        told = api.call("ListObjectVersions", **where.given, Prefix=where.prefix, MaxKeys=PAGE, **after)
        versions = (_read(each) for each in told.get("Versions", ()))
        markers = (_read(each, marker=True) for each in told.get("DeleteMarkers", ()))
        for each in heapq.merge(versions, markers, key=_order):
            if each.key < last:
                raise Strange(f"it lists {each.key!r} after {last!r}", "s3:ListObjectVersions")
            last = each.key
            yield each
        if not told.get("IsTruncated"):
            return
        after = {"KeyMarker": told["NextKeyMarker"]}
        if told.get("NextVersionIdMarker"):
            after["VersionIdMarker"] = told["NextVersionIdMarker"]


def current(api: Api, where: Where) -> Iterator[Version]:
    """The objects that a bucket without versions holds, in the order of their keys."""
    return (each for each in every(api, where) if each.latest and not each.marker)


def lacking(wanted: Iterable[Version], there: Iterator[Version]) -> Iterator[Version]:
    """Those that are wanted and not there yet, each as large; both come in the order of their keys."""
    seen = next(there, None)
    for each in wanted:
        while seen is not None and seen.key < each.key:
            seen = next(there, None)
        if seen is None or (seen.key, seen.size) != (each.key, each.size):
            yield each


def _order(version: Version) -> tuple[str, bool, float, bool]:
    """Within a key what is latest comes first, then by age; S3 tells versions and markers apart, each in its order."""
    return version.key, not version.latest, -version.modified.timestamp(), version.marker


def _read(told: Mapping[str, Any], *, marker: bool = False) -> Version:
    return Version(
        told["Key"],
        str(told.get("VersionId") or NULL),
        told["LastModified"],
        int(told.get("Size") or 0),
        str(told.get("ETag") or "").strip('"'),
        marker,
        bool(told.get("IsLatest")),
        str(told.get("StorageClass") or ""),
    )
