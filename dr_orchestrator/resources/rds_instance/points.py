"""The recovery points of an RDS instance: its snapshots, and its continuous backup."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.toolkit import Toolkit, instant_in_window, lag
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase, gaps, largest_gap, percentile
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.rds_instance.restore import RdsInstance

HISTORY = timedelta(days=90)


class _Selecting(RdsInstance):
    """A restorer of an instance that is told which recovery point to take."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
    ) -> None:
        super().__init__(resource, toolkit, answers)
        self._selection = selection


class RdsSnapshot(_Selecting):
    """Restores from the snapshots of an instance."""

    def choose(self) -> RecoveryPoint:
        """The snapshot that the selection means, of those that are available, by the times of their data.

        Loss is counted from the disruption for the newest; for another, from the instant that it was chosen for.
        """
        known = (
            point
            for point in self._snapshots()
            if point.data_time <= (self._toolkit.context.disrupted or point.data_time)
        )
        points = sorted(known, key=lambda point: (point.data_time, point.id))
        if not points:
            hint = "are automated backups on, and has the first snapshot been taken?"
            raise NotRecoverable(f"no available snapshot of {self._resource.id}", hint, "rds:DescribeDBSnapshots")
        selection, now = self._selection, self._toolkit.clock.now()
        match selection.pick:
            case Pick.LATEST:
                return points[-1]
            case Pick.OLDEST:
                return _as_of_itself(points[0])
            case Pick.RANDOM:
                return _as_of_itself(random.Random(self._toolkit.run).choice(points))  # noqa: S311 - to be drawn again
        wanted = selection.at or now - (selection.ago or timedelta())
        before = [point for point in points if point.data_time <= wanted]
        if not before:
            oldest = f"the oldest is of {points[0].data_time:%Y-%m-%d %H:%M:%S} UTC"
            message = f"no snapshot of {self._resource.id} from before {wanted:%Y-%m-%d %H:%M:%S} UTC; {oldest}"
            raise NotRecoverable(message, call="rds:DescribeDBSnapshots")
        return replace(before[-1], reference=wanted)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the data times of snapshots, up to now, and the longest that a backup took.

        While a backup is being made there is only the one before it. One snapshot alone shows no rhythm.
        """
        times = self._rhythm(until)
        gap = largest_gap(times, until)
        if gap is None:
            return None
        backup = self._backup_time(until)
        known = f"plus {format_duration(backup)} for the backup" if backup else "the time a backup takes is not known"
        source = f"largest gap between {len(times)} snapshots, {format_duration(gap)}, {known}"
        known_all = backup is not None
        return WorstCase(
            gap + (backup or timedelta()), source, gap, percentile(gaps(times, until), 0.95), backup, known_all
        )

    def _rhythm(self, until: datetime) -> list[datetime]:
        """The data times that show how often snapshots are taken: of the last 90 days, and of the retention.

        What lies before the retention is only what was kept by hand: the gaps there say nothing. Else the gap that
        reaches into the period counts whole.
        """
        times = sorted(point.data_time for point in self._snapshots())
        if len(times) < 2:
            return []
        source = self._describe(self._resource.id) or {}
        days, born = source.get("BackupRetentionPeriod") or 0, source.get("InstanceCreateTime")
        start = until - min(HISTORY, timedelta(days=days) if days else HISTORY)
        before, within = [each for each in times if each < start], [each for each in times if each >= start]
        if days and len(within) == 1:
            return []
        if days and within:
            before = []
        if not before and within and born:  # from its birth nothing was there to restore until the first: a gap too
            before = [max(start, born)]
        return [*before[-1:], *within]

    def _backup_time(self, until: datetime) -> timedelta | None:
        try:
            return events.longest_backup(self._api, self._resource.id, until)
        except (NotMeasured, NotRecoverable):  # the gap is known all the same
            return None

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for an instance from the snapshot, in isolation."""
        return self._ask(
            "RestoreDBInstanceFromDBSnapshot", copy, DBInstanceIdentifier=copy.id, DBSnapshotIdentifier=point.id
        )

    def _key(self) -> str | None:
        """The key of the snapshot that would be taken: it may have been copied under another than its source's."""
        point = self.choose()
        found = self._api.call("DescribeDBSnapshots", DBSnapshotIdentifier=point.id)["DBSnapshots"]
        return found[0].get("KmsKeyId") if found and found[0].get("Encrypted") else None

    def _snapshots(self) -> list[RecoveryPoint]:
        found = self._api.pages("DescribeDBSnapshots", "DBSnapshots", DBInstanceIdentifier=self._resource.id)
        source = self._describe(self._resource.id) or {}
        ours = source.get("DbiResourceId")  # the name may have been another instance's before
        usable = (each for each in found if each.get("Status") == "available" and each.get("SnapshotCreateTime"))
        return [
            _point(snapshot, self._resource.name)
            for snapshot in usable
            if not ours or snapshot.get("DbiResourceId", ours) == ours
        ]


class RdsPointInTime(_Selecting):
    """Restores from the continuous backup of an instance."""

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time restore is off."""
        source = self._source()
        if not source.get("BackupRetentionPeriod"):
            hint = "set BackupRetentionPeriod to 1 day or more"
            message = f"point-in-time restore is switched off for {self._resource.id} (backup retention 0)"
            raise NotRecoverable(message, hint, "rds:DescribeDBInstances")
        latest = source.get("LatestRestorableTime")
        if latest is None:
            raise NotRecoverable(f"{self._resource.id} has no restorable time yet", call="rds:DescribeDBInstances")
        latest = self._toolkit.before_disruption(latest)
        earliest = self._earliest() or latest
        now, run = self._toolkit.clock.now(), self._toolkit.run
        return instant_in_window(self._selection, (earliest, latest), self._resource, now, run)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        source = self._source()
        latest, earliest = source.get("LatestRestorableTime"), self._earliest()
        if latest is None:
            return None
        kept = timedelta(days=source.get("BackupRetentionPeriod") or 0)
        return lag((earliest or latest, latest), kept, source.get("InstanceCreateTime"), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for an instance as of the instant, in isolation."""
        return self._ask(
            "RestoreDBInstanceToPointInTime",
            copy,
            SourceDBInstanceIdentifier=self._resource.id,
            TargetDBInstanceIdentifier=copy.id,
            RestoreTime=point.data_time,
        )

    def _earliest(self) -> datetime | None:
        pages = self._api.pages(
            "DescribeDBInstanceAutomatedBackups",
            "DBInstanceAutomatedBackups",
            DBInstanceIdentifier=self._resource.id,
        )
        return min((each["RestoreWindow"]["EarliestTime"] for each in pages if each.get("RestoreWindow")), default=None)


def _point(snapshot: Mapping[str, Any], store: str) -> RecoveryPoint:
    """A snapshot's age is that of its data; SnapshotCreateTime changes when a snapshot is copied, so it comes last."""
    sources = ("SnapshotDatabaseTime", "OriginalSnapshotCreateTime", "SnapshotCreateTime")
    source = next(name for name in sources if snapshot.get(name))
    return RecoveryPoint(
        id=snapshot["DBSnapshotIdentifier"],
        kind=PointKind.SNAPSHOT,
        data_time=snapshot[source],
        data_time_source=source,
        created_at=snapshot.get("SnapshotCreateTime"),
        encrypted=snapshot.get("Encrypted"),
        size_gib=snapshot.get("AllocatedStorage"),
        store=store,
    )


def _as_of_itself(point: RecoveryPoint) -> RecoveryPoint:
    """An old point drilled for its own sake: what it lost of its own instant is what counts, not its age."""
    return replace(point, reference=point.data_time)
