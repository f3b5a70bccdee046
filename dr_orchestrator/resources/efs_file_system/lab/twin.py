"""EFS, and the machine that mounts it, as drills meet them: moto, where moto is like AWS."""

from __future__ import annotations

from typing import Any

from moto.efs.models import efs_backends
from moto.ssm.models import ssm_backends

from dr_orchestrator.lab.machines import answers as machines
from dr_orchestrator.lab.machines import commands
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.efs_file_system.lab import answers, backend, company
from dr_orchestrator.resources.efs_file_system.lab.vaulted import VAULTED


def _file_systems() -> dict[str, Any]:
    """By region and id."""
    return {
        f"{region}/{id}": {
            "status": backend.state(each),
            "token": each.creation_token,
            "mounted_in": {one.subnet_id: backend.state(one) for one in each.iter_mount_targets()},
            "tags": {tag["Key"]: tag["Value"] for tag in found.list_tags_for_resource(id)},
        }
        for region, found in backend.by_region().items()
        for id, each in list(found.file_systems_by_id.items())
    }


TWIN = Twin(
    backends=((efs_backends, backend.FileSystems), (ssm_backends, commands.Commands)),
    patches=(*backend.PATCHES, *answers.PATCHES, *machines.PATCHES),
    vaulted=VAULTED,
    state={"file_systems": _file_systems},
    make=company.make,
    fill=company.fill,
)
