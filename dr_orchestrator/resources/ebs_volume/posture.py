"""How what a volume held is kept: its snapshots, by one listing for all volumes, and what vaults hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture import keys
from dr_orchestrator.aws.posture.by_snapshots import BySnapshots
from dr_orchestrator.aws.posture.ground import Ground, Reader
from dr_orchestrator.domain.posture.facts import Encryption, Inapplicable, Known, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.ebs_volume import snapshots, volume
from dr_orchestrator.resources.ebs_volume.traits import traits

_UNPROTECTED = Inapplicable("EC2 protects no volume from deletion, only machines from their end")


def reader(ground: Ground) -> Reader:
    """The reader of all volumes at a place."""

    def read(resource: Resource, wanted: Wanted) -> Protection:
        return _Volume(ground, resource.id).protection(resource, wanted)

    return read


class _Volume(BySnapshots):
    part, points_of = "volume", "snapshots"
    lists, describes = snapshots.CALL, volume.CALL

    def protection(self, resource: Resource, wanted: Wanted) -> Protection:
        ground = self._ground
        return Protection(
            created_at=self._created_at(),
            points=ground.fact(snapshots.CALL, self._points),
            kept=ground.fact(snapshots.CALL, lambda: self._kept(wanted)),
            encryption=ground.fact(volume.CALL, self._encryption),
            elsewhere=self._elsewhere(wanted),
            lock=self._lock(wanted) if wanted.immutable else Protection().lock,
            deletion=_UNPROTECTED,
            scheduled=True,
            traits=ground.traits(volume.CALL, self._described, traits),
            remedies=_remedies(resource, wanted),
        )

    def _described(self) -> Mapping[str, Any]:
        for each in self._ground.listed("ec2", "DescribeVolumes", "Volumes"):
            if each["VolumeId"] == self._id and each.get("State") != volume.GOING:
                return each
        raise NotFound(f"no volume {self._id}", f"is it in {self._ground.region}, in this account?", volume.CALL)

    def _created_at(self) -> datetime | None:
        told = self._ground.fact(volume.CALL, lambda: self._described().get("CreateTime"))
        return told.value if isinstance(told, Known) else None

    def _points(self) -> tuple[datetime, ...]:
        """Those that can be restored at once: what lies in the archive takes days."""
        found = self._ground.listed("ec2", "DescribeSnapshots", "Snapshots", OwnerIds=["self"])
        own = (each for each in found if each.get("VolumeId") == self._id)
        return tuple(sorted(each[snapshots.AT] for each in own if not snapshots.unusable(each)))

    def _encryption(self) -> Encryption:
        about = self._described()
        key = about.get("KmsKeyId")
        return keys.of_kms(self._ground)(str(key)) if key else Encryption(bool(about.get("Encrypted")))


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    policy = f"a policy of Data Lifecycle Manager for the tags of {resource.id}"
    daily = f"{policy}: every 24 hours, kept for {wanted.retention.days} days"
    vault = "a plan of AWS Backup for it"
    target = next(iter(wanted.copy_in), "REGION")
    return {
        Rule.POSTURE_NEWEST: daily,
        Rule.POSTURE_DAILY: daily,
        Rule.POSTURE_RETENTION: daily,
        Rule.POSTURE_ENCRYPTION: "a snapshot copied with a key (`aws ec2 copy-snapshot --encrypted`), and its volume",
        Rule.POSTURE_ELSEWHERE: f"{vault} that copies to {target}",
        Rule.POSTURE_LOCK: f"{vault} into a vault locked for good: `aws backup put-backup-vault-lock-configuration`",
    }
