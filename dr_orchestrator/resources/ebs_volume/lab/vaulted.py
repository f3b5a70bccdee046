"""The recovery points that AWS Backup keeps of volumes: snapshots of EC2's own, of which drills make volumes."""

from __future__ import annotations

from datetime import datetime, timedelta

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
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"
    return vaults().keep(vault, arn, "EBS", when, f"arn:aws:ec2:{REGION}::snapshot/{made.id}", gib=made.volume.size)
