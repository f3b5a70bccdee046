"""Restore jobs of AWS Backup: one makes a copy, names it only once it has ended, and gives it no tag of the run's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange, named
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.copies import SKEW, TAG, Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.vault import Restored
from dr_orchestrator.errors import NotMeasured, NotRecoverable

COMPLETED, _METADATA = "COMPLETED", "backup:GetRestoreJobMetadata"
OVER = States(
    ready=frozenset({COMPLETED, "FAILED", "ABORTED"}),
    progress=frozenset({"PENDING", "RUNNING", "absent"}),
)
"""A job can be neither stopped nor asked for anew: whatever it ends as is waited for, and then judged."""

QUOTA = frozenset({"LimitExceededException"})
BACK = timedelta(days=4)
"""How far back jobs are listed for those that wait; an older one is asked for by itself."""


class RestoreJobs:
    """The restore jobs by which a run makes its copies of a type."""

    def __init__(self, of: Restored, toolkit: Toolkit) -> None:
        self._of, self._toolkit, self._api = of, toolkit, toolkit.account.api("backup")

    def ask(self, copy: Copy, point: RecoveryPoint, role: str, metadata: Mapping[str, str]) -> Asked:
        """Start the job that makes a copy of a point; the same call again is the same job to AWS, for an hour."""
        given = {
            "RecoveryPointArn": point.id,
            "Metadata": metadata,
            "IamRoleArn": role,
            "IdempotencyToken": token(copy),
            "ResourceType": self._of.type,
            "CopySourceTagsToRestoredResource": False,
        }
        answer = self._toolkit.ask(lambda: self._api.call("StartRestoreJob", **given), QUOTA)
        return Asked(job=str(answer["RestoreJobId"]))

    def started(self, copy: Copy) -> list[Mapping[str, Any]]:
        """The jobs that were started for a copy, as far as AWS lists them: known by the name that they were given."""
        record = self._toolkit.proofs.record(copy)
        if record is None:
            return []  # the guard lets none be started
        since = record.intended_at - SKEW
        found = self._api.pages("ListRestoreJobs", "RestoreJobs", ByCreatedAfter=since, ByResourceType=self._of.type)
        return [each for each in found if self._is_for(each, copy)]

    def ready(self, copy: Copy) -> Mapping[str, Any]:
        """Wait until the job of a copy has made it; NotRecoverable where it failed, with what AWS Backup says of it."""
        job = self._job(copy)
        seen = self._toolkit.wait_until_ready(self._feed(), copy, OVER, name=job)
        if seen.status != COMPLETED:
            why = str(seen.detail.get("StatusMessage") or "AWS Backup does not say why")
            hint = "may the role do what a restore needs? the job is in the console of AWS Backup, with its metadata"
            raise NotRecoverable(f"restore job {job} ended as '{seen.status}': {why}", hint, "backup:ListRestoreJobs")
        return seen.detail

    def of(self, copy: Copy) -> Mapping[str, Any]:
        """The job of a copy as AWS describes it now; empty where none is known."""
        record = self._toolkit.proofs.record(copy)
        if record is not None and record.job:
            return self._described(record.job)
        return next(iter(self.started(copy)), {})

    def ended(self, copy: Copy, *, named: bool = False) -> Sequence[Mapping[str, Any]]:
        """The jobs of a copy, once each has ended: what one is at work on it may still make.

        None of what AWS has named, unless that was `named` before its job began.
        """
        record = self._toolkit.proofs.intended(copy)
        if record.identity is not None and not named:
            return ()
        found = [record.job] if record.job else self._confirmed(copy)
        for job in found:
            self._known(job, copy)
            self._toolkit.wait_until_gone(self._feed(), copy, OVER, name=job)
        return [self._known(job, copy) for job in found]

    def adopt(self, copy: Copy, job: Mapping[str, Any], live: Live | None, tag: Callable[[str], object]) -> Identity:
        """Have what a job made wear the run's tags, once it is proven to be what this run asked for; its identity.

        That the run's job names it stands in for the tag until then: `tag` is given its ARN.
        """
        arn = self._made(copy, job, live.unique_id if live and self._of.by_id else "")
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen, and {_named(job)} has made it", "look again later")
        self._toolkit.proofs.adopt(copy, replace(live, derived=True), self._of.called)
        if TAG not in live.tags:
            tag(arn)
        return Identity(arn, live.unique_id)

    def _made(self, copy: Copy, job: Mapping[str, Any], id: str) -> str:
        """The ARN of what a job made; NotRecoverable where that is not the copy, in its place.

        Of what AWS names by an `id` of its own, that of what is to be seen under the copy's token has to be the job's.
        """
        arn = str(job.get("CreatedResourceArn") or "")
        found = re.fullmatch(self._of.arn, arn)
        account = self._toolkit.account.pinned or self._toolkit.account.caller().account
        wanted = id or (found["name"] if found and self._of.by_id else copy.id)
        if found is None or (found["name"], found["region"] or copy.region) != (wanted, copy.region):
            raise NotRecoverable(f"{_named(job)} made '{arn}', and was asked for {copy.id} in {copy.region}")
        if found["account"] not in ("", account):
            raise NotRecoverable(f"{_named(job)} made '{arn}', and was asked for it in account {account}")
        return arn

    def _job(self, copy: Copy) -> str:
        """The job of a copy: as the ledger has it, else as AWS lists it."""
        if job := self._toolkit.proofs.intended(copy).job:
            return job
        found = self._confirmed(copy)
        if not found:
            raise NotMeasured(
                f"no restore job of {copy.id} is to be seen", "look again later", "backup:ListRestoreJobs"
            )
        return found[0]

    def _confirmed(self, copy: Copy) -> list[str]:
        """The jobs that were started for a copy: AWS may not list one at once."""
        found = self._toolkit.describe_confirmed(lambda: self.started(copy) or None) or []
        return [str(each["RestoreJobId"]) for each in found]

    def _known(self, job: str, copy: Copy) -> Mapping[str, Any]:
        try:
            return self._toolkit.retry_transient(lambda: self._described(job))
        except NotFound as fault:
            told = f"{copy.id} was asked for as {job}, and AWS Backup does not know that job"
            raise NotMeasured(told, "sweep again later", "backup:DescribeRestoreJob") from fault

    def _described(self, job: str) -> Mapping[str, Any]:
        told = self._api.call("DescribeRestoreJob", RestoreJobId=job)
        return named(told, "RestoreJobId", job, "backup:DescribeRestoreJob")

    def _is_for(self, job: Mapping[str, Any], copy: Copy) -> bool:
        source, made = str(job.get("SourceResourceArn") or ""), str(job.get("CreatedResourceArn") or "")
        if copy.source is not None and source and not _ends_in(source, copy.source.id):
            return False
        if not self._of.by_id and (found := re.fullmatch(self._of.arn, made)):
            return found["name"] == copy.id
        name = str(job["RestoreJobId"])
        try:
            told = self._api.call("GetRestoreJobMetadata", RestoreJobId=name).get("Metadata") or {}
        except NotFound as fault:  # it may be the copy's own, and make it yet
            raise Strange(f"it lists job {name}, and does not know its metadata", _METADATA) from fault
        return copy.id in (value for key, value in told.items() if key.lower() == self._of.key.lower())

    def _feed(self) -> Feed:
        """The states of all jobs that are waited for in an account's region, whatever they restore."""
        place = (self._api.endpoint, self._api.region, self._toolkit.account.pinned)
        return self._toolkit.watcher.feed((*place, "backup:restore-jobs"), self._look)

    def _look(self, wanted: Iterable[str]) -> dict[str, Sighting]:
        names, since = set(wanted), self._toolkit.clock.now() - BACK
        listed = self._api.pages("ListRestoreJobs", "RestoreJobs", ByCreatedAfter=since)
        found = {each["RestoreJobId"]: each for each in listed if each["RestoreJobId"] in names}
        found |= dict(self._alone(names - found.keys()))
        return {name: Sighting(str(each["Status"]), each) for name, each in found.items()}

    def _alone(self, names: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Jobs that are too old to be listed, or too young."""
        for name in names:
            try:
                yield name, self._described(name)
            except NotFound:
                continue


def token(copy: Copy) -> str:
    """The token by which AWS knows a start for the one of that copy's intent, whichever process asks."""
    return f"dro-{hashlib.sha256('/'.join((copy.run, *copy.key, copy.region)).encode()).hexdigest()[:40]}"


def _named(job: Mapping[str, Any]) -> str:
    return f"restore job {job.get('RestoreJobId', '')}".strip()


def _ends_in(arn: str, name: str) -> bool:
    """Whether an ARN is of that name: services that have small letters alone are told of others, too."""
    return re.search(rf"[:/]{re.escape(name)}\Z", arn, re.IGNORECASE) is not None
