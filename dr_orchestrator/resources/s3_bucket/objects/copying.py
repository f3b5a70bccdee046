"""Copies the versions that are wanted into another bucket: side by side, S3 from S3, and goes on where it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects import large
from dr_orchestrator.resources.s3_bucket.objects.lanes import Lanes
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, every

TOLD_EVERY = 30.0
"""Drill seconds between two words on how far it is."""

ARCHIVED = ("InvalidObjectState", "ObjectNotInActiveTierError")
"""How S3 says that an object lies in an archive, from where it has to be fetched for hours first."""


Way = Callable[[Version, Callable[[], None]], None]
"""Copies one version; the other raises where that was given up meanwhile."""


@dataclass(frozen=True)
class Target:
    """The run's bucket, and whose it is."""

    copy: Copy
    owner: str

    @property
    def given(self) -> dict[str, str]:
        """The parameters of every write there: S3 refuses it where the bucket is another's."""
        return {"Bucket": self.copy.id, "ExpectedBucketOwner": self.owner}


@dataclass
class Done:
    """The outcome of a copying: objects and bytes, and how many lie in an archive that gives nothing at once."""

    objects: int = 0
    bytes: int = 0
    archived: int = 0


class Copying:
    """The copying of versions from one bucket into another; each object is there whole, or not at all."""

    def __init__(
        self, way: Way, toolkit: Toolkit, api: Api, source: Where, target: Target, wanted: Iterator[Version]
    ) -> None:
        """`api` reads the source."""
        self._way, self._toolkit, self._api, self._source, self._target = way, toolkit, api, source, target
        self._lanes = Lanes(wanted, self._one, f"the objects of {source.bucket}")
        self._counting, self._done = threading.Lock(), Done()
        self._began = self._told_at = toolkit.clock.monotonic()

    def copy(self) -> Done:
        """Copy all that are wanted; NotRecoverable where one is not to be had any more, NotMeasured where it takes
        longer than a restore is measured.
        """
        self._lanes.run()
        return self._done

    def _one(self, version: Version) -> None:
        try:
            self._toolkit.patiently(lambda: self._ask(version))
        except NotFound as gone:
            raise self._missing(version) from gone
        except Refused as refused:
            if refused.code not in ARCHIVED:
                raise
            self._count(archived=1)
        else:
            self._count(objects=1, size=version.size)

    def _missing(self, version: Version) -> DrillFault:
        """The fault of a version that was listed and is not to be had: that it was deleted, where its key is still
        known and the version is not; else a listing may have told of what never was.
        """
        listed = every(self._api, replace(self._source, prefix=version.key))
        known = [each for each in listed if each.key == version.key]
        alike = any(_content(each) == _content(version) for each in known)
        told = f"version {version.id} of '{version.key}'"
        if known and not alike:
            told = f"{told} was deleted from {self._source.bucket} meanwhile"
            return NotRecoverable(told, "is there a lifecycle rule that lets it expire?", "s3:CopyObject")
        hint = "was all of that key deleted meanwhile? run the drill again"
        return NotMeasured(f"{self._source.bucket} listed {told}, and does not give it", hint, "s3:CopyObject")

    def _ask(self, version: Version) -> None:
        self._raise_if_over()
        self._way(version, self._raise_if_over)

    def _raise_if_over(self) -> None:
        """Raise where it was given up, or goes on for longer than a restore is measured: then nobody waits for it."""
        if self._toolkit.clock.monotonic() - self._began > self._toolkit.ceiling:
            told = f"{self._source.bucket} was not copied in {self._toolkit.ceiling / 3600:.1f} h: {_told(self._done)}"
            raise NotMeasured(f"{told}, and then it was given up", "restore a `sample`, or what is under a `prefix`")
        self._lanes.raise_if_over()

    def _count(self, objects: int = 0, size: int = 0, archived: int = 0) -> None:
        """Count, and tell now and then how far it is: one lane at a time."""
        with self._counting:
            done = self._done
            done.objects, done.bytes = done.objects + objects, done.bytes + size
            done.archived += archived
            if (now := self._toolkit.clock.monotonic()) - self._told_at >= TOLD_EVERY:
                self._told_at = now
                self._toolkit.context.observe(self._target.copy, _told(done))


def _told(done: Done) -> str:
    return f"{counted(done.objects, 'object')} of {counted(done.bytes, 'byte')} copied"


def _content(version: Version) -> tuple[datetime, int, str]:
    return version.modified, version.size, version.digest


def by_s3(api: Api, source: Where, target: Target) -> Way:
    """The way within one account: S3 copies by itself, and nothing of it comes here."""

    def copy(version: Version, raise_if_over: Callable[[], None]) -> None:
        if version.size > large.MOST:
            large.copy(api, source, version, target.given, raise_if_over)
            return
        named = {"Bucket": source.bucket, "Key": version.key, "VersionId": version.id}
        pays = {"RequestPayer": "requester"} if source.pays else {}
        api.call("CopyObject", **target.given, Key=version.key, CopySource=named, **pays)

    return copy
