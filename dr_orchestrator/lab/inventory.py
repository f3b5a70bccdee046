"""What exists in the lab, told by itself: used to show that nothing but a drill's copies was touched."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, World


def state(world: World) -> dict[str, Any]:
    """Every instance, cluster, snapshot, table and stack with identity, state and tags; and what the lab did wrong."""
    return {
        "now": world.now().isoformat(),
        "instances": _instances(),
        "snapshots": _snapshots(),
        "clusters": _clusters(),
        "cluster_snapshots": _cluster_snapshots(),
        "tables": _tables(),
        "stacks": _stacks(),
        "defects": list(world.defects),
    }


def _instances() -> dict[str, Any]:
    return {
        each.db_instance_identifier: {
            "arn": each.arn,
            "resource_id": each.dbi_resource_id,
            "status": each.status,
            "deletion_protection": each.deletion_protection,
            "multi_az": each.multi_az,
            "backup_retention_period": each.backup_retention_period,
            "security_groups": list(each.vpc_security_group_ids),
            "subnet_group": each.db_subnet_group.name,
            "tags": _tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].databases.values())
    }


def _snapshots() -> dict[str, Any]:
    return {
        each.db_snapshot_identifier: {
            "arn": each.arn,
            "instance": each.db_instance_identifier,
            "kind": each.snapshot_type,
            "status": each.status,
            "created": each.created.isoformat(),
            "tags": _tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].database_snapshots.values())
    }


def _clusters() -> dict[str, Any]:
    return {
        each.db_cluster_identifier: {
            "arn": each.db_cluster_arn,
            "resource_id": each.db_cluster_resource_id,
            "status": each.status,
            "deletion_protection": bool(each.deletion_protection),
            "members": [member.db_instance_identifier for member in each.members],
            "backup_retention_period": each.backup_retention_period,
            "security_groups": list(each.vpc_security_group_ids),
            "subnet_group": each.db_subnet_group_name,
            "tags": _tags(each.tags),
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
            "tags": _tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].cluster_snapshots.values())
    }


def _tables() -> dict[str, Any]:
    return {
        each.name: {
            "arn": each.table_arn,
            "status": getattr(each, "status", "ACTIVE"),
            "items": len(each),
            "deletion_protection": bool(each.deletion_protection_enabled),
            "tags": _tags(each.tags),
        }
        for each in list(dynamodb_backends[ACCOUNT][REGION].tables.values())
    }


def _stacks() -> dict[str, Any]:
    backend = cloudformation_backends[ACCOUNT][REGION]
    return {
        each.stack_id: {"name": each.name, "status": each.status, "tags": dict(each.tags)}
        for each in [*backend.stacks.values(), *backend.deleted_stacks.values()]
    }


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
