"""A person who fills the gaps of drafts, each with something that may stand there."""

from __future__ import annotations

import re
from pathlib import Path

_GAP = re.compile(r'(?P<key>[\w-]+): "GAP:(?:[^"\\]|\\.)*"')

WORDS = {
    "title": "A service",
    "tier": "1",
    "owner": "Ada",
    "dr_champion": "Ada",
    "contacts": "[{name: Ada, role: on-call, reach: here}]",
    "url": "https://wiki.example.com/runbook",
    "reviewed": "2026-10-01",
    "name": "orders",
    "secret": "prod/orders",
    "isolation": "{subnet_group: dro-isolated, security_groups: [dro-isolated]}",
    "network": "{subnet: subnet-0c0c0c0c0c0c0c0c0, security_groups: [dro-isolated]}",
    "mount": "{reader: i-0d0d0d0d0d0d0d0d0, subnet: subnet-0c0c0c0c0c0c0c0c0, security_groups: [dro-mounts]}",
    "vault": "aws/efs/automatic-backup-vault",
    "role": "arn:aws:iam::123456789012:role/dr-restore",
    "paths": "{/srv/VERSION: present}",
    "template": "infrastructure/shop.template.yaml",
    "table": "orders",
    "column": "at",
    "key": "{pk: canary}",
    "attribute": "at",
    "checks": "[{name: items are there, items-at-least: {table: Config, minimum: 1}}]",
}


VALUE = '"{copy}"'
"""That of a template's parameter."""


def filled(text: str) -> str:
    """The text without a gap."""
    return _GAP.sub(lambda found: f"{found['key']}: {WORDS.get(found['key'], VALUE)}", text)


def fill(drills: Path) -> int:
    """Fill those of all service files of a folder; returns how many there were."""
    number = 0
    for path in drills.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        number += len(_GAP.findall(text))
        path.write_text(filled(text), encoding="utf-8")
    return number
