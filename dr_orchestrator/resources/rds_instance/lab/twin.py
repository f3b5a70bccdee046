"""RDS as AWS does it: restores that take their time, windows that are checked, events, a False that counts."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases import events, logins, quotas
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, tags
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.rds_instance.lab import company, from_template, listings, replicas, standby, vaulted
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.models import Instance


def _instances() -> dict[str, Any]:
    """All instances: those of clusters, which stand among them, have no standby."""
    there = cast("list[Instance]", list(rds_backends[ACCOUNT][REGION].databases.values()))
    return {
        each.db_instance_identifier: {
            "arn": each.arn,
            "resource_id": each.dbi_resource_id,
            "status": each.status,
            "deletion_protection": each.deletion_protection,
            "multi_az": each.multi_az,
            "zones": [each.availability_zone, getattr(each, "secondary_availability_zone", None)],
            "switches": database.switches if (database := getattr(each, "database", None)) is not None else [],
            "backup_retention_period": each.backup_retention_period,
            "security_groups": list(each.vpc_security_group_ids),
            "subnet_group": each.db_subnet_group.name,
            "tags": tags(each.tags),
        }
        for each in there
    }


def _snapshots() -> dict[str, Any]:
    return {
        each.db_snapshot_identifier: {
            "arn": each.arn,
            "instance": each.db_instance_identifier,
            "kind": each.snapshot_type,
            "status": each.status,
            "created": each.created.isoformat(),
            "tags": tags(each.tags),
        }
        for each in list(rds_backends[ACCOUNT][REGION].database_snapshots.values())
    }


TWIN = Twin(
    backends=((rds_backends, Rds),),
    patches=(
        *listings.PATCHES,
        *standby.PATCHES,
        *replicas.PATCHES,
        *events.PATCHES,
        *quotas.PATCHES,
        *logins.PATCHES,
        *from_template.PATCHES,
    ),
    vaulted=vaulted.VAULTED,
    state={"instances": _instances, "snapshots": _snapshots},
    make=company.make,
    fill=company.fill,
)
