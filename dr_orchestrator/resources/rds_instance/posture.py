"""How the backups of RDS instances are kept: snapshots, the continuous backup, what other regions and vaults hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.posture.ground import Ground, Reader, Shared
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.rds.protection import Databases, remedies
from dr_orchestrator.aws.rds.traits import of_database
from dr_orchestrator.domain.posture.facts import Continuous, Elsewhere, Fact, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.rds_instance.points import data_time_source

_WINDOWS = "rds:DescribeDBInstanceAutomatedBackups"


def reader(ground: Ground) -> Reader:
    """The reader of all instances at a place."""
    return _Reader(ground)


class _Reader:
    def __init__(self, ground: Ground) -> None:
        self._ground, self._of = ground, Databases(ground, INSTANCES, "DBSnapshot")
        self._windows = Shared(self._list_windows)

    def __call__(self, resource: Resource, wanted: Wanted) -> Protection:
        name, of = resource.id, self._of
        return Protection(
            created_at=of.created_at(name),
            points=of.points(name, _dated),
            kept=of.kept(name),
            encryption=of.encryption(name),
            elsewhere=of.elsewhere(name, wanted, lambda region: self._sources(name, region)),
            lock=of.lock(name, wanted) if wanted.immutable else Protection().lock,
            continuous=self._continuous(name),
            deletion=of.deletion(name),
            scheduled=True,
            traits=of.traits(name, of_database),
            remedies=_remedies(resource, wanted),
        )

    def _continuous(self, name: str) -> Fact[Continuous]:
        def told() -> Continuous:
            source = self._of.described(name)
            if not source.get("BackupRetentionPeriod"):
                return Continuous(False)
            window = self._window(name, self._ground.region)
            latest = source.get("LatestRestorableTime")
            return Continuous(True, window.get("EarliestTime") or latest, latest)

        return self._ground.fact(_WINDOWS, told)

    def _sources(self, name: str, region: str) -> Iterable[Callable[[], Iterable[Elsewhere]]]:
        return (lambda: self._replicated(name, region), lambda: self._of.copies(name, region, _dated))

    def _replicated(self, name: str, region: str) -> Iterator[Elsewhere]:
        """The automated backups that RDS itself replicates there."""
        if window := self._window(name, region):
            yield Elsewhere(region, f"automated backups are replicated to {region}", window.get("LatestTime"))

    def _window(self, name: str, region: str) -> Mapping[str, Any]:
        window: Mapping[str, Any] = self._windows(region).get(str(self._of.described(name)["DbiResourceId"]), {})
        return window

    def _list_windows(self, region: str) -> Mapping[str, Mapping[str, Any]]:
        found = self._ground.listed("rds", "DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups", region)
        return {str(each["DbiResourceId"]): each.get("RestoreWindow") or {} for each in found}


def _dated(snapshot: Mapping[str, Any]) -> datetime | None:
    at: datetime | None = snapshot[data_time_source(snapshot)] if snapshot.get("SnapshotCreateTime") else None
    return at


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    target = next(iter(wanted.copy_in), "REGION")
    replicate = f"`aws rds start-db-instance-automated-backups-replication --region {target}"
    found = remedies("db-instance", "db-instance", resource.id, wanted)
    return {**found, Rule.POSTURE_ELSEWHERE: f"{replicate} --source-db-instance-arn ARN --kms-key-id KEY`"}
