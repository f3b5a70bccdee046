"""Puts a company's machines into a fresh lab: with their files, images of the days before, and the drills' ground."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.lab.cloud.world import REGION
from dr_orchestrator.lab.estate.seed import AGE, Seed
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.ec2_instance.lab import entry, ground, standing
from dr_orchestrator.resources.ec2_instance.name import NAME


def make(seed: Seed) -> None:
    """Make the machines, their volumes encrypted by the company's key, and what drills start copies in, each once."""
    for id, each in seed.company.of(NAME).items():
        _stand(seed, id, each)
    ground.make(seed, seed.company.of(NAME).values())


def _stand(seed: Seed, id: str, each: entry.Machine) -> None:
    zone, at = f"{REGION}{each.zone}", seed.start - AGE
    mounts = {device: volume.mounted for device, volume in each.volumes.items()}
    root = Disk(_bytes(each.on("")), mounts=mounts)
    standing.machine(REGION, zone, id, root, at, seed.key, each.gib, each.instance_type)
    for device, volume in each.volumes.items():
        standing.attached(REGION, id, device, Disk(_bytes(each.on(device))), at, seed.key, volume.gib)


def _bytes(files: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


def fill(seed: Seed) -> None:
    """Make the images of the days before, and have them go on."""
    for id, each in seed.company.of(NAME).items():
        seed.back_up(each.images, partial(standing.image, REGION, id))
