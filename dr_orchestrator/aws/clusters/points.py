"""The recovery points of a DB cluster: its snapshots, and its continuous backup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.clusters.restoring import DbCluster, key_of
from dr_orchestrator.aws.rds import events, snapshots
from dr_orchestrator.aws.rds.bringing import Bringing, Snapshot
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS
from dr_orchestrator.aws.rds.traits import of_cluster_snapshot
from dr_orchestrator.aws.toolkit import Toolkit, lag
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.errors import NotRecoverable

FULL_COPY = "full-copy"
"""The one restore: a clone shares its source's pages, and proves nothing of a backup."""

_LISTING = "rds:DescribeDBClusterSnapshots"
_BY_RDS = re.compile(r"arn:[^:]+:rds:[^:]+:\d+:cluster-snapshot:rds:.+-(\d{4}(?:-\d\d){4})")
"""The ARN of what RDS takes by itself: named after the cluster and the minute, in UTC. No other name has a colon."""


class FromSnapshot(DbCluster):
    """Restores from the snapshots of a cluster."""

    def choose(self) -> RecoveryPoint:
        """The snapshot that the selection means, of those that are available, by the times of their data."""
        return self._chosen_of(self._snapshots())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the data times of snapshots, up to now, and the longest that one took."""
        if self._points_at is not self._toolkit:
            born = self.described().get("ClusterCreateTime")
            return points.worst_of_standing(self._points(self._snapshots()), until, "copied snapshot", born)
        source, found = self.described(), self._snapshots()
        days, created_at = source.get("BackupRetentionPeriod") or 0, source.get("ClusterCreateTime")
        times = points.rhythm((point.data_time for point in self._points(found)), until, days, created_at)
        took = points.took(lambda: events.longest_snapshot(self._api, found.keys(), until)) if times else None
        return points.worst_case(times, until, took)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a cluster from the snapshot, of its engine and version, in isolation."""
        found = self._snapshots().get(point.id)
        if found is None:
            raise NotRecoverable(f"no snapshot {point.id} of {self._resource.id} any more", call=_LISTING)
        return self._ask(
            "RestoreDBClusterFromSnapshot",
            copy,
            SnapshotIdentifier=self._brought.last(copy).id if self._brought else point.id,
            Engine=found.get("Engine") or self.described()["Engine"],
            EngineVersion=found.get("EngineVersion"),
            EngineMode=found.get("EngineMode") or None,
            KmsKeyId=None if self._brought else key_of(found),  # what was brought has a key of its place
        )

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:
        """The copies by which a snapshot comes to where the copy is to stand; none where that is beside its source."""
        return self._brought.parts(copy, self._snapshot(point.id)) if self._brought else ()

    @property
    def _brought(self) -> Bringing | None:
        to = self._resource.to
        if to is None or to.standing:
            return None
        return Bringing(CLUSTER_SNAPSHOTS, self.snapshot, self._resource, to, self._toolkit)

    def _snapshot(self, name: str) -> Snapshot:
        if (told := self._snapshots().get(name)) is None:
            raise NotRecoverable(f"no snapshot {name} of {self._resource.id} any more", call=_LISTING)
        return Snapshot(str(told["DBClusterSnapshotArn"]), key_of(told))

    def key(self) -> str | None:
        """The key of the snapshot that would be taken: it may have been copied under another than its source's."""
        return key_of(self._chosen())

    def key_of(self, point: RecoveryPoint) -> str | None:
        """The key of a snapshot that was chosen; None where it is not encrypted."""
        return key_of(self._snapshots().get(point.id, {}))

    def version(self) -> str:
        """The version of the snapshot that would be taken."""
        return str(self._chosen().get("EngineVersion", ""))

    def _chosen(self) -> Mapping[str, Any]:
        found = self._snapshots()
        return found[self._chosen_of(found).id]

    def _chosen_of(self, found: Mapping[str, Mapping[str, Any]]) -> RecoveryPoint:
        hint = "has the first been taken? a copy whose original is gone does not tell the age of its data"
        told = points.Told(self._resource.id, _LISTING, hint)
        return points.choose(self._points(found), self._selection, self._toolkit, told)

    def _snapshots(self) -> dict[str, Mapping[str, Any]]:
        """Those of this very cluster, by name: its own name may have been another's before."""
        return self._listed(self._points_at)

    def _listed(self, at: Toolkit) -> dict[str, Mapping[str, Any]]:
        ours, api = self.described()["DbClusterResourceId"], at.account.api("rds")
        found = snapshots.listed(api, "DBClusterSnapshot", DBClusterIdentifier=self._resource.id)
        return {each["DBClusterSnapshotIdentifier"]: each for each in found if each.get("DbClusterResourceId") == ours}

    def _points(self, found: Mapping[str, Mapping[str, Any]]) -> list[RecoveryPoint]:
        """Those that can be restored and whose data's age is known; a copy's is that of its original.

        Of those that lie where the copy is to stand, the ones that had come there when disaster struck.
        """
        standing = self._points_at is not self._toolkit
        known = [*found.values(), *(self._listed(self._toolkit).values() if standing else ())]
        by_arn = {str(each.get("DBClusterSnapshotArn")): each for each in known}
        away = self._points_at.account.region if standing else ""
        told = [(each, taken(each, by_arn, away)) for each in found.values() if each.get("Status") == "available"]
        where = f" in {away}" if standing else ""
        dated = [_point(each, *of, self._resource.name, where) for each, of in told if of is not None]
        struck = self._toolkit.context.struck
        return [each for each in dated if each.created_at and each.created_at <= struck] if standing else dated


class FromInstant(DbCluster):
    """Restores from the continuous backup of a cluster."""

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where there is none yet."""
        return self._toolkit.instant(self._selection, self._window(), self._resource)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        source = self.described()
        kept = timedelta(days=source.get("BackupRetentionPeriod") or 0)
        return lag(self._window(), kept, source.get("ClusterCreateTime"), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a cluster as of the instant, whole and not as a clone, in isolation."""
        return self._ask(
            "RestoreDBClusterToPointInTime",
            copy,
            SourceDBClusterIdentifier=self._resource.id,
            RestoreToTime=point.data_time,
            RestoreType=FULL_COPY,
            KmsKeyId=self.key(),
        )

    def _window(self) -> tuple[datetime, datetime]:
        source = self.described()
        latest = source.get("LatestRestorableTime")
        if latest is None:
            raise NotRecoverable(f"{self._resource.id} has no restorable time yet", call="rds:DescribeDBClusters")
        return source.get("EarliestRestorableTime") or latest, latest


def taken(
    snapshot: Mapping[str, Any], by_arn: Mapping[str, Mapping[str, Any]], copies_in: str = ""
) -> tuple[datetime, str] | None:
    """The instant of a snapshot's data, and what tells it; None where nothing does.

    AWS gives a copy the time of its copying, and no other: its original has to be there still, or to have been taken by
    RDS itself, whose names say the minute. What is younger than its copy has the original's name and is none. In a
    region into which all are `copies_in`, none is an original, whether it tells of one or not.
    """
    seen, last = {str(snapshot.get("DBClusterSnapshotArn"))}, snapshot
    while origin := last.get("SourceDBClusterSnapshotArn"):
        if origin in seen:
            return None
        if not _is_original(by_arn.get(origin), last):
            named = _BY_RDS.fullmatch(origin)
            at = datetime.strptime(named[1], "%Y-%m-%d-%H-%M").replace(tzinfo=UTC) if named else None
            return (at, "name of its automated original") if at else None
        seen.add(origin)
        last = by_arn[origin]
    if copies_in and f":rds:{copies_in}:" in str(last.get("DBClusterSnapshotArn")):
        return None
    at, copied = last.get("SnapshotCreateTime"), last is not snapshot
    return (at, "SnapshotCreateTime of its original" if copied else "SnapshotCreateTime") if at else None


def _is_original(known: Mapping[str, Any] | None, copy: Mapping[str, Any]) -> bool:
    """Whether what has the name of a copy's original was there when that was made."""
    if known is None:
        return False
    at, copied = known.get("SnapshotCreateTime"), copy.get("SnapshotCreateTime")
    return at is not None and copied is not None and bool(at <= copied)


def _point(snapshot: Mapping[str, Any], at: datetime, source: str, store: str, where: str) -> RecoveryPoint:
    return RecoveryPoint(
        id=snapshot["DBClusterSnapshotIdentifier"],
        kind=PointKind.SNAPSHOT,
        data_time=at,
        data_time_source=f"{source}{where}",
        created_at=snapshot.get("SnapshotCreateTime"),
        encrypted=snapshot.get("StorageEncrypted"),
        store=store,
        traits=of_cluster_snapshot(snapshot),
    )
