"""A process that dies while a recovery point is brought to another region: the next one goes on, or takes all down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.wiring import opening
from tests.support import elsewhere
from tests.support import shop as shops
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import Estate
from tests.support.shop import GREEN, fresh

DRILL = "orders-away-snapshot"
ASKS = ("CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot")
CALLS = [*deaths(*((each, 1) for each in ASKS)), ("DescribeDBSnapshots", 12, True)]


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    elsewhere.prepared(shop.lab)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with shops.world(shop, home, elsewhere.DRILL.rstrip()) as made, dead:
        fresh(shop)
        yield made


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_on_the_way_it_goes_on(here: wiring.App, shop: Estate, operation: str, number: int, after: bool) -> None:
    """What was asked for is adopted, and asked for once: the snapshot there, and the instance."""
    heard = len(shop.lab.journal)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    taken = [each.action for each in shop.lab.journal[heard:] if each.action in ASKS and each.status == 200]
    assert taken == list(ASKS)
    assert standing(AWAY) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(
    here: wiring.App, shop: Estate, operation: str, number: int, after: bool
) -> None:
    """In the region where it stands, proven by an inventory of that; nothing beside the source was made, or is gone."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at(operation, number, after), shop.clock, 3600.0)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert all(row.state in TERMINAL for row in found.copies)
    assert standing(AWAY) == []
    assert shop.inventory() == before
