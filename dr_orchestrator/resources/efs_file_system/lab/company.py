"""Puts a company's file systems into a fresh lab: their files, backups of the days before, and the drills' ground."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.lab.cloud.world import REGION
from dr_orchestrator.lab.estate.seed import AGE, Seed
from dr_orchestrator.lab.machines import standing as machines
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.efs_file_system.lab import standing, vaulted
from dr_orchestrator.resources.efs_file_system.name import NAME


def make(seed: Seed) -> None:
    """Make the file systems, encrypted by the company's key, and what drills mount copies by; each once."""
    for id, each in seed.company.of(NAME).items():
        files = {path: text.encode() for path, text in each.files.items()}
        zone = f"{REGION}{each.zone}" if each.zone else ""
        standing.file_system(REGION, id, Disk(files), seed.start - AGE, seed.key, each.gib, zone)
        if each.mount is not None:
            at = zone or f"{REGION}a"
            subnet = machines.subnet(REGION, at, each.mount.subnet, seed.isolated)
            reader = machines.machine(REGION, at, each.mount.reader)
            standing.group(REGION, each.mount.security_group, subnet.vpc_id, reader)


def fill(seed: Seed) -> None:
    """Take the backups of the days before, and have them go on."""
    for id, each in seed.company.of(NAME).items():
        seed.vault(each.backups.vault)
        seed.back_up(each.backups, partial(vaulted.back_up, each.backups.vault, id))
