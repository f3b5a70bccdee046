"""The recovery points that AWS Backup keeps of volumes: snapshots of EC2's own, of which drills make volumes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.ebs_volume.lab import backend, standing


def back_up(vault: str, volume: str, at: datetime | None = None, copied: datetime | None = None) -> Kept:
    """Keep a volume in a vault as it was at an instant; what was `copied` there later tells no volume, and when it was
    copied in place of its instant.
    """
    when = at or world().now()
    made = standing.snapshot(REGION, volume, when)
    if copied is not None:
        backend.of_no_volume(made)
        made.start_time, made.completion_time = copied, copied + timedelta(minutes=4)
    point = f"arn:aws:ec2:{REGION}::snapshot/{made.id}"
    return vaults().keep(vault, _arn(volume), "EBS", when, point, gib=made.volume.size)


def away(vault: str, volume: str, at: datetime, region: str, took: timedelta, account: str = ACCOUNT) -> Kept:
    """Keep in a vault of another region, or of another `account`, what was a volume at an instant, and whole there so
    long after it: under the key of that vault, of no volume, and its original has expired.
    """
    there, began = vaults(region, account), at + took / 2
    original = standing.snapshot(REGION, volume, at)
    original.create_volume_permission_userids.add(account)
    with world().at_once(), world().as_of(began):
        made: Any = _ec2(region, account).copy_snapshot(original.id, REGION, "", there.vaults[vault].encryption_key_arn)
    _ec2(REGION).snapshots.pop(original.id)
    made.encrypted, made.timeline, made.start_time, made.completion_time = True, None, began, at + took
    point = f"arn:aws:ec2:{region}::snapshot/{made.id}"
    return there.keep(vault, _arn(volume), "EBS", at, point, gib=made.volume.size, took=took)


def _arn(volume: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"


def _ec2(region: str, account: str = ACCOUNT) -> backend.Volumes:
    return cast(backend.Volumes, ec2_backends[account][region])
