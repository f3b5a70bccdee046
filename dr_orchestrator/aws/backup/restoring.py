"""The way of a copy out of a vault, of whichever type: its points, the job that makes it, and the proof of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.backup.jobs import COMPLETED, RestoreJobs
from dr_orchestrator.aws.backup.vaults import Kept, VaultPoints
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.vault import Restored, Vault
from dr_orchestrator.errors import NotMeasured


class FromVault:
    """The way of a drill's copy out of a vault; `live` shows it as it stands, `tag` gives it the run's tags."""

    def __init__(
        self,
        of: Restored,
        toolkit: Toolkit,
        vault: Vault | None,
        live: Callable[[Copy], Live | None],
        tag: Callable[[Copy, str], object],
    ) -> None:
        """Without a vault it only takes copies down."""
        self._of, self._toolkit, self._vault = of, toolkit, vault
        self._live, self._tag = live, tag
        self.jobs = RestoreJobs(of, toolkit)

    @property
    def points(self) -> VaultPoints:
        """The points of the vault."""
        return VaultPoints(self.vault, self._toolkit)

    @property
    def vault(self) -> Vault:
        """The vault that the drill declares; NotMeasured without one."""
        if self._vault is None:
            raise NotMeasured("the drill declares no vault of AWS Backup", "add `recovery_points` to the drill")
        return self._vault

    def looks(self, selection: Selection, of: Callable[[], Kept]) -> list[PreflightCheck]:
        """The looks at the vault, and at where the point lies that would be taken."""
        return [
            PreflightCheck("vault", lambda: f"{self.points.look()}, restored by {self.vault.role}"),
            PreflightCheck("storage of the recovery point", lambda: self.points.look_at(selection, of())),
        ]

    def name_is_free(self, copy: Copy) -> str:
        """Whether the copy can be named so; NotRecoverable where something is that no job of this run makes."""
        found = self._live(copy)
        if found is not None and TAG not in found.tags and self.jobs.started(copy):
            return f"{copy.id} is being made by this run's restore job"
        return self._toolkit.proofs.name_is_free(copy, found, self._of.called)

    def ask(self, copy: Copy, point: RecoveryPoint, given: Mapping[str, str | None]) -> Asked:
        """Start the job of a copy, unless it was started already: by a process that died before the answer came."""
        if started := self.jobs.started(copy):
            if other := {str(each["RecoveryPointArn"]) for each in started} - {point.id}:
                taken = f"{copy.id} is being restored from {', '.join(sorted(other))}, and was to be from {point.id}"
                raise NotMeasured(taken, "run the drill anew", "backup:ListRestoreJobs")
            return Asked(job=str(started[0]["RestoreJobId"]))
        if (found := self._live(copy)) is not None:
            self._toolkit.proofs.adopt(copy, found, self._of.called)
        told = self._of.metadata(self.points.metadata(point), copy.id, given)
        return self.jobs.ask(copy, point, self.vault.role, told)

    def made(self, copy: Copy) -> None:
        """Wait until the job has made the copy, and have it wear the run's tags; one that is known is known already."""
        if self._toolkit.proofs.intended(copy).identity is None:
            self._toolkit.context.made(copy, self._adopt(copy, self.jobs.ready(copy)))

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began its job, and when it ended."""
        job, source = self.jobs.of(copy), "backup:DescribeRestoreJob: {}"
        times = (("PENDING", "CreationDate"), (str(job.get("Status")), "CompletionDate"))
        return [ServerTime(copy.id, state, job[key], source.format(key)) for state, key in times if job.get(key)]

    def gone(self, copy: Copy) -> CopyState | None:
        """Wait until no job may make the copy any more, and say what became of it; None where there is one to delete,
        which then wears the tags of its run if its job made it.
        """
        ended = self.jobs.ended(copy)
        if not ended:
            return None
        if self._toolkit.describe_confirmed(lambda: self._live(copy)) is None:
            completed = any(job.get("Status") == COMPLETED for job in ended)
            return CopyState.DELETED if completed else CopyState.NEVER_CREATED
        for job in ended:
            if job.get("Status") == COMPLETED:
                self._adopt(copy, job)
        return None

    def _adopt(self, copy: Copy, job: Mapping[str, Any]) -> Identity:
        live = self._toolkit.describe_confirmed(lambda: self._live(copy))
        return self.jobs.adopt(copy, job, live, lambda arn: self._tag(copy, arn))
