"""What must hold of a drill whose copy spans two regions, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.errors import Problem
from tests.support.drill_files import SHOP, changed, write
from tests.support.types import problems

THERE = "    secondary: {region: us-west-2, kms_key: alias/dr-drills}\n"
OF_A_CLUSTER = changed(changed(SHOP, "kind: pitr-restore", "kind: global-switchover"), ": application", ": region")
SPANS = changed(
    changed(OF_A_CLUSTER, "    resource: shop-db\n", f"    resource: shop-db\n{THERE}"),
    "type: rds-instance",
    "type: aurora-cluster",
)


@pytest.mark.parametrize(
    ("old", "new", "message", "fix"),
    [
        (": region", ": availability-zone", "says nothing of the disruption 'availability-zone'", "write `disr"),
        (THERE, "", "nothing says to which region", "add `secondary"),
        ("us-west-2", "us-east-1", "the region of the source", "name another"),
        ("alias/dr-drills", "arn:aws:kms:eu-west-1:123456789012:key/0a", "the key is of eu-west-1", "name one of us"),
        ("    resource: shop-db\n", "    resource: shop-db\n    on: production\n", "no drill switches", "remove it"),
        ("secret: prod/shop}", "auth: iam, user: drills}", "a token of IAM is for one region", "name a secret"),
        ("type: aurora-cluster", "type: rds-instance", "cannot be drilled by global-switchover", "one of"),
        ("kind: global-switchover", "kind: az-failover", "the copy of a az-failover is in one region", "remove it"),
    ],
)
def test_what_must_hold_of_a_switchover(tmp_path: Path, old: str, new: str, message: str, fix: str) -> None:
    """Told before anything is started, and none reaches production."""
    found = [each for each in _told(tmp_path, changed(SPANS, old, new)) if message in each.message]
    assert len(found) == 1
    assert found[0].fix.startswith(fix)


def test_a_whole_switchover_is_no_mistake(tmp_path: Path) -> None:
    """As README tells of it."""
    assert _told(tmp_path, SPANS) == []


def _told(folder: Path, text: str) -> list[Problem]:
    return list(problems(write(folder, {"shop.yaml": text})))
