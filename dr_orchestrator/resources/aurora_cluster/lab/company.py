"""Puts the sample company's Aurora clusters into a fresh lab: members, parameter groups, backups of months."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate.logins import keep_login, keep_rotating
from dr_orchestrator.lab.estate.seed import KEPT, TAGS, Seed
from dr_orchestrator.resources.aurora_cluster.lab.backend import Clusters
from dr_orchestrator.resources.aurora_cluster.lab.databases import CLUSTERS, CompanyCluster
from dr_orchestrator.resources.aurora_cluster.lab.models.cluster import Cluster

_FAMILY = "aurora-postgresql16"


def make(seed: Seed) -> None:
    """Make the clusters."""
    _Clusters(seed).make()


def fill(seed: Seed) -> None:
    """Record what was taken of them before the lab began, and have it go on."""
    _Clusters(seed).make_backups()


class _Clusters:
    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._random = seed.random(11)

    def make(self) -> None:
        """Make them, encrypted by the company's key, in production's network."""
        for each in CLUSTERS:
            self._make_parameters(each)
            self._make(each, self._seed.key, *self._seed.network)

    def make_backups(self) -> None:
        """Record what RDS and AWS Backup took of them before the lab began, and have it go on."""
        for each in CLUSTERS:
            for at in self._instants(each.newest, each.every):
                self._backend.record_snapshot(self._cluster(each), at)
            for at in self._instants(timedelta(days=1), each.vaulted) if each.vaulted else ():
                self._backend.record_snapshot(self._cluster(each), at, "awsbackup")
            self._go_on(each, self._seed.start - each.newest + each.every)
            keep_rotating(each, self._seed)

    def _make(self, company: CompanyCluster, key: str, subnets: str, group: str) -> None:
        password = self._seed.writer.passwords[company.name] if self._seed.writer else secrets.token_urlsafe(18)
        given: dict[str, Any] = {
            "db_cluster_identifier": company.cluster,
            "engine": "aurora-postgresql",
            "engine_version": "16.9",
            "database_name": company.name,
            "port": 5432,
            "storage_encrypted": True,
            "kms_key_id": key,
            "deletion_protection": True,
            "backup_retention_period": KEPT.days,
            "copy_tags_to_snapshot": True,
            "db_cluster_parameter_group_name": f"{company.cluster}-cluster",
            "db_subnet_group_name": subnets,
            "vpc_security_group_ids": [group],
            "master_username": company.user,
            "master_user_password": password,
            "tags": list(TAGS),
        }
        if company.scaling:
            least, most = company.scaling
            given["serverless_v2_scaling_configuration"] = {"min_capacity": least, "max_capacity": most}
        made = cast(Cluster, self._backend.create_db_cluster(given))
        made.volume = company.gib
        made.database = self._seed.writer.databases[company.name] if self._seed.writer else None
        for number in range(1, company.members + 1):
            self._make_member(company, number)
        keep_login(company, password, list(TAGS), "dbClusterIdentifier")

    def _make_member(self, company: CompanyCluster, number: int) -> None:
        self._backend.create_db_instance(
            {
                "db_instance_identifier": f"{company.cluster}-{number}",
                "db_cluster_identifier": company.cluster,
                "db_instance_class": company.members_class,
                "engine": "aurora-postgresql",
                "db_parameter_group_name": f"{company.cluster}-instance",
                "availability_zone": f"{REGION}{'ab'[number % 2 - 1]}",
                "promotion_tier": number,
                "publicly_accessible": False,
                "tags": list(TAGS),
            }
        )

    def _make_parameters(self, company: CompanyCluster) -> None:
        told = f"parameters of {company.cluster}"
        self._backend.create_db_cluster_parameter_group(f"{company.cluster}-cluster", _FAMILY, told, list(TAGS))
        self._backend.create_db_parameter_group(
            {
                "db_parameter_group_name": f"{company.cluster}-instance",
                "db_parameter_group_family": _FAMILY,
                "description": told,
                "tags": list(TAGS),
            }
        )

    def _instants(self, newest: timedelta, every: timedelta) -> list[datetime]:
        at, found = self._seed.start - newest - timedelta(minutes=self._random.uniform(0, 20)), []
        while at > self._seed.start - KEPT:
            found.append(at)
            at -= every + timedelta(minutes=self._random.uniform(-4, 4))
        return found

    def _go_on(self, company: CompanyCluster, due: datetime) -> None:
        self._seed.world.agenda.at(due, lambda: self._scheduled(company, due))

    def _scheduled(self, company: CompanyCluster, now: datetime) -> None:
        self._go_on(company, now + company.every)
        cluster = self._cluster(company)
        if self._backend.clusters.get(company.cluster) is not cluster or cluster.status != "available":
            return
        self._backend.record_snapshot(cluster, now)
        self._backend.drop_automated(cluster, naive(now - KEPT))

    def _cluster(self, company: CompanyCluster) -> Cluster:
        return cast(Cluster, self._backend.clusters[company.cluster])

    @property
    def _backend(self) -> Clusters:
        return cast(Clusters, rds_backends[ACCOUNT][REGION])
