"""The rights to what a region failover compares: reads of the stores that checks name there, and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.aws.access import policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.domain.drill import Allowed
from tests.support import there, there_stores, workspace
from tests.support.clicks import WITH_FAKE
from tests.support.estate import REGION
from tests.support.fakes import FakeClock
from tests.support.iam.enforced import allowed
from tests.support.there import AWAY, DRILL

WITHIN = {"aws:RequestedRegion": [REGION]}
LOST = (
    ("rds:DescribeDBInstances", f"arn:aws:rds:{REGION}:123456789012:db:orders-prod", "Database"),
    ("s3:ListBucketVersions", "arn:aws:s3:::images-prod", "Files"),
    ("s3:GetObject", "arn:aws:s3:::images-prod/photo 1.jpg", "Files"),
)
LOGIN = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:prod/orders-a1b2c3"


def printed(home: Path, shop: str = there_stores.SHOP) -> tuple[list[Policy], list[Policy]]:
    """The policies of who looks, and of who changes things."""
    tiers = there.tiers("Z0123456789ABCDEF")
    here = workspace.world(home, FakeClock(), shop=shop, template=there_stores.TEMPLATE, tiers=tiers)
    scope = Scope(WITH_FAKE, [here.drill(DRILL)], Allowed(frozenset({"123456789012"}), frozenset({AWAY})))
    return [*policies.source_policies(scope)], [*policies.drill_policies(scope)]


def without(store: str) -> str:
    """The shop's drill that does not compare one of its stores."""
    return "".join(
        each for each in there_stores.SHOP.splitlines(keepends=True) if f"same-in-both: {{store: {store}" not in each
    )


@pytest.mark.parametrize(("action", "arn", "store"), [*LOST, ("secretsmanager:GetSecretValue", LOGIN, "Database")])
def test_what_is_compared_may_be_read_where_it_was_lost(tmp_path: Path, action: str, arn: str, store: str) -> None:
    """By who looks, for as long as a check compares it; and never by who changes things."""
    looks, changes = printed(tmp_path / "all")
    assert allowed(looks, action, arn, WITHIN)
    assert not allowed(changes, action, arn, WITHIN)
    looks, _ = printed(tmp_path / "without", without(store))
    assert not allowed(looks, action, arn, WITHIN)


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("s3:PutObject", "arn:aws:s3:::images-prod/photo 1.jpg"),
        ("s3:DeleteObject", "arn:aws:s3:::images-prod/photo 1.jpg"),
        ("s3:GetObject", "arn:aws:s3:::invoices-prod/1.pdf"),
        ("rds:DeleteDBInstance", f"arn:aws:rds:{REGION}:123456789012:db:orders-prod"),
        ("rds:ModifyDBInstance", f"arn:aws:rds:{REGION}:123456789012:db:orders-prod"),
    ],
)
def test_nothing_of_the_lost_region_is_changed(tmp_path: Path, action: str, arn: str) -> None:
    """Nor is anything read there that no drill names."""
    assert not any(allowed(each, action, arn, WITHIN) for each in printed(tmp_path))
