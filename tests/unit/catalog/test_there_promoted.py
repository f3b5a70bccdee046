"""What must hold of a store that comes back in another region by a promotion, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load
from dr_orchestrator.resources import TYPES
from tests.support import there, workspace
from tests.support.there import AWAY, DRILL
from tests.support.there_promoted import SHOP
from tests.support.there_stores import TEMPLATE
from tests.support.types import problems

TIERS = there.tiers("Z0123456789ABCDEF")
BEATS = "newest-row: {database: Database, table: heartbeat, column: at, canary: true, interval: 12h}"
OTHER = f"rds-instance, id: orders-eu, region: {AWAY}, "


def write(home: Path, shop: str = SHOP) -> Path:
    workspace.write(home, shop=shop, tiers=TIERS, template=TEMPLATE)
    return home / "drills"


def test_a_whole_one_is_no_mistake(tmp_path: Path) -> None:
    """As the docs write it; the drill knows what is a replica of what."""
    assert list(problems(write(tmp_path))) == []
    drill = load(tmp_path / "drills", TYPES).drills[DRILL]
    assert {logical: each.name for logical, each in drill.promoted.items()} == {"Database": "orders-db"}
    assert drill.stores["Database"].name == "orders-there"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("promotes: [Database]", "promotes: [Other]", "the drill's `there.stores` has no 'Other'"),
        ("promotes: [Database]", "promotes: [Database, Files]", "'Files' is an s3-bucket there, and none of these is"),
        (BEATS, BEATS.replace("true", "false"), "no mandatory newest-row reads a heartbeat of 'Database'"),
        (BEATS, f"{BEATS}\n        mandatory: false", "no mandatory newest-row reads a heartbeat of 'Database'"),
        (
            BEATS,
            f"{BEATS}\n      - {{name: of then, restored-state: {{database: Database, table: heartbeat, column: at}}}}",
            "was set back to no instant",
        ),
        (OTHER, f"{OTHER}canary: {{table: t, column: at, interval: 1m}}, ", "proves nothing of what that replicates"),
        (f"{OTHER}database: {{", f"{OTHER}database: {{engine: oracle, ", "no replica of a replica of Oracle"),
    ],
)
def test_what_must_hold_of_it(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Told before anything is started."""
    assert old in SHOP
    found = list(problems(write(tmp_path, SHOP.replace(old, new, 1))))
    assert [each for each in found if message in each.message], found
