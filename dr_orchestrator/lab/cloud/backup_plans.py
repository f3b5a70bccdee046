"""The plans of AWS Backup, of which moto knows no selection: whom they take, and what they took.

No plan runs by itself: a fault of kind `backed-up` has one taken what the fault names, while that stood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from urllib.parse import unquote

from moto.backup.exceptions import BackupClientError
from moto.backup.responses import BackupResponse

from dr_orchestrator.lab.cloud.vaults import Vaults, given, page
from dr_orchestrator.lab.cloud.world import world

_PLAN = re.compile(r"/backup/plans/(?P<plan>[^/]+)/selections/?(?P<selection>[^/]*)$")
_TYPES = {
    "db": "RDS",
    "cluster": "Aurora",
    "table": "DynamoDB",
    "volume": "EBS",
    "instance": "EC2",
    "file-system": "EFS",
}


def plan(there: Vaults, name: str, vault: str, days: int, *selections: Mapping[str, Any]) -> str:
    """Have a plan take what its selections name into a vault, for so many days; its id."""
    rule = {"RuleName": "daily", "TargetBackupVaultName": vault, "Lifecycle": {"DeleteAfterDays": days}}
    made = there.create_backup_plan({"BackupPlanName": name, "Rules": [rule]}, {}, "")
    there.selected[made.backup_plan_id] = [dict(each) for each in selections]
    return str(made.backup_plan_id)


def _asked(self: BackupResponse) -> tuple[str, str, Sequence[Mapping[str, Any]]]:
    """The plan and the selection that a call names in its path, with all selections of that plan."""
    found = _PLAN.search(unquote(self.path))
    there = cast(Vaults, self.backup_backend)
    if found is None or found["plan"] not in there.plans:
        raise BackupClientError("ResourceNotFoundException", f"No plan in {self.path}.")
    return found["plan"], found["selection"], there.selected.get(found["plan"], ())


def _create_selection(self: BackupResponse) -> str:
    id, _, selections = _asked(self)
    told = json.dumps({"BackupPlanId": id, "SelectionId": f"{id}-{len(selections)}"})
    cast(Vaults, self.backup_backend).selected.setdefault(id, []).append(json.loads(self.body)["BackupSelection"])
    return told


def _list_selections(self: BackupResponse) -> str:
    id, _, selections = _asked(self)
    told = [{"BackupPlanId": id, "SelectionId": f"{id}-{number}"} for number in range(len(selections))]
    return page(told, given(self), "BackupSelectionsList")


def _get_selection(self: BackupResponse) -> str:
    id, selection, selections = _asked(self)
    for number, each in enumerate(selections):
        if selection == f"{id}-{number}":
            return json.dumps({"BackupPlanId": id, "SelectionId": selection, "BackupSelection": each})
    raise BackupClientError("ResourceNotFoundException", f"No selection {selection}.")


def _settings(self: BackupResponse) -> str:
    return json.dumps({"ResourceTypeOptInPreference": cast(Vaults, self.backup_backend).opted})


def _list_of_resource(self: BackupResponse) -> str:
    """All of one thing, in whichever vault of the region, by less than a vault tells."""
    arn = unquote(self.path).partition("/resources/")[2].partition("/recovery-points")[0]
    there = cast(Vaults, self.backup_backend)
    _backed_up(there, arn)
    told = [
        {"RecoveryPointArn": each.point, "BackupVaultName": name, "Status": each.status}
        for each, name in there.of_resource(arn)
    ]
    return page(told, given(self), "RecoveryPoints")


def _backed_up(there: Vaults, arn: str) -> None:
    """Have the newest plan take something, if a fault of the lab says that it did while that stood."""
    if there.plans and not there.of_resource(arn) and world().faults.pretends("backed-up", "backup", arn):
        rule = [*there.plans.values()][-1].backup_plan["Rules"][0]
        days, now = int(rule.get("Lifecycle", {}).get("DeleteAfterDays", 0)), world().clock.now()
        until = now + timedelta(days=days) if days else None
        there.keep(rule["TargetBackupVaultName"], arn, _type_of(arn), now, until=until)


def _type_of(arn: str) -> str:
    service, part = arn.split(":")[2], re.split("[:/]", arn.split(":", 5)[5])[0]
    return "S3" if service == "s3" else "CloudFormation" if service == "cloudformation" else _TYPES[part]


PATCHES = (
    (BackupResponse, "create_backup_selection", _create_selection),
    (BackupResponse, "list_backup_selections", _list_selections),
    (BackupResponse, "get_backup_selection", _get_selection),
    (BackupResponse, "describe_region_settings", _settings),
    (BackupResponse, "list_recovery_points_by_resource", _list_of_resource),
)
