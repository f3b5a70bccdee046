"""How the backups of Aurora clusters are kept: snapshots, the continuous backup, what other regions and vaults hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.clusters.points import taken
from dr_orchestrator.aws.posture.ground import Ground, Once, Reader
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.rds.protection import Databases, remedies
from dr_orchestrator.aws.rds.traits import of_aurora
from dr_orchestrator.domain.posture.facts import Continuous, Elsewhere, Fact, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted


def reader(ground: Ground) -> Reader:
    """The reader of all clusters at a place."""
    return _Reader(ground)


class _Reader:
    def __init__(self, ground: Ground) -> None:
        self._ground, self._of = ground, Databases(ground, CLUSTERS, "DBClusterSnapshot")
        self._globals = Once(lambda: ground.listed("rds", "DescribeGlobalClusters", "GlobalClusters"))

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
            traits=of.traits(name, of_aurora),
            remedies=_remedies(resource, wanted),
        )

    def _continuous(self, name: str) -> Fact[Continuous]:
        def told() -> Continuous:
            source = self._of.described(name)
            latest = source.get("LatestRestorableTime")
            return Continuous(True, source.get("EarliestRestorableTime") or latest, latest)

        return self._ground.fact(self._of.call, told)

    def _sources(self, name: str, region: str) -> Iterable[Callable[[], Iterable[Elsewhere]]]:
        copies = self._of.copies
        return (
            lambda: copies(name, region, lambda each: self._dated(name, each)),
            lambda: self._secondary(name, region),
        )

    def _secondary(self, name: str, region: str) -> Iterator[Elsewhere]:
        """The cluster of a global one that follows it there."""
        arn = str(self._of.described(name)["DBClusterArn"])
        for each in self._globals():
            members = [str(member.get("DBClusterArn")) for member in each.get("GlobalClusterMembers", ())]
            if arn in members and any(other.split(":")[3:4] == [region] for other in members):
                yield Elsewhere(region, f"a secondary of the global cluster follows it in {region}")

    def _dated(self, name: str, snapshot: Mapping[str, Any]) -> datetime | None:
        """The age of a snapshot's data; of a copy that of its original, wherever that is."""
        known = {str(each["DBClusterSnapshotArn"]): each for each in self._of.snapshots(name)}
        found = taken(snapshot, known)
        return found[0] if found else None


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    target = next(iter(wanted.copy_in), "REGION")
    copied = f"a plan of AWS Backup that copies to {target}, or a secondary of a global cluster there"
    return {**remedies("db-cluster", "db-cluster", resource.id, wanted), Rule.POSTURE_ELSEWHERE: copied}
