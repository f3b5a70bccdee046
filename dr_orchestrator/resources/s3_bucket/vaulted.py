"""A bucket restored from a vault of AWS Backup: by a job, into a bucket that the drill has made and shut before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import Kept
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.name import RESTORED
from dr_orchestrator.resources.s3_bucket.objects.versions import Version
from dr_orchestrator.resources.s3_bucket.restore import S3Bucket


class BucketFromVault(S3Bucket):
    """Restores a bucket from the recovery points that a vault keeps of it: those of one instant each."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        always: frozenset[str] = frozenset(),
        vault: Vault | None = None,
    ) -> None:
        """Without a vault it only takes copies down."""
        super().__init__(resource, selection, toolkit, always)
        self._chosen_by = selection or Selection()
        self._from = FromVault(RESTORED, toolkit, vault, self._shown, lambda _copy, _arn: None)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, key, name, and the vault, with where the point lies that would be taken."""
        return [
            PreflightCheck("source", self._whole),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            PreflightCheck("key", self._source.key_seen, must=False),
            *self._from.looks(self._chosen_by, self._kept),
        ]

    def billed(self, name: str = "") -> Billed:
        """The restore of AWS Backup, for which no rate is declared."""
        return Billed(besides=f"the requests and the storage of {name or self._resource.id}")

    def choose(self) -> RecoveryPoint:
        """The recovery point that the selection means, of those that the vault has whole."""
        return self._from.points.choose(self._chosen_by, self._kept())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the vault's points, up to now, and the longest that the making of one took."""
        return self._from.points.worst_case(self._kept(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Make the drill's bucket and shut it, then have AWS Backup fill it with what the point holds."""
        identity = self._made(point, copy)
        self._shut(copy)
        return Asked(identity, self._from.ask(copy, point, {}).job)

    def ready(self, copy: Copy) -> Ready:
        """Wait until the job has filled the bucket; NotRecoverable where it filled another, or failed."""
        job = self._from.jobs.ready(copy)
        identity = self._from.jobs.adopt(copy, job, self._shown(copy), lambda _arn: None)
        return Ready(0.0, identity, str(job.get("StatusMessage") or ""))  # a job that leaves objects out completes

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began and ended its job: the bucket was there before."""
        return self._from.server_times(copy)

    def destroy(self, copy: Copy) -> CopyState:
        """Let its job end, which nobody can stop and which fills it still, then empty the bucket and delete it."""
        self._from.jobs.ended(copy, named=True)
        return super().destroy(copy)

    def _versions(self, instant: datetime) -> Iterator[Version]:
        """Those that S3 lists when it is asked: an inventory may be from before the point."""
        del instant
        return self._source.listed()

    def _whole(self) -> str:
        """The source; NotRecoverable where only a part of it is to be restored, which a vault does not do."""
        if self._resource.own.get("prefix"):
            told = f"{self._resource.name} names a prefix, and a vault restores all of a bucket"
            raise NotRecoverable(told, "declare the whole bucket, or drill it by a pitr-restore")
        return self._source.seen()

    def _kept(self) -> Kept:
        self._source.seen()
        return Kept(bucket.arn(self._api, self._resource.id), RESTORED.type, self._resource.name)

    def _shown(self, copy: Copy) -> Live | None:
        found = bucket.describe(self._api, copy.id)
        return self._live(found) if found else None
