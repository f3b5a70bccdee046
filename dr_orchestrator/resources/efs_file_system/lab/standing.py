"""File systems that stood before a lab began, under ids that drill files can name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.efs_file_system.lab.backend import file_systems

_NFS = "2049"


def file_system(
    region: str, id: str, disk: Disk, made_at: datetime, key: str = "", gib: float = 1, zone: str = ""
) -> Any:
    """A file system of production with what lies in it; in one zone alone where one is named."""
    backend = file_systems(region)
    worn = [{"Key": "env", "Value": "production"}]
    with world().at_once(), world().as_of(made_at):
        made: Any = backend.create_file_system(
            f"production-{id}", "generalPurpose", bool(key), key, "elastic", 0, zone, True, worn
        )
        backend.put_lifecycle_configuration(made.file_system_id, [{"TransitionToIA": "AFTER_30_DAYS"}])
    given = made.file_system_id
    backend.file_systems_by_id[id] = backend.file_systems_by_id.pop(given)
    made.file_system_arn = made.file_system_arn.replace(given, id)
    made.file_system_id, made.disk, made.gib = id, disk, gib
    backend.tagging_service.tag_resource(id, worn)
    return made


def group(region: str, name: str, vpc: str, machine: Any, account: str = ACCOUNT) -> Any:
    """A group of mount targets that lets NFS in from one machine, and nothing else; each once, whoever names it."""
    backend: Any = ec2_backends[account][region]
    held = [each for each in backend.describe_security_groups() if (each.name, each.vpc_id) == (name, vpc)]
    made = held[0] if held else backend.create_security_group(name, "mount targets of copies made by drills", vpc)
    made.egress_rules.clear()
    allowed = [{"CidrIp": f"{machine.private_ip}/32"}]
    if not any(f"{machine.private_ip}/32" in str(each.ip_range) for each in made.ingress_rules):
        backend.authorize_security_group_ingress(made.id, "tcp", _NFS, _NFS, allowed)
    return made
