"""Aurora as AWS does it: a cluster's data is there without an instance, and is not reached without one."""

from __future__ import annotations

from typing import Any

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases import events, logins, quotas
from dr_orchestrator.lab.cloud.databases.clusters import answers, vaulted
from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.vaulting import Restores
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, tags
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.aurora_cluster.lab import company, statements


def _clusters() -> dict[str, Any]:
    return {
        each.db_cluster_identifier: {
            "arn": each.db_cluster_arn,
            "resource_id": each.db_cluster_resource_id,
            "status": each.status,
            "deletion_protection": bool(each.deletion_protection),
            "members": [member.db_instance_identifier for member in each.members],
            "switches": database.switches if (database := getattr(each, "database", None)) is not None else [],
            "backup_retention_period": each.backup_retention_period,
            "security_groups": list(each.vpc_security_group_ids),
            "subnet_group": each.db_subnet_group_name,
            "tags": tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].clusters.values())
    }


def _cluster_snapshots() -> dict[str, Any]:
    return {
        each.db_cluster_snapshot_identifier: {
            "arn": each.arn,
            "cluster": each.db_cluster_identifier,
            "kind": each.snapshot_type,
            "status": each.status,
            "created": each.created.isoformat(),
            "tags": tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].cluster_snapshots.values())
    }


TWIN = Twin(
    backends=((rds_backends, Clusters),),
    patches=(*answers.PATCHES, *events.PATCHES, *quotas.PATCHES, *logins.PATCHES, *statements.PATCHES),
    vaulted={"Aurora": Restores(vaulted.metadata, vaulted.restore, vaulted.NEEDS)},
    state={"clusters": _clusters, "cluster_snapshots": _cluster_snapshots},
    make=company.make,
    fill=company.fill,
)
