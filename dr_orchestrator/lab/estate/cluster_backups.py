"""The backups of a company's clusters: those from before the lab began, and the schedule by which more are taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.lab.estate.seed import KEPT, Seed


class ClusterBackups:
    """The backups of one cluster."""

    def __init__(self, seed: Seed, database: CompanyDatabase) -> None:
        self._seed, self._database = seed, database

    def make(self, random: Random, vaulted: timedelta | None = None) -> None:
        """Record what RDS took of it before the lab began, and have it go on; AWS Backup, as often as `vaulted`."""
        each = self._database
        for at in self._instants(random, each.newest, each.every):
            self._backend.record_snapshot(self._cluster, at)
        for at in self._instants(random, timedelta(days=1), vaulted) if vaulted else ():
            self._backend.record_snapshot(self._cluster, at, "awsbackup")
        self._go_on(self._seed.start - each.newest + each.every)

    def _instants(self, random: Random, newest: timedelta, every: timedelta) -> list[datetime]:
        at, found = self._seed.start - newest - timedelta(minutes=random.uniform(0, 20)), []
        while at > self._seed.start - KEPT:
            found.append(at)
            at -= every + timedelta(minutes=random.uniform(-4, 4))
        return found

    def _go_on(self, due: datetime) -> None:
        self._seed.world.agenda.at(due, lambda: self._scheduled(due))

    def _scheduled(self, now: datetime) -> None:
        self._go_on(now + self._database.every)
        cluster = self._cluster
        if self._backend.clusters.get(self._database.id) is not cluster or cluster.status != "available":
            return
        self._backend.record_snapshot(cluster, now)
        self._backend.drop_automated(cluster, naive(now - KEPT))

    @property
    def _cluster(self) -> Cluster:
        return cast(Cluster, self._backend.clusters[self._database.id])

    @property
    def _backend(self) -> Clusters:
        return cast(Clusters, rds_backends[ACCOUNT][REGION])
