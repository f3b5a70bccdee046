"""The restore jobs of AWS Backup, which moto has none of: they take their time, fail, and name what they made last."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote

from moto.backup.exceptions import BackupClientError
from moto.backup.responses import BackupResponse
from moto.core.exceptions import ServiceException

from dr_orchestrator.lab.cloud import vaults
from dr_orchestrator.lab.cloud.lifecycle import MINUTE, Timeline, passing
from dr_orchestrator.lab.cloud.vaulting import Kept, Restores, Restoring
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import world

_PENDING, _COLD = MINUTE, 4 * 60 * MINUTE
_SOON = timedelta(seconds=5)
_SAME = timedelta(hours=1)
"""For how long AWS knows a start by its token again."""

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")


@dataclass
class Job:
    """One job, and what it makes."""

    id: str
    account: str
    point: Kept
    role: str
    metadata: Mapping[str, str]
    token: str
    began: datetime
    timeline: Timeline
    made: Restoring | None = None
    failed: str = ""
    ended: datetime | None = None
    over: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Its state by now; once it has ended, what becomes of what it made is no affair of it."""
        if self.over:
            return self.over
        state = "FAILED" if self.failed else self.timeline.at(world().now())
        if state != "RUNNING" or self.made is None:
            return state
        if (state := self.made.state) != "RUNNING":
            self.over = state
        return state

    def told(self) -> dict[str, Any]:
        """As a listing tells it: what it made only once it has."""
        status = self.status
        found = {
            "AccountId": self.account,
            "RestoreJobId": self.id,
            "RecoveryPointArn": self.point.point,
            "SourceResourceArn": self.point.arn,
            "CreationDate": self.began.timestamp(),
            "Status": status,
            "IamRoleArn": self.role,
            "ResourceType": self.point.of,
            "RecoveryPointCreationDate": self.point.at.timestamp(),
            **self.more,
        }
        if status == "COMPLETED" and self.made is not None:
            found |= {"CreatedResourceArn": self.made.arn, "CompletionDate": self.made.ends.timestamp()}
        elif status not in ("PENDING", "RUNNING"):
            ended = self.ended or self.timeline.ends
            found |= {"StatusMessage": self.failed or "asked for by a fault", "CompletionDate": ended.timestamp()}
        return found


def jobs(backend: Any) -> dict[str, Job]:
    """The jobs of an account's region, by their ids; moto empties what a backend holds."""
    return cast(dict[str, Job], backend.__dict__.setdefault("restore_jobs", {}))


def begin(backend: Vaults, given: Mapping[str, Any], **more: Any) -> Job:
    """Start a job, unless the very same start was made within the hour."""
    point, metadata = backend.point(str(given["RecoveryPointArn"])), dict(given["Metadata"])
    token = str(given.get("IdempotencyToken") or "")
    if (same := _same(backend, token)) is not None:
        if (same.point.point, same.metadata) != (point.point, metadata):
            raise BackupClientError("InvalidParameterValueException", "The token was used for another start.")
        return same
    if backend.forbids(point.point):
        raise BackupClientError("AccessDeniedException", "The policy of the vault denies backup:StartRestoreJob.")
    _refuse(given, point, metadata)
    now, name = world().now(), metadata[_restores(point).needs[-1]]
    fate = world().faults.fate("backup", "StartRestoreJob", name)
    timeline = passing([("PENDING", _COLD if point.stored == "COLD" else _PENDING)], "RUNNING", fate)
    role, account = str(given["IamRoleArn"]), backend.account_id
    made = Job(str(uuid.uuid4()), account, point, role, metadata, token, now, timeline, more=dict(more))
    jobs(backend)[made.id] = made
    if timeline.final == "RUNNING":
        world().agenda.at(timeline.ends, lambda: _run(made))
    return made


def _same(backend: Vaults, token: str) -> Job | None:
    since = world().now() - _SAME
    known = (each for each in jobs(backend).values() if token and each.token == token and each.began > since)
    return next(known, None)


def _refuse(given: Mapping[str, Any], point: Kept, metadata: Mapping[str, str]) -> None:
    """Raise for what AWS does not take."""
    restores = _restores(point)
    if given.get("ResourceType", point.of) != point.of:
        raise BackupClientError("InvalidParameterValueException", f"{point.point} is of type {point.of}.")
    if not _ROLE.fullmatch(str(given.get("IamRoleArn") or "")):
        raise BackupClientError("InvalidParameterValueException", "Invalid IAM role ARN.")
    if lacking := [key for key in restores.needs if not metadata.get(key)]:
        raise BackupClientError("InvalidParameterValueException", f"Metadata lacks {', '.join(lacking)}.")
    if point.status != "COMPLETED" or (point.until and point.until <= world().now()):
        raise BackupClientError("InvalidResourceStateException", f"{point.point} cannot be restored.")


def _restores(point: Kept) -> Restores:
    found = vaults.restores_of(point.of, point.arn)
    if found is None:
        raise BackupClientError("InvalidRequestException", f"The lab restores no {point.of}.")
    return found


def _run(job: Job) -> None:
    """Have what the job makes begin; whatever keeps it from that, the job fails of it, as AWS Backup's do."""
    try:
        job.made = _restores(job.point).restore(replace(job.point, into=job.account), job.metadata)
        world().agenda.at(job.made.ends, lambda: _settle(job))
    except ServiceException as refused:
        job.failed = str(refused)
    except Exception as wrong:  # noqa: BLE001 - a job of which nobody hears any more would be waited for to the ceiling
        job.failed = f"{type(wrong).__name__}: {wrong}"
    if job.failed:
        job.ended = world().now()


def _settle(job: Job) -> None:
    """Have it end when what it makes is whole, whether anybody looks or not."""
    if job.status == "RUNNING":
        world().agenda.at(world().now() + _SOON, lambda: _settle(job))


def _start(self: BackupResponse) -> str:
    made = begin(cast(Vaults, self.backup_backend), json.loads(self.body))
    return json.dumps({"RestoreJobId": made.id})


def _named(self: BackupResponse) -> Job:
    name = unquote(self.path).split("/restore-jobs/")[1].split("/")[0]
    found = jobs(self.backup_backend).get(name)
    if found is None:
        raise BackupClientError("ResourceNotFoundException", f"No restore job {name}.")
    return found


def _describe(self: BackupResponse) -> str:
    return json.dumps(_named(self).told())


def _metadata(self: BackupResponse) -> str:
    found = _named(self)
    return json.dumps({"RestoreJobId": found.id, "Metadata": dict(found.metadata)})


def _list(self: BackupResponse) -> str:
    given = vaults.given(self)
    after, kind, plan = given.get("createdAfter"), given.get("resourceType"), given.get("restoreTestingPlanArn")
    since = vaults.instant(after) if after else None
    found = [
        told
        for each in jobs(self.backup_backend).values()
        if (told := each.told())["ResourceType"] == (kind or told["ResourceType"])
        and (since is None or each.began > since)
        and (not plan or (told.get("CreatedBy") or {}).get("RestoreTestingPlanArn") == plan)
    ]
    return vaults.page(found, given, "RestoreJobs")


PATCHES = (
    (BackupResponse, "start_restore_job", _start),
    (BackupResponse, "describe_restore_job", _describe),
    (BackupResponse, "get_restore_job_metadata", _metadata),
    (BackupResponse, "list_restore_jobs", _list),
)
