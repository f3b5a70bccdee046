"""The recovery points of an RDS instance: its snapshots, and its continuous backup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.rds import events, snapshots
from dr_orchestrator.aws.rds.bringing import Bringing, Snapshot
from dr_orchestrator.aws.rds.objects import SNAPSHOTS
from dr_orchestrator.aws.rds.traits import of_database
from dr_orchestrator.aws.toolkit import lag
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.rds_instance import options
from dr_orchestrator.resources.rds_instance.name import SNAPSHOT
from dr_orchestrator.resources.rds_instance.restore import RdsInstance

_BACKUPS = "rds:DescribeDBInstanceAutomatedBackups"


class RdsSnapshot(RdsInstance):
    """Restores from the snapshots of an instance."""

    def choose(self) -> RecoveryPoint:
        """The snapshot that the selection means, of those that are available, by the times of their data."""
        call, hint = "rds:DescribeDBSnapshots", "are automated backups on, and has the first snapshot been taken?"
        told = points.Told(self._resource.id, call, hint)
        return points.choose(self._snapshots(), self._selection, self._toolkit, told)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the data times of snapshots, up to now, and the longest that a backup took."""
        source = self._describe(self._resource.id) or {}
        taken = [point.data_time for point in self._snapshots()]
        days, created_at = source.get("BackupRetentionPeriod") or 0, source.get("InstanceCreateTime")
        if self._points_at is not self._toolkit:
            return points.worst_of_standing(self._snapshots(), until, "copied snapshot", created_at)
        times = points.rhythm(taken, until, days, created_at)
        took = points.took(lambda: events.longest_backup(self._api, self._resource.id, until)) if times else None
        return points.worst_case(times, until, took, unseen=points.unseen(times, until, days, created_at))

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for an instance from the snapshot, in isolation."""
        return self._ask(
            "RestoreDBInstanceFromDBSnapshot",
            copy,
            DBInstanceIdentifier=copy.id,
            DBSnapshotIdentifier=self._brought.last(copy).id if self._brought else point.id,
            OptionGroupName=options.given(self._resource, str(self._told(point).get("OptionGroupName") or "")),
        )

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:
        """The copies by which a snapshot comes to where the copy is to stand; none where that is beside its source."""
        return self._brought.parts(copy, self._snapshot(point)) if self._brought else ()

    @property
    def _brought(self) -> Bringing | None:
        to = self._resource.to
        if to is None or to.standing:
            return None
        return Bringing(SNAPSHOTS, SNAPSHOT, self._resource, to, self._toolkit, options=True)

    def _snapshot(self, point: RecoveryPoint) -> Snapshot:
        told = self._told(point)
        if not told:
            hint = "somebody deleted it meanwhile: choose another"
            raise NotRecoverable(f"no snapshot {point.id} any more", hint, "rds:DescribeDBSnapshots")
        return Snapshot(str(told["DBSnapshotArn"]), told.get("KmsKeyId") if told.get("Encrypted") else None)

    def _look_there(self, copy: Copy) -> list[PreflightCheck]:
        """The way of the snapshot, too."""
        way = self._brought.looks(copy, lambda: self._snapshot(self.choose())) if self._brought else ()
        return [*way, *super()._look_there(copy)]

    def key(self) -> str | None:
        """The key of the snapshot that would be taken: it may have been copied under another than its source's."""
        return self.key_of(self.choose())

    def key_of(self, point: RecoveryPoint) -> str | None:
        """The key of a snapshot that was chosen; None where it is not encrypted."""
        found = self._told(point)
        return found.get("KmsKeyId") if found.get("Encrypted") else None

    def option_group(self) -> str:
        """The option group of the snapshot that would be taken."""
        return str(self._told(self.choose()).get("OptionGroupName") or "")

    def _told(self, point: RecoveryPoint) -> Mapping[str, Any]:
        """The words of AWS on a snapshot; empty where it is not listed any more."""
        return next((each for each in self._listed() if each["DBSnapshotIdentifier"] == point.id), {})

    def _listed(self) -> list[Mapping[str, Any]]:
        api = self._api if self._points_at is self._toolkit else self._points_at.account.api("rds")
        return snapshots.listed(api, "DBSnapshot", DBInstanceIdentifier=self._resource.id)

    def _snapshots(self) -> list[RecoveryPoint]:
        found = self._listed()
        source = self._describe(self._resource.id) or {}
        ours = source.get("DbiResourceId")  # the name may have been another instance's before
        usable = (each for each in found if each.get("Status") == "available" and each.get("SnapshotCreateTime"))
        found = [each for each in usable if not ours or each.get("DbiResourceId", ours) == ours]
        if self._points_at is self._toolkit:
            return [_point(snapshot, self._resource.name) for snapshot in found]
        struck, region = self._toolkit.context.struck, self._points_at.account.region
        there = [each for each in found if each["SnapshotCreateTime"] <= struck]  # what came later helped nobody
        return [_point(snapshot, self._resource.name, f" in {region}") for snapshot in there]


class RdsPointInTime(RdsInstance):
    """Restores from the continuous backup of an instance."""

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time restore is off.

        Of a backup that is replicated to where the copy is to stand, what has come there by then.
        """
        if self._points_at is not self._toolkit:
            arn, window = self._replicated()
            point = self._toolkit.instant(self._selection, window, self._resource)
            return replace(point, id=f"{arn}@{point.data_time:%Y-%m-%dT%H:%M:%SZ}")
        source = self.described()
        if not source.get("BackupRetentionPeriod"):
            hint = "set BackupRetentionPeriod to 1 day or more"
            message = f"point-in-time restore is switched off for {self._resource.id} (backup retention 0)"
            raise NotRecoverable(message, hint, "rds:DescribeDBInstances")
        latest = source.get("LatestRestorableTime")
        if latest is None:
            raise NotRecoverable(f"{self._resource.id} has no restorable time yet", call="rds:DescribeDBInstances")
        return self._toolkit.instant(self._selection, (self._earliest() or latest, latest), self._resource)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        if self._points_at is not self._toolkit:
            return lag(self._replicated()[1], timedelta(), None, until)
        source = self.described()
        latest, earliest = source.get("LatestRestorableTime"), self._earliest()
        if latest is None:
            return None
        kept = timedelta(days=source.get("BackupRetentionPeriod") or 0)
        return lag((earliest or latest, latest), kept, source.get("InstanceCreateTime"), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for an instance as of the instant, in isolation."""
        here = self._points_at is self._toolkit
        return self._ask(
            "RestoreDBInstanceToPointInTime",
            copy,
            SourceDBInstanceIdentifier=self._resource.id if here else None,
            SourceDBInstanceAutomatedBackupsArn=None if here else point.id.partition("@")[0],
            TargetDBInstanceIdentifier=copy.id,
            RestoreTime=point.data_time,
            OptionGroupName=options.given(self._resource, self.option_group()),
        )

    def key(self) -> str | None:
        """The key of the backup that is restored: one that is replicated has one of its region."""
        if self._points_at is self._toolkit:
            return super().key()
        found = self._backup()
        return found.get("KmsKeyId") if found.get("Encrypted") else None

    def _replicated(self) -> tuple[str, tuple[datetime, datetime]]:
        """The backup's ARN there, and the window that it can be restored to; NotRecoverable where it has none yet."""
        found = self._backup()
        window = found.get("RestoreWindow") or {}
        if not window.get("EarliestTime") or not window.get("LatestTime"):
            told = f"the backup of {self._resource.id} in {self._points_at.account.region} has no restorable time yet"
            raise NotRecoverable(told, "wait until the first snapshot has come there", _BACKUPS)
        return str(found["DBInstanceAutomatedBackupsArn"]), (window["EarliestTime"], window["LatestTime"])

    def _backup(self) -> Mapping[str, Any]:
        """The backup of this very instance that is replicated to where the copy is to stand.

        What was left there has the same instance ARN: of one that had the name before, or of a replication that ended.
        """
        source, there = self.described(), self._points_at.account
        told = there.api("rds").pages(
            "DescribeDBInstanceAutomatedBackups",
            "DBInstanceAutomatedBackups",
            DBInstanceIdentifier=self._resource.id,
        )
        of = (source["DBInstanceArn"], source["DbiResourceId"])
        named = [each for each in told if (each.get("DBInstanceArn"), each.get("DbiResourceId")) == of]
        ours = [each for each in named if each.get("Status") != "retained"]
        if not ours:
            hint = "aws rds start-db-instance-automated-backups-replication, in that region"
            message = f"no automated backup of {self._resource.id} is replicated to {there.region}"
            raise NotRecoverable(message, hint, _BACKUPS)
        return max(ours, key=_reaches)

    def _earliest(self) -> datetime | None:
        pages = self._api.pages(
            "DescribeDBInstanceAutomatedBackups",
            "DBInstanceAutomatedBackups",
            DBInstanceIdentifier=self._resource.id,
        )
        return min((each["RestoreWindow"]["EarliestTime"] for each in pages if each.get("RestoreWindow")), default=None)


def _reaches(backup: Mapping[str, Any]) -> datetime:
    """The instant up to which a backup can be restored; of one that has none yet, before all others."""
    latest: datetime | None = (backup.get("RestoreWindow") or {}).get("LatestTime")
    return latest or datetime.min.replace(tzinfo=UTC)


def data_time_source(snapshot: Mapping[str, Any]) -> str:
    """The field that tells a snapshot's age, which is that of its data: SnapshotCreateTime changes when one is copied,
    so it comes last.
    """
    sources = ("SnapshotDatabaseTime", "OriginalSnapshotCreateTime", "SnapshotCreateTime")
    return next(name for name in sources if snapshot.get(name))


def _point(snapshot: Mapping[str, Any], store: str, where: str = "") -> RecoveryPoint:
    source = data_time_source(snapshot)
    return RecoveryPoint(
        id=snapshot["DBSnapshotIdentifier"],
        kind=PointKind.SNAPSHOT,
        data_time=snapshot[source],
        data_time_source=f"{source}{where}",
        created_at=snapshot.get("SnapshotCreateTime"),
        encrypted=snapshot.get("Encrypted"),
        size_gib=snapshot.get("AllocatedStorage"),
        store=store,
        traits=of_database(snapshot),
    )
