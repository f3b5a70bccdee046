"""A bucket restored from a vault of AWS Backup: by a job, into a bucket that the drill has made and shut before, beside
its source or where the vault is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import Kept
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.preflight import keys, region
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Place
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
from dr_orchestrator.resources.s3_bucket.settings import OF_S3, key_of


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
        self._from = FromVault(RESTORED, self._toolkit, vault, self._shown, lambda _copy, _arn: None)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, key, name, and the vault, with where the point lies that would be taken; where the copy stands
        elsewhere, the region, too.
        """
        return [
            PreflightCheck("source", self._whole),
            *self._look_there(),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            *self._from.looks(self._chosen_by, self._kept),
        ]

    def _look_there(self) -> Sequence[PreflightCheck]:
        """The looks at the key of the copy, and at the region where it does not stand beside its source."""
        if (to := self._resource.to) is None:
            return (PreflightCheck("key", self._source.key_seen, must=False),)

        def key() -> str:
            self._source.seen()  # what is not there is told before it is asked for what it has
            theirs = key_of(self._source.encryption())
            return region.key_there(self._home, self._toolkit, self._resource, to, theirs, "bucket")

        return (
            PreflightCheck("region", lambda: region.usable(self._home, self._resource, to)),
            PreflightCheck("key of the copy", key),
        )

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
        return Asked(identity, self._from.ask(copy, point, self._given()).job)

    def _given(self) -> Mapping[str, str]:
        """The words of a job on how objects are encrypted: each by the key that it had, or where the copy stands
        elsewhere, all by the one that the drill names, else by those of S3: no other place has theirs.
        """
        if self._resource.to is None:
            return {"EncryptionType": "original"}
        key = key_of(self._encrypted())
        return {"EncryptionType": "SSE-KMS", "KMSKey": key} if key else {"EncryptionType": "SSE-S3"}

    def _encrypted(self) -> Mapping[str, Any]:
        """How a copy is to be encrypted: as its source is, or where it stands elsewhere, as the drill says."""
        if (to := self._resource.to) is None:
            return super()._encrypted()
        if not to.key:
            return OF_S3
        return {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": keys.arn(self._toolkit.account, to.key)}

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
        stands, id = Place(self._source.owner, self._resource.region), self._resource.id
        return Kept(bucket.arn(self._api, id), RESTORED.type, self._resource.name, stands=stands)

    def _shown(self, copy: Copy) -> Live | None:
        found = bucket.describe(self._api, copy.id)
        return self._live(found) if found else None
