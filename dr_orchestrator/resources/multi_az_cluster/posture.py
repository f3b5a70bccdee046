"""How the backups of multi-AZ DB clusters are kept: snapshots, the continuous backup, what other regions hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.clusters.points import taken
from dr_orchestrator.aws.posture.ground import Ground, Reader
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.rds.protection import Databases, remedies
from dr_orchestrator.aws.rds.traits import of_database
from dr_orchestrator.domain.posture.facts import Continuous, Elsewhere, Fact, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.multi_az_cluster.name import STAYS

_NO_WAY = f"{STAYS}; what has to outlive its region is an RDS instance's or Aurora's to hold"


def reader(ground: Ground) -> Reader:
    """The reader of all such clusters at a place."""
    return _Reader(ground)


class _Reader:
    def __init__(self, ground: Ground) -> None:
        self._ground, self._of = ground, Databases(ground, CLUSTERS, "DBClusterSnapshot")

    def __call__(self, resource: Resource, wanted: Wanted) -> Protection:
        name, of = resource.id, self._of
        return Protection(
            created_at=of.created_at(name),
            points=of.points(name, lambda each: self._dated(name, each)),
            kept=of.kept(name),
            encryption=of.encryption(name),
            elsewhere=of.elsewhere(name, wanted, lambda region: self._sources(name, region)),
            lock=of.lock(name, wanted) if wanted.immutable else Protection().lock,
            continuous=self._continuous(name),
            deletion=of.deletion(name),
            scheduled=True,
            traits=of.traits(name, of_database),
            remedies={**remedies("db-cluster", "db-cluster", name, wanted), Rule.POSTURE_ELSEWHERE: _NO_WAY},
        )

    def _continuous(self, name: str) -> Fact[Continuous]:
        def told() -> Continuous:
            source = self._of.described(name)
            latest = source.get("LatestRestorableTime")
            return Continuous(True, source.get("EarliestRestorableTime") or latest, latest)

        return self._ground.fact(self._of.call, told)

    def _sources(self, name: str, region: str) -> Iterable[Callable[[], Iterable[Elsewhere]]]:
        return (lambda: self._of.copies(name, region, lambda each: self._dated(name, each)),)

    def _dated(self, name: str, snapshot: Mapping[str, Any]) -> datetime | None:
        """The age of a snapshot's data; of a copy that of its original, wherever that is."""
        known = {str(each["DBClusterSnapshotArn"]): each for each in self._of.snapshots(name)}
        found = taken(snapshot, known)
        return found[0] if found else None
