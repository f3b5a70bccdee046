"""Volumes and snapshots that stood before a lab began, under ids that drill files can name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.ebs_volume.lab.backend import Volumes


def volume(region: str, zone: str, id: str, gib: int, disk: Disk, made_at: datetime, key: str = "") -> Any:
    """A volume of production with what lies on it."""
    backend = _ec2(region)
    with world().at_once(), world().as_of(made_at):
        given: dict[str, Any] = {"volume_type": "gp3", "iops": 3000, "throughput": 125}
        given |= {"encrypted": True, "kms_key_id": key} if key else {}
        made: Any = backend.create_volume(gib, zone, **given)
    backend.volumes[id] = backend.volumes.pop(made.id)
    made.id, made.disk = id, disk
    return made


def snapshot(region: str, of: str, at: datetime) -> Any:
    """A snapshot of a volume as it stands, taken at an instant, whose files were written until just before."""
    with world().at_once(), world().as_of(at):
        made: Any = _ec2(region).create_snapshot(of, "nightly")
    made.disk = replace(made.disk, at=at - timedelta(seconds=40))
    return made


def _ec2(region: str) -> Volumes:
    return cast(Volumes, ec2_backends[ACCOUNT][region])
