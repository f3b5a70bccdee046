"""EBS, and the machine that reads it, as drills meet them: moto, where moto is like AWS."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.machines import answers as machines
from dr_orchestrator.lab.machines import commands
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.ebs_volume.lab import answers, backend, company


def _volumes() -> dict[str, Any]:
    """By region and id."""
    return {
        f"{region}/{each.id}": {
            "status": each.status,
            "zone": each.availability_zone,
            "attached_to": each.attachment.instance.id if each.attachment else "",
            "tags": {tag["key"]: tag["value"] for tag in each.get_tags()},
        }
        for region, found in list(ec2_backends[ACCOUNT].items())
        for each in list(found.volumes.values())
    }


TWIN = Twin(
    backends=((ec2_backends, backend.Volumes), (ssm_backends, commands.Commands)),
    patches=(*backend.PATCHES, *answers.PATCHES, *machines.PATCHES),
    state={"volumes": _volumes},
    make=company.make,
    fill=company.fill,
)
