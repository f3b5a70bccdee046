"""File systems that tests drill: what a workspace writes for them, and the lab's own hand on them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends

from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.efs_file_system.lab import vaulted
from tests.support.estate import MACHINE, REGION, RESTORER, SHARE, SUBNET, VAULT

VERSION = hashlib.sha256(b"7\n").hexdigest()
NEWEST = "/srv/share/photo 1.jpg"
DRILLED = f"""
  files:
    type: efs-file-system
    id: {SHARE.id}
    region: {REGION}
    mount: {{reader: {MACHINE}, subnet: {SUBNET}, security_groups: [dro-mounts]}}
drills:
  files-vault:
    kind: snapshot-restore
    resource: files
    disruption: application
    path: fallback
    objective: {{rto: "< 6h", rpo: "< 10d", reason: the tape is older}}
    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}"}}
    checks:
      - name: files are there
        files: {{paths: {{/srv/share/VERSION: {VERSION}}}, newest: {NEWEST}, at_least: 2}}
      - {{name: the team's own, command: {{run: [sh, -c, 'ls "$DRO_COPY_MOUNT/srv/share"'], proves-data: true}}}}
"""
"""What a workspace writes in place of its line `drills:` to drill the estate's file system as well."""


def backend() -> Any:
    """The lab's own EFS."""
    return efs_backends[ACCOUNT][REGION]


def newest() -> str:
    """The newest recovery point of the estate's file system, by its ARN."""
    found = [each for each in vaults().kept(VAULT.name, None) if each.of == "EFS"]
    return max(found, key=lambda each: each.at).point


def holding(disk: Disk) -> None:
    """Have the newest recovery point hold these files, of as late as the ones that it held."""
    vaulted.hold(newest(), replace(disk, at=vaulted.held(newest()).at))


def group() -> Any:
    """The security group of the mount targets of copies."""
    found = ec2_backends[ACCOUNT][REGION].describe_security_groups()
    return next(each for each in found if each.name == "dro-mounts")
