"""Puts a company's volumes into a fresh lab: with their files, the snapshots of the days before, and the machines that
read copies.
"""

from __future__ import annotations

from functools import partial

from dr_orchestrator.lab.cloud.world import REGION
from dr_orchestrator.lab.estate.seed import AGE, Seed
from dr_orchestrator.lab.machines import standing as machines
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.ebs_volume.lab import standing
from dr_orchestrator.resources.ebs_volume.name import NAME


def make(seed: Seed) -> None:
    """Make the volumes, encrypted by the company's key, and the machines; each once, whoever names it."""
    readers = dict[str, str]()
    for id, each in seed.company.of(NAME).items():
        zone, files = f"{REGION}{each.zone}", {path: text.encode() for path, text in each.files.items()}
        standing.volume(REGION, zone, id, each.gib, Disk(files), seed.start - AGE, seed.key)
        if each.reader is not None:
            readers.setdefault(each.reader, zone)
    for machine, zone in readers.items():
        machines.machine(REGION, zone, machine)


def fill(seed: Seed) -> None:
    """Take the snapshots of the days before, and have them go on."""
    for id, each in seed.company.of(NAME).items():
        seed.back_up(each.snapshots, partial(standing.snapshot, REGION, id))
