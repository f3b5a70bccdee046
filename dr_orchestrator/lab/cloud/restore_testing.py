"""Results of restore testing plans of AWS Backup: put there by hand, as nothing here tests; a verdict is taken once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote

from moto.backup.exceptions import BackupClientError
from moto.backup.responses import BackupResponse

from dr_orchestrator.lab.cloud.restore_jobs import jobs
from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import Vaults

PLAN = "-f8b1d1f0-0a56-4d0f-9c3e-3f0a3a7f4f11"
"""The id that AWS sets behind a plan's name."""

_STATES = ("FAILED", "SUCCESSFUL", "TIMED_OUT", "VALIDATING")
_OPEN = ("", "VALIDATING")


@dataclass
class PlanResult:
    """One restore of a plan, as it stands; `more` are further words of a listing."""

    id: str
    account: str
    plan: str
    point: Kept
    began: datetime
    took: timedelta
    more: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As a listing tells it."""
        return {
            "AccountId": self.account,
            "RestoreJobId": self.id,
            "RecoveryPointArn": self.point.point,
            "RecoveryPointCreationDate": self.point.at.timestamp(),
            "SourceResourceArn": self.point.arn,
            "ResourceType": self.point.of,
            "CreationDate": self.began.timestamp(),
            "CompletionDate": (self.began + self.took).timestamp(),
            "Status": "COMPLETED",
            "CreatedBy": {"RestoreTestingPlanArn": self.plan},
            **self.more,
        }


def put_result(backend: Vaults, plan: str, point: Kept, began: datetime, took: timedelta, **more: Any) -> PlanResult:
    """Put the result of a plan's restore of a point there."""
    arn = f"arn:aws:backup:{backend.region_name}:{backend.account_id}:restore-testing-plan:{plan}{PLAN}"
    made = PlanResult(str(uuid.uuid4()), backend.account_id, arn, point, began, took, dict(more))
    jobs(backend)[made.id] = cast(Any, made)
    return made


def _put(self: BackupResponse) -> str:
    """Take a verdict, as AWS does: on a plan's own job, of what was restored, once."""
    name = unquote(self.path).split("/restore-jobs/")[1].split("/")[0]
    job, given = jobs(self.backup_backend).get(name), json.loads(self.body)
    if job is None:
        raise BackupClientError("ResourceNotFoundException", f"No restore job {name}.")
    told = job.told()
    if "CreatedBy" not in told or told["Status"] != "COMPLETED":
        raise BackupClientError("InvalidRequestException", f"Job {name} takes no validation.")
    if told.get("ValidationStatus", "") not in _OPEN:
        raise BackupClientError("InvalidRequestException", f"Job {name} has a validation status already.")
    if given["ValidationStatus"] not in _STATES:
        raise BackupClientError("InvalidParameterValueException", f"No status {given['ValidationStatus']}.")
    job.more |= {key: given[key] for key in ("ValidationStatus", "ValidationStatusMessage") if key in given}
    return ""


PATCHES = ((BackupResponse, "put_restore_validation_result", _put),)
