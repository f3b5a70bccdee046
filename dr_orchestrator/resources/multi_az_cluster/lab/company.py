"""Puts a company's multi-AZ DB clusters into a fresh lab, with the snapshots of a month, and lets them go on."""

from __future__ import annotations

import secrets
from typing import cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.cluster_backups import ClusterBackups
from dr_orchestrator.lab.estate.logins import keep_login, keep_rotating
from dr_orchestrator.lab.estate.seed import KEPT, TAGS, Seed
from dr_orchestrator.resources.multi_az_cluster.lab.entry import VERSIONS, ZonesCluster
from dr_orchestrator.resources.multi_az_cluster.name import NAME


def make(seed: Seed) -> None:
    """Make the clusters."""
    for id, each in seed.company.of(NAME).items():
        _make(seed, id, each)


def fill(seed: Seed) -> None:
    """Record what RDS took of them before the lab began, and have it go on."""
    random = seed.random(13)
    for id, each in seed.company.of(NAME).items():
        database = each.behind(id)
        ClusterBackups(seed, database).make(random)
        keep_rotating(database, seed)


def _make(seed: Seed, id: str, entry: ZonesCluster) -> None:
    database, key, (subnets, group) = entry.behind(id), seed.key, seed.network
    version, port = VERSIONS[entry.engine]
    password = seed.writer.passwords[id] if seed.writer else secrets.token_urlsafe(18)
    given = {
        "db_cluster_identifier": id,
        "db_cluster_instance_class": entry.instance_class,
        "engine": entry.engine,
        "engine_version": version,
        "database_name": database.name,
        "port": port,
        "allocated_storage": database.gib,
        "storage_type": "gp3",
        "iops": entry.iops,
        "storage_encrypted": True,
        "kms_key_id": key,
        "deletion_protection": database.protected,
        "publicly_accessible": False,
        "backup_retention_period": KEPT.days,
        "copy_tags_to_snapshot": True,
        "db_subnet_group_name": subnets,
        "vpc_security_group_ids": [group],
        "master_username": database.user,
        "master_user_password": password,
        "tags": list(TAGS),
    }
    made = cast(Cluster, cast(Clusters, rds_backends[ACCOUNT][REGION]).create_db_cluster(given))
    made.database = seed.writer.databases[id] if seed.writer else None
    keep_login(database, password, list(TAGS), "dbClusterIdentifier")
