"""The recovery points that AWS Backup keeps of machines: images of EC2's own, which no vault restores by itself."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.ec2_instance.lab import standing


def back_up(vault: str, instance: str, at: datetime | None = None, copied: datetime | None = None) -> Kept:
    """Keep a machine in a vault as it was at an instant; what was `copied` there later tells no machine, and of its
    snapshots when they were copied.
    """
    when, backend = at or world().now(), _backend()
    image = standing.image(REGION, instance, when, _called(instance, when, copied))
    held = _held(backend, image)
    if copied is not None:
        image.instance_id = None
        for each in held:
            each.start_time, each.completion_time = copied, copied + timedelta(minutes=4)
    point, gib = f"arn:aws:ec2:{REGION}::image/{image.id}", sum(each.volume.size for each in held)
    return vaults().keep(vault, _arn(instance), "EC2", when, point, gib=gib)


def away(vault: str, instance: str, at: datetime, region: str, took: timedelta, account: str = ACCOUNT) -> Kept:
    """Keep in a vault of another region, or of another `account`, what was a machine at an instant, and whole there so
    long after it: under the key of that vault, of no machine, and its original has expired.
    """
    there, ec2, began = vaults(region, account), _backend(region, account), at + took / 2
    called = _called(instance, at, began)
    original = standing.image(REGION, instance, at, called)
    original.launch_permissions.append({"UserId": account})
    for each in _held(_backend(), original):
        each.create_volume_permission_userids.add(account)
    with world().at_once(), world().as_of(began):
        made = ec2.bring_image("", original.id, REGION, called, there.vaults[vault].encryption_key_arn, {})
    _backend().amis.pop(original.id)
    for each in _held(_backend(), original):
        _backend().snapshots.pop(each.id)
    made.timeline, made.instance_id = None, None
    for each in made.mapped:
        each["Ebs"]["Encrypted"] = True
    for each in _held(ec2, made):
        each.encrypted, each.timeline, each.start_time, each.completion_time = True, None, began, at + took
    point, gib = f"arn:aws:ec2:{region}::image/{made.id}", sum(each.volume.size for each in _held(ec2, made))
    return there.keep(vault, _arn(instance), "EC2", at, point, gib=gib, took=took)


def _held(ec2: Any, image: Any) -> list[Any]:
    """The snapshots of an image."""
    return [ec2.snapshots[each["Ebs"]["SnapshotId"]] for each in image.mapped]


def _arn(instance: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"


def _called(instance: str, at: datetime, copied: datetime | None) -> str:
    job = hashlib.sha256(f"{instance}{at}{copied}".encode()).hexdigest()[:8]
    return f"AwsBackup_{instance}_{job}"


def _backend(region: str = REGION, account: str = ACCOUNT) -> Any:
    return ec2_backends[account][region]
