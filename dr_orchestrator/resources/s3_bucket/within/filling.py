"""Fills an environment's own bucket straight from production's versions: what that held at an instant, or a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.restored import OBJECT
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Check, Selection
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.contents import Contents
from dr_orchestrator.resources.s3_bucket.heartbeat import beats
from dr_orchestrator.resources.s3_bucket.objects.comparing import Comparing
from dr_orchestrator.resources.s3_bucket.objects.copying import Copying, Target, by_s3
from dr_orchestrator.resources.s3_bucket.objects.reading import Objects
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, current, lacking
from dr_orchestrator.resources.s3_bucket.objects.wanted import Wanted
from dr_orchestrator.resources.s3_bucket.restore import told
from dr_orchestrator.resources.s3_bucket.settings import Settings
from dr_orchestrator.resources.s3_bucket.source import Source
from dr_orchestrator.resources.s3_bucket.weighing import BESIDE, BESIDES, THROUGH, Weighing
from dr_orchestrator.resources.s3_bucket.within.carrying import by_hand

_POLICY = "where the bucket's own policy forbids it, `leave_out: [ITS POLICY]` does without that in the replica"


class BucketFilling:
    """The filling of the bucket of a stack; a Filler, and what its objects are compared with."""

    def __init__(self, resource: Resource, toolkit: Toolkit, stack: Copy, checks: Iterable[Check] = ()) -> None:
        """`checks` are those that read it: no sample leaves out a heartbeat that one of them names."""
        self._resource, self._tools, self._stack = resource, toolkit, stack
        self._source = Source(resource, Selection(), toolkit, beats(resource, checks))
        self._api = toolkit.account.api("s3")

    @cached_property
    def _there(self) -> Toolkit:
        """The tools, where the stack stands."""
        return self._tools.at(self._stack.place)

    @cached_property
    def _owner(self) -> str:
        return self._there.account.pinned or self._there.account.caller().account

    def preflight_checks(self) -> list[PreflightCheck]:
        """Source, versions, whether there is anything of now, its size, and its key."""
        return [
            PreflightCheck("source", self._source.seen),
            PreflightCheck("versions", self._source.versions_seen),
            PreflightCheck("inventory", self._source.inventory_seen),
            PreflightCheck("objects", self._look_at_objects),
            PreflightCheck("size", self._look_at_size, must=False),
            PreflightCheck("key", self._source.key_seen, must=False),
            PreflightCheck("replication", self._source.replication_seen, must=False),
        ]

    def _look_at_objects(self) -> str:
        self._source.raise_if_nothing(self._tools.clock.now())
        if self._there is self._tools:
            return "S3 copies them by itself"
        return "they are carried into the other account through this machine: no caller may read the one and put there"

    def _look_at_size(self) -> str:
        return self._weighing.seen(self._tools.target, self._tools.ceiling)

    @cached_property
    def _weighing(self) -> Weighing:
        return self._source.weighing(BESIDE if self._there is self._tools else THROUGH)

    def billed(self) -> Billed:
        """The objects of its source that would be copied, as far as AWS tells."""
        beside = self._there is self._tools
        return self._weighing.billed(BESIDES if beside else f"{BESIDES}, and the transfer to this machine")

    def choose(self) -> RecoveryPoint:
        """The newest instant; NotRecoverable where the bucket keeps no versions."""
        return self._source.choose()

    def worst_case(self, until: datetime) -> WorstCase | None:
        """As for a bucket that is restored by itself."""
        return self._source.worst_case(until)

    def fill(self, point: RecoveryPoint, member: Copy) -> Ready:
        """Copy what the stack's bucket lacks of what the source held at the instant."""
        self._source.raise_if_nothing(point.data_time)
        wanted, target = self._wanted(point.data_time, member), Target(member, self._owner)
        source, there = self._source.where, self._there.account.api("s3")
        beside = self._there is self._tools
        way = by_s3(there, source, target) if beside else by_hand(self._api, there, source, target)
        try:
            lacks = lacking(wanted.read(), self.objects(member))
            done = Copying(way, self._there, self._api, source, target, lacks).copy()
        except Denied as denied:
            denied.hint = "; ".join(filter(None, (denied.hint, _POLICY)))
            raise
        return Ready(words=told(wanted, done))

    def digests(self, copy: Copy) -> bool:
        """Whether the ETag of what was put there in one part is a digest of it: no key of KMS encrypts it."""
        return Settings(self._there.account.api("s3"), copy.id, self._owner).digests

    def wanted(self, copy: Copy) -> Wanted:
        """The objects that the stack's bucket has to hold: of the instant that the run chose."""
        journal = self._tools.context.journal
        points = [each.data_time for each in journal.points if each.store == self._resource.name] if journal else []
        if not points:
            raise NotMeasured(f"nothing tells to which instant {copy.id} was filled")
        return self._wanted(max(points), copy)

    def at(self, copy: Copy) -> Where:
        """Where the stack's bucket is read."""
        return Where(copy.id, owner=self._owner, versions=False)

    def objects(self, copy: Copy) -> Iterator[Version]:
        """The objects that the stack's bucket holds."""
        return current(self._there.account.api("s3"), self.at(copy))

    def _wanted(self, instant: datetime, copy: Copy) -> Wanted:
        return self._source.wanted(instant, copy.run, self._source.versions)

    @property
    def contents(self) -> Contents:
        """The objects as checks read them, in the stack's bucket and in production's."""
        there = self._there.account.api("s3")
        own = Objects(lambda name: (there, Where(name, owner=self._owner)))
        production = Objects(lambda _name: (self._api, self._source.everywhere))
        comparing = Comparing(self, there, self._tools.patiently)
        return Contents(_Both(own, production, self._resource.id), comparing, OBJECT)


class _Both:
    """The objects of either bucket, by its name."""

    def __init__(self, own: Objects, production: Objects, id: str) -> None:
        self._own, self._production, self._id = own, production, id

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The fields of the object of a key."""
        return self._of(parameters["TableName"]).call(operation, **parameters)

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every object."""
        return self._of(parameters["TableName"]).pages(operation, key, **parameters)

    def _of(self, name: str) -> Objects:
        return self._production if name == self._id else self._own
