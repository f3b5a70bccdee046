"""Machines and images that stood before a lab began, under ids that drill files can name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.ec2_instance.lab.backend import Machines

ROOT = "/dev/sda1"


def machine(
    region: str, zone: str, id: str, disk: Disk, made_at: datetime, key: str = "", gib: int = 8, kind: str = "t3.small"
) -> Any:
    """A machine of production with its first volume, and what lies on that."""
    backend = _ec2(region)
    given: dict[str, Any] = {"placement": zone, "region_name": region, "instance_type": kind}
    given |= {"is_instance_type_default": False, "nics": [], "block_device_mappings": [], "monitoring_state": "enabled"}
    with world().at_once(), world().as_of(made_at):
        made: Any = backend.run_instances("ami-0123456789abcdef0", 1, None, [], **given).instances[0]
        made.id, made.associate_public_ip = id, False
    attached(region, id, ROOT, disk, made_at, key, gib)
    return made


def attached(region: str, of: str, device: str, disk: Disk, made_at: datetime, key: str, gib: int) -> Any:
    """A volume of a machine, with what lies on it."""
    backend = _ec2(region)
    zone = cast(Any, backend.get_instance(of))._placement.zone
    with world().at_once(), world().as_of(made_at):
        made: Any = backend.create_volume(gib, zone, volume_type="gp3", encrypted=bool(key), kms_key_id=key or None)
        made.disk = disk
        backend.attach_volume(made.id, of, device, device == ROOT)
    return made


def image(region: str, of: str, at: datetime, name: str = "") -> Any:
    """An image of a machine as it stands, made at an instant, whose files were written until just before."""
    backend: Any = _ec2(region)
    with world().at_once(), world().as_of(at):
        made = backend.create_image(of, name or f"{of} {at:%Y-%m-%d %H.%M}", "", [])
    for each in made.mapped:
        snapshot = backend.snapshots[each["Ebs"]["SnapshotId"]]
        snapshot.disk = replace(snapshot.disk, at=at - timedelta(seconds=40))
    return made


def _ec2(region: str) -> Machines:
    return cast(Machines, ec2_backends[ACCOUNT][region])
