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
    held = [backend.snapshots[each["Ebs"]["SnapshotId"]] for each in image.mapped]
    if copied is not None:
        image.instance_id = None
        for each in held:
            each.start_time, each.completion_time = copied, copied + timedelta(minutes=4)
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"
    gib = sum(int(each["Ebs"]["VolumeSize"]) for each in image.mapped)
    return vaults().keep(vault, arn, "EC2", when, f"arn:aws:ec2:{REGION}::image/{image.id}", gib=gib)


def _called(instance: str, at: datetime, copied: datetime | None) -> str:
    job = hashlib.sha256(f"{instance}{at}{copied}".encode()).hexdigest()[:8]
    return f"AwsBackup_{instance}_{job}"


def _backend() -> Any:
    return ec2_backends[ACCOUNT][REGION]
