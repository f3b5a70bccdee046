"""How what a machine held is kept: its images, by one listing for all machines, and what vaults hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture import keys
from dr_orchestrator.aws.posture.by_snapshots import BySnapshots
from dr_orchestrator.aws.posture.ground import Ground, Reader
from dr_orchestrator.domain.posture.facts import Encryption, Known, Protection
from dr_orchestrator.domain.resource_type.traits import Traits, gib, together
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.ec2_instance import images, machine

_VOLUMES = "ec2:DescribeVolumes"


def reader(ground: Ground) -> Reader:
    """The reader of all machines at a place."""

    def read(resource: Resource, wanted: Wanted) -> Protection:
        return _Machine(ground, resource.id).protection(resource, wanted)

    return read


class _Machine(BySnapshots):
    part, points_of = "instance", "images"
    lists, describes = images.CALL, machine.CALL

    def protection(self, resource: Resource, wanted: Wanted) -> Protection:
        ground = self._ground
        return Protection(
            created_at=self._created_at(),
            points=ground.fact(images.CALL, self._points),
            kept=ground.fact(images.CALL, lambda: self._kept(wanted)),
            encryption=ground.fact(_VOLUMES, self._encryption),
            elsewhere=self._elsewhere(wanted),
            lock=self._lock(wanted) if wanted.immutable else Protection().lock,
            deletion=ground.fact("ec2:DescribeInstanceAttribute", self._kept_from_ending),
            scheduled=True,
            traits=ground.traits(_VOLUMES, self._volumes, _sized),
            remedies=_remedies(resource, wanted),
        )

    def _described(self) -> Mapping[str, Any]:
        for of in self._ground.listed("ec2", "DescribeInstances", "Reservations"):
            for each in of["Instances"]:
                if each["InstanceId"] == self._id and machine.state(each) != machine.ENDED:
                    found: Mapping[str, Any] = each
                    return found
        raise NotFound(f"no machine {self._id}", f"is it in {self._ground.region}, in this account?", machine.CALL)

    def _created_at(self) -> datetime | None:
        """When its first volume was attached: a machine that was stopped and started tells of its last start alone."""
        told = self._ground.fact(machine.CALL, self._described)
        if not isinstance(told, Known):
            return None
        held = (each.get("Ebs") or {} for each in told.value.get("BlockDeviceMappings") or ())
        return min((each["AttachTime"] for each in held if each.get("AttachTime")), default=None)

    def _points(self) -> tuple[datetime, ...]:
        """Those that can be started at once."""
        found = self._ground.listed("ec2", "DescribeImages", "Images", Owners=["self"])
        own = [each for each in found if each.get("SourceInstanceId") == self._id]
        held = self._ground.listed("ec2", "DescribeSnapshots", "Snapshots", OwnerIds=["self"]) if own else ()
        theirs = images.attached(self._described()) if own else {}
        usable = (each for each in images.of_snapshots(own, held, theirs) if not each.unusable())
        return tuple(sorted(each.at for each in usable if each.at is not None))

    def _volumes(self) -> list[Mapping[str, Any]]:
        """The volumes that are attached to it."""
        self._described()
        return [
            each
            for each in self._ground.listed("ec2", "DescribeVolumes", "Volumes")
            if any(one.get("InstanceId") == self._id for one in each.get("Attachments") or ())
        ]

    def _encryption(self) -> Encryption:
        """That of the least of its volumes: who gets hold of one key has what is under it."""
        found = self._volumes()
        if not found or not all(each.get("Encrypted") for each in found):
            return Encryption(False)
        known = keys.of_kms(self._ground)
        told = [known(str(key)) for key in dict.fromkeys(each.get("KmsKeyId") for each in found) if key]
        unknown = [Encryption(True)] if any(not each.get("KmsKeyId") for each in found) else []
        return min([*told, *unknown], key=lambda each: each.own)

    def _kept_from_ending(self) -> bool:
        api = self._ground.account.api("ec2")
        told = api.call("DescribeInstanceAttribute", InstanceId=self._id, Attribute="disableApiTermination")
        return bool((told.get("DisableApiTermination") or {}).get("Value"))


def _sized(volumes: list[Mapping[str, Any]]) -> Traits:
    """The size of all its volumes."""
    return Traits(size=together(gib(each.get("Size")) for each in volumes))


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    policy = f"a policy of Data Lifecycle Manager that makes images of {resource.id}"
    daily = f"{policy}: every 24 hours, kept for {wanted.retention.days} days"
    vault = "a plan of AWS Backup for it"
    target = next(iter(wanted.copy_in), "REGION")
    protect = f"aws ec2 modify-instance-attribute --instance-id {resource.id} --disable-api-termination"
    return {
        Rule.POSTURE_NEWEST: daily,
        Rule.POSTURE_DAILY: daily,
        Rule.POSTURE_RETENTION: daily,
        Rule.POSTURE_ENCRYPTION: "an image copied with a key (`aws ec2 copy-image --encrypted`), and a machine of it",
        Rule.POSTURE_ELSEWHERE: f"{vault} that copies to {target}",
        Rule.POSTURE_LOCK: f"{vault} into a vault locked for good: `aws backup put-backup-vault-lock-configuration`",
        Rule.POSTURE_DELETION: f"`{protect}`",
    }
