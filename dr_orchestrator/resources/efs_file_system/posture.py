"""How what a file system held is kept: by the vaults of AWS Backup alone, and by a replica in another region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture import keys, vaults
from dr_orchestrator.aws.posture.ground import Ground, Reader, gathered
from dr_orchestrator.aws.posture.vaults import Vaulted
from dr_orchestrator.domain.posture.facts import Elsewhere, Encryption, Fact, Inapplicable, Known, Lock, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.efs_file_system import file_system
from dr_orchestrator.resources.efs_file_system.traits import traits

_REPLICATIONS = "efs:DescribeReplicationConfigurations"
_UNPROTECTED = Inapplicable("EFS protects no file system from deletion; it deletes none that is mounted anywhere")


def reader(ground: Ground) -> Reader:
    """The reader of all file systems at a place."""

    def read(resource: Resource, wanted: Wanted) -> Protection:
        return _FileSystem(ground, resource.id).protection(wanted)

    return read


class _FileSystem:
    def __init__(self, ground: Ground, id: str) -> None:
        self._ground, self._id = ground, id

    def protection(self, wanted: Wanted) -> Protection:
        ground = self._ground
        return Protection(
            created_at=self._created_at(),
            points=ground.fact(vaults.CALL, lambda: tuple(sorted(each.at for each in self._vaulted()))),
            kept=ground.fact(vaults.CALL, self._kept),
            encryption=ground.fact(file_system.CALL, self._encryption),
            elsewhere=self._elsewhere(wanted) if wanted.copy_in else Protection().elsewhere,
            lock=self._lock(wanted) if wanted.immutable else Protection().lock,
            deletion=_UNPROTECTED,
            scheduled=True,
            traits=ground.traits(file_system.CALL, self._described, traits),
            remedies=_remedies(self._id, wanted),
        )

    def _described(self) -> Mapping[str, Any]:
        for each in self._ground.listed("efs", "DescribeFileSystems", "FileSystems"):
            if each["FileSystemId"] == self._id and file_system.state(each) != file_system.GONE:
                return each
        raise NotFound(
            f"no file system {self._id}", f"is it in {self._ground.region}, in this account?", file_system.CALL
        )

    def _created_at(self) -> datetime | None:
        told = self._ground.fact(file_system.CALL, lambda: self._described().get("CreationTime"))
        return told.value if isinstance(told, Known) else None

    def _vaulted(self) -> list[Vaulted]:
        """The points of it that the region's vaults hold, whichever: EFS has no backups but these."""
        made = self._described().get("CreationTime")
        found = vaults.of_region(self._ground)(self._ground.region).get(self._arn, ())
        return [each for each in found if made is None or each.at >= made]

    def _kept(self) -> timedelta | None:
        """For how long the newest is kept; no time where there is none."""
        found = self._vaulted()
        return max(found, key=lambda each: each.at).kept if found else timedelta()

    def _encryption(self) -> Encryption:
        about = self._described()
        key = about.get("KmsKeyId")
        return keys.of_kms(self._ground)(str(key)) if key else Encryption(bool(about.get("Encrypted")))

    def _elsewhere(self, wanted: Wanted) -> Fact[tuple[Elsewhere, ...]]:
        """The copies in vaults of other regions, and the replica that EFS itself keeps in one."""
        regions = [each for each in wanted.copy_in if each != self._ground.region]

        def vaulted(region: str) -> Iterator[Elsewhere]:
            return vaults.copies(self._ground, self._arn, self._created_at(), region)

        told = [partial(vaulted, region) for region in regions]
        return gathered(self._ground, vaults.CALL, [*told, self._replicated])

    def _replicated(self) -> Iterator[Elsewhere]:
        for each in self._ground.listed("efs", "DescribeReplicationConfigurations", "Replications"):
            if each.get("SourceFileSystemId") != self._id:
                continue
            for one in each.get("Destinations") or ():
                if one.get("Status") != "ENABLED":
                    continue
                region, target = str(one["Region"]), one.get("FileSystemId")
                yield Elsewhere(region, f"replicated into {target} in {region}", one.get("LastReplicatedTimestamp"))

    def _lock(self, wanted: Wanted) -> Fact[Lock]:
        arn = self._ground.fact(file_system.CALL, lambda: self._arn)
        regions = (self._ground.region, *wanted.copy_in)
        return vaults.locked(self._ground, arn, self._created_at(), regions, wanted.retention)

    @property
    def _arn(self) -> str:
        region = self._ground.region
        account = self._ground.account.pinned or self._ground.account.caller().account
        return f"arn:{partition(region)}:elasticfilesystem:{region}:{account}:file-system/{self._id}"


def _remedies(id: str, wanted: Wanted) -> Mapping[Rule, str]:
    automatic = f"`aws efs put-backup-policy --file-system-id {id} --backup-policy Status=ENABLED`"
    plan, days = "a plan of AWS Backup for it", wanted.retention.days
    target = next(iter(wanted.copy_in), "REGION")
    return {
        Rule.POSTURE_NEWEST: f"{automatic}, which backs it up once a day",
        Rule.POSTURE_DAILY: f"{automatic}, which backs it up once a day",
        Rule.POSTURE_RETENTION: f"{plan} with DeleteAfterDays={days}: automatic backups are kept for 35",
        Rule.POSTURE_ENCRYPTION: f"a file system made anew with a key, and {id} copied into it by DataSync",
        Rule.POSTURE_ELSEWHERE: f"{plan} that copies to {target}, or `aws efs create-replication-configuration`",
        Rule.POSTURE_LOCK: f"{plan} into a vault locked for good: `aws backup put-backup-vault-lock-configuration`",
    }
