"""A replica that stands in another region as the origin of a stack's database: one of the run's is promoted for it.

A stack makes its database anew, and CloudFormation knows two ways of that with data in it: of a snapshot, or of an
instant of automated backups. What was just promoted has no backups, and the first ones of any take a snapshot as well:
so one is taken of it, by the run, on the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.aws.rds.objects import SNAPSHOTS, Objects
from dr_orchestrator.aws.rds.quotas import room_for_snapshots
from dr_orchestrator.aws.rds.taking import TakenSnapshot
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance.name import SNAPSHOT
from dr_orchestrator.resources.rds_instance.origin import InstanceOrigin
from dr_orchestrator.runner import Followed


class PromotedOrigin(InstanceOrigin):
    """A standing replica, of which a template's own is made by way of a replica of the run's, promoted."""

    def __init__(self, resource: Resource, toolkit: Toolkit, stack: Copy, followed: Followed) -> None:
        """`followed` is the run's replica, and what promotes it."""
        super().__init__(resource, toolkit, stack)
        if followed.parts.restorer is None:
            raise TypeError(f"nothing promotes the replica of {resource.name}")
        self._replica, self._way = followed.copy, followed.parts.restorer

    @property
    def snapshot(self) -> Copy:
        """The snapshot of the run's replica, as planned, under that one's name."""
        return replace(self._replica, type=SNAPSHOT)

    def preflight_checks(self) -> list[PreflightCheck]:
        """As of each promotion, and whether the snapshot's name is free, and there is room for one."""
        there = self._toolkit.at(self.snapshot.place)
        objects = Objects(SNAPSHOTS, there)
        free = PreflightCheck("name of the snapshot", lambda: objects.name_is_free(self.snapshot))
        room = PreflightCheck("room for the snapshot", lambda: room_for_snapshots(SNAPSHOTS, [there.account]))
        return [*self._way.preflight_checks(self._replica), free, room]

    def billed(self) -> Billed:
        """Two of what it is: the run's replica stands for as long as the stack's own."""
        return replace(super().billed(), times=2)

    def foreseen(self) -> RecoveryPoint:
        """A point of now: what a replica holds is read in one that the run makes."""
        now = self._toolkit.clock.now()
        of = f"{self._resource.id}@{now:%Y-%m-%dT%H:%M:%SZ}"
        return self._sized(RecoveryPoint(of, PointKind.CONTINUOUS, now, "foreseen", store=self._resource.name))

    def choose(self) -> RecoveryPoint:
        """The content that was read in the run's replica just before the disruption."""
        try:
            return self._sized(self._way.choose())
        except NotMeasured as unread:
            hint = f"{unread.hint}; a script of flows that reads none has no `run.hold`: take that of this release"
            raise NotMeasured(unread.message, hint) from unread

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest lag of the standing replica, of 90 days."""
        return self._way.worst_case(until)

    def carried(self, point: RecoveryPoint) -> Sequence[Part]:  # noqa: ARG002 - there is the one
        """The snapshot of the run's replica, once that is promoted."""
        title = f"snapshot of the promoted replica of {self._resource.name}"
        return (TakenSnapshot(self._toolkit, self.snapshot, self._replica, title),)

    def _given(self, point: RecoveryPoint) -> dict[str, str]:  # noqa: ARG002
        return {"DBSnapshotIdentifier": self.snapshot.id}

    def _sized(self, point: RecoveryPoint) -> RecoveryPoint:
        """The point, with the storage that it needs."""
        return replace(point, size_gib=point.size_gib or self._size())
