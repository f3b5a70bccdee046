"""Volumes that tests drill: what a workspace writes for them, and the lab's own hand on them."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.estate import MACHINE, REGION, VOLUME

VERSION = hashlib.sha256(b"7\n").hexdigest()
NEWEST = "/srv/share/photo 1.jpg"
DRILLED = f"""
  share:
    type: ebs-volume
    id: {VOLUME.id}
    region: {REGION}
    reader: {MACHINE}
drills:
  share-snapshot:
    kind: snapshot-restore
    resource: share
    disruption: application
    path: fallback
    objective: {{rto: "< 6h", rpo: "< 10d", reason: the tape is older}}
    checks:
      - {{name: files are there, files: {{paths: {{/srv/share/VERSION: {VERSION}}}, newest: {NEWEST}}}}}
      - {{name: file systems are whole, integrity: {{}}}}
      - {{name: the team's own, command: {{run: [sh, -c, 'ls "$DRO_COPY_MOUNT/srv/share"'], proves-data: true}}}}
      - {{name: every block, whole-read: {{within: 2h}}, mandatory: false}}
"""
"""What a workspace writes in place of its line `drills:` to drill the estate's volume as well."""


def backend() -> Any:
    """The lab's own EC2."""
    return ec2_backends[ACCOUNT][REGION]


def machine() -> Any:
    """The machine that reads copies."""
    return backend().get_instance(MACHINE)


def snapshots() -> list[Any]:
    """Those of the estate's volume, the oldest first."""
    found = (each for each in backend().snapshots.values() if each.volume.id == VOLUME.id)
    return sorted(found, key=lambda each: each.start_time)
