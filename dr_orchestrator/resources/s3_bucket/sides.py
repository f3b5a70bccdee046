"""A bucket and the one that it is replicated to, compared by the objects that are current in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.resource_type import beside_the_source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.sides import Compared
from dr_orchestrator.errors import DrillFault, Stopped, Transient
from dr_orchestrator.resources.s3_bucket.objects.comparing import matched
from dr_orchestrator.resources.s3_bucket.objects.holding import Object, alike
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, current, every
from dr_orchestrator.resources.s3_bucket.source import Source
from dr_orchestrator.resources.sides import Pair, settled


class _Side:
    """The objects of one bucket, or of what lies in it under the prefix that is declared."""

    def __init__(self, resource: Resource, toolkit: Toolkit) -> None:
        self._resource, self._toolkit = resource, toolkit

    @property
    def source(self) -> Source:
        """The bucket, where it stands."""
        there = self._toolkit.at(beside_the_source(self._resource))
        return Source(self._resource, Selection(), there, frozenset())

    @property
    def api(self) -> Api:
        """S3, where it stands."""
        return self._toolkit.account_at(beside_the_source(self._resource)).api("s3")

    @property
    def where(self) -> Where:
        """Where its objects are read: as they are now, whichever version that is."""
        of = self.source.where
        return Where(of.bucket, of.prefix, of.owner, of.pays, versions=False)

    def seen(self) -> str:
        """The bucket, in words; NotRecoverable where there is none."""
        where = self.where
        self.api.call("ListObjectVersions", **where.given, Prefix=where.prefix, MaxKeys=1)
        return f"bucket {where.bucket} in {self.api.region}"

    def objects(self) -> Iterator[Version]:
        """Those that are current, in the order of their keys."""
        return current(self.api, self.where)

    def now(self, key: str) -> Version | None:
        """One object as it is now, as it is listed; None where there is none."""
        first = next(every(self.api, replace(self.where, prefix=key)), None)  # it comes before all that it begins
        return first if first is not None and first.key == key and first.latest and not first.marker else None

    def head(self, of: Version) -> Any:
        """The words of S3 on an object, with its checksums."""
        return self._toolkit.patiently(Object(self.api, self.where, of).head)

    def read(self, of: Version) -> str:
        """The SHA-256 of what an object holds."""
        return str(self._toolkit.patiently(Object(self.api, self.where, of).read))


class BucketSides:
    """A bucket of the lost region and the one that it is replicated to."""

    def __init__(self, lost: Resource, there: Resource, toolkit: Toolkit) -> None:
        self._lost, self._there, self._clock = _Side(lost, toolkit), _Side(there, toolkit), toolkit.clock

    def look(self) -> str:
        """That both are there."""
        return f"{self._lost.seen()}; {self._there.seen()}"

    def compare(self, check: SameInBoth) -> Compared:
        """Compare the two listings; what these do not tell of, or tell otherwise, is asked for one by one.

        An object that lies in both with one size and one ETag holds the same, for an ETag changes with what it holds.
        """
        here, there, same = 0, 0, 0
        apart: dict[str, Callable[[], Pair]] = {}
        for one, other in matched(self._lost.objects(), self._there.objects()):
            here, there = here + (one is not None), there + (other is not None)
            if one and other and (one.size, one.digest) == (other.size, other.digest):
                same += 1
            elif (either := one or other) is not None:
                apart[either.key] = partial(self._pair, either.key, check.read)
        found = settled(apart, self._clock, check.within)
        how = "by size and ETag as listed, else by checksums" + (", else by reading both" if check.read else "")
        return Compared("object", how, here, there, same, found)

    def _pair(self, key: str, read: bool) -> Pair:
        here, there = self._lost.now(key), self._there.now(key)
        if here is None or there is None:
            return Pair(_state(here), _state(there), here is there)
        return Pair(_state(here), _state(there), self._same(here, there, read))

    def _same(self, here: Version, there: Version, read: bool) -> bool | None:
        """Whether two objects hold the same; None where nothing tells, one went while it was asked, or lies in an
        archive, say, and cannot be read: that hides nothing of what the others prove.
        """
        if here.size != there.size or here.digest == there.digest:
            return here.size == there.size
        try:
            same = alike(self._lost.head(here), self._there.head(there))
            return self._lost.read(here) == self._there.read(there) if same is None and read else same
        except (Stopped, Transient):
            raise
        except DrillFault:
            return None


def _state(of: Version | None) -> tuple[str, int] | None:
    return (of.digest, of.size) if of is not None else None
