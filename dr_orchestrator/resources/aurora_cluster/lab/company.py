"""Puts a company's Aurora clusters into a fresh lab: members, parameter groups, backups of months."""

from __future__ import annotations

import secrets
from random import Random
from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.cluster_backups import ClusterBackups
from dr_orchestrator.lab.estate.logins import keep_login, keep_rotating
from dr_orchestrator.lab.estate.seed import KEPT, TAGS, Seed
from dr_orchestrator.resources.aurora_cluster.lab import entry
from dr_orchestrator.resources.aurora_cluster.lab.entry import ENGINE
from dr_orchestrator.resources.aurora_cluster.name import NAME

_FAMILY = "aurora-postgresql16"


def make(seed: Seed) -> None:
    """Make the clusters."""
    for id, each in seed.company.of(NAME).items():
        _Cluster(seed, id, each).make()


def fill(seed: Seed) -> None:
    """Record what was taken of them before the lab began, and have it go on."""
    random = seed.random(11)
    for id, each in seed.company.of(NAME).items():
        _Cluster(seed, id, each).make_backups(random)


class _Cluster:
    def __init__(self, seed: Seed, id: str, entry: entry.Cluster) -> None:
        self._seed, self._id, self._entry, self._database = seed, id, entry, entry.behind(id)

    def make(self) -> None:
        """Make it, encrypted by the company's key, in production's network."""
        self._make_parameters()
        self._make(self._seed.key, *self._seed.network)

    def make_backups(self, random: Random) -> None:
        """Record what RDS and AWS Backup took of it before the lab began, and have it go on."""
        ClusterBackups(self._seed, self._database).make(random, self._entry.vaulted)
        keep_rotating(self._database, self._seed)

    def _make(self, key: str, subnets: str, group: str) -> None:
        database = self._database
        password = self._seed.writer.passwords[self._id] if self._seed.writer else secrets.token_urlsafe(18)
        given: dict[str, Any] = {
            "db_cluster_identifier": self._id,
            "engine": ENGINE,
            "engine_version": "16.9",
            "database_name": database.name,
            "port": 5432,
            "storage_encrypted": True,
            "kms_key_id": key,
            "deletion_protection": database.protected,
            "backup_retention_period": KEPT.days,
            "copy_tags_to_snapshot": True,
            "db_cluster_parameter_group_name": f"{self._id}-cluster",
            "db_subnet_group_name": subnets,
            "vpc_security_group_ids": [group],
            "master_username": database.user,
            "master_user_password": password,
            "tags": list(TAGS),
        }
        if scaling := self._entry.scaling:
            least, most = scaling.least, scaling.most
            given["serverless_v2_scaling_configuration"] = {"min_capacity": least, "max_capacity": most}
        made = cast(Cluster, self._backend.create_db_cluster(given))
        made.volume = database.gib
        made.database = self._seed.writer.databases[self._id] if self._seed.writer else None
        for number in range(1, self._entry.members + 1):
            self._make_member(number)
        keep_login(database, password, list(TAGS), "dbClusterIdentifier")

    def _make_member(self, number: int) -> None:
        self._backend.create_db_instance(
            {
                "db_instance_identifier": f"{self._id}-{number}",
                "db_cluster_identifier": self._id,
                "db_instance_class": self._entry.members_class,
                "engine": ENGINE,
                "db_parameter_group_name": f"{self._id}-instance",
                "availability_zone": f"{REGION}{'ab'[number % 2 - 1]}",
                "promotion_tier": number,
                "publicly_accessible": False,
                "tags": list(TAGS),
            }
        )

    def _make_parameters(self) -> None:
        told = f"parameters of {self._id}"
        self._backend.create_db_cluster_parameter_group(f"{self._id}-cluster", _FAMILY, told, list(TAGS))
        self._backend.create_db_parameter_group(
            {
                "db_parameter_group_name": f"{self._id}-instance",
                "db_parameter_group_family": _FAMILY,
                "description": told,
                "tags": list(TAGS),
            }
        )

    @property
    def _backend(self) -> Clusters:
        return cast(Clusters, rds_backends[ACCOUNT][REGION])
