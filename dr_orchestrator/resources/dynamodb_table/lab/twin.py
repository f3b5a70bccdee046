"""DynamoDB with durations, and restores that hold exactly what the table held at the instant asked for."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, tags
from dr_orchestrator.lab.twin import Refusal, Twin
from dr_orchestrator.resources.dynamodb_table.lab import backend, backups, company, exports, settings, vaulted


def _tables() -> dict[str, Any]:
    return {
        each.name: {
            "arn": each.table_arn,
            "status": getattr(each, "status", "ACTIVE"),
            "items": len(each),
            "deletion_protection": bool(each.deletion_protection_enabled),
            "tags": tags(each.tags),
        }
        for each in list(dynamodb_backends[ACCOUNT][REGION].tables.values())
    }


def _refuses(call: ApiCall) -> Refusal | None:
    """The data of a table that is being created or deleted."""
    if call.service == "dynamodb" and backend.unreachable(call.region, call.action, call.params):
        return "ResourceNotFoundException", "Requested resource not found", 400
    return None


TWIN = Twin(
    backends=((dynamodb_backends, backend.DynamoDb),),
    patches=(*backend.PATCHES, *backups.PATCHES, *exports.PATCHES, *settings.PATCHES),
    vaulted=vaulted.VAULTED,
    state={"tables": _tables},
    refuses=_refuses,
    make=company.make,
    fill=company.fill,
)
