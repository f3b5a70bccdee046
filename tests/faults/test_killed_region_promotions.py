"""A process that dies around a promotion for a stack: one replica, promoted once, one snapshot of it, and all gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support import there_promoted
from tests.support.dying import killed_at, killed_at_write, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import Estate
from tests.support.shop import GREEN
from tests.support.there import DRILL

ASKS = ("CreateDBInstanceReadReplica", "PromoteReadReplica", "CreateDBSnapshot")


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with there_promoted.world(shop, home) as (made, _):
        yield made


def taken(shop: Estate, heard: int) -> list[str]:
    return [each.action for each in shop.lab.journal[heard:] if each.action in ASKS and each.status == 200]


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("operation", ASKS[::-1])
def test_killed_at_a_call_it_goes_on(here: wiring.App, shop: Estate, operation: str, after: bool) -> None:
    """What was asked for is adopted: each is made once, and all of it is gone."""
    heard, before = len(shop.lab.journal), standing(AWAY)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, 1, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert taken(shop, heard) == list(ASKS)
    assert standing(AWAY) == before


@pytest.mark.campaign(0)
@pytest.mark.parametrize("operation", ASKS[::-1])
def test_killed_a_sweep_takes_it_down(here: wiring.App, shop: Estate, operation: str) -> None:
    """The run's replica, and its snapshot; the standing one stays, and replicates."""
    before = standing(AWAY)
    swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert standing(AWAY) == before


@pytest.mark.campaign(1)
@pytest.mark.parametrize("write", range(2, 90, 2))
def test_killed_at_any_write_it_ends_and_leaves_nothing(here: wiring.App, shop: Estate, write: int) -> None:
    """Green, or not measured where what was read died with its process; each is made once at most."""
    heard, before = len(shop.lab.journal), standing(AWAY)
    found = resumed(here, killed_in(here, DRILL, killed_at_write(write)))
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    if found.closing.verdict not in GREEN:
        assert found.closing.verdict is Verdict.INCONCLUSIVE
        assert "nobody knows any more" in found.closing.reasons[0]
    asked = taken(shop, heard)
    assert asked == list(ASKS)[: len(asked)]
    assert standing(AWAY) == before
