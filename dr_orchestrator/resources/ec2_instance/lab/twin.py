"""EC2's machines as drills meet them: moto, where moto is like AWS."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.machines import answers as machines
from dr_orchestrator.lab.machines import commands
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.ec2_instance.lab import answers, backend, company


def _machines() -> dict[str, Any]:
    """By region and id."""
    return {
        f"{region}/{one.id}": {
            "status": one._state.name,
            "image": one.image_id,
            "subnet": one.subnet_id,
            "public": bool(one.public_ip),
            "tags": {tag["key"]: tag["value"] for tag in one.get_tags()},
        }
        for region, found in list(ec2_backends[ACCOUNT].items())
        for each in list(found.reservations.values())
        for one in each.instances
    }


TWIN = Twin(
    backends=((ec2_backends, backend.Machines), (ssm_backends, commands.Commands)),
    patches=(*backend.PATCHES, *answers.PATCHES, *machines.PATCHES),
    state={"machines": _machines},
    make=company.make,
    fill=company.fill,
)
