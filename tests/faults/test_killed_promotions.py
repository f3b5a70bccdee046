"""A process that dies around a promotion: its replica is made once, and promoted once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources.rds_instance.promotion import RdsPromotion
from tests.support import promotions
from tests.support.dying import deaths, die, killed_at, killed_at_write, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import Estate
from tests.support.promotions import DRILL
from tests.support.shop import GREEN

ASKS = ("CreateDBInstanceReadReplica", "PromoteReadReplica")
CALLS = [(operation, after) for operation, _, after in deaths(*((each, 1) for each in ASKS))]


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with promotions.world(shop, home) as made:
        yield made


@pytest.mark.parametrize(("operation", "after"), CALLS)
def test_killed_it_goes_on(here: wiring.App, shop: Estate, operation: str, after: bool) -> None:
    """What was asked for is adopted: one replica, promoted by one call, and all of it gone."""
    heard, before = len(shop.lab.journal), standing(AWAY)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, 1, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    taken = [each.action for each in shop.lab.journal[heard:] if each.action in ASKS and each.status == 200]
    assert taken == list(ASKS)
    assert standing(AWAY) == before


@pytest.mark.parametrize(("operation", "after"), CALLS)
def test_killed_a_sweep_takes_it_down(here: wiring.App, shop: Estate, operation: str, after: bool) -> None:
    """The run's replica alone, promoted or not; the standing one stays, and replicates."""
    before = standing(AWAY)
    swept(here, DRILL, killed_at(operation, 1, after), shop.clock, 3600.0)
    assert standing(AWAY) == before


@pytest.mark.campaign(2)
@pytest.mark.parametrize("write", range(2, 42))
def test_killed_at_any_write_it_ends_and_leaves_nothing(here: wiring.App, shop: Estate, write: int) -> None:
    """Green, or not measured where what was read died with its process; one replica at most, promoted once at most."""
    heard, before = len(shop.lab.journal), standing(AWAY)
    found = resumed(here, killed_in(here, DRILL, killed_at_write(write)))
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    if found.closing.verdict not in GREEN:
        assert found.closing.verdict is Verdict.INCONCLUSIVE
        assert "nobody knows any more" in found.closing.reasons[0]
    taken = [each.action for each in shop.lab.journal[heard:] if each.action in ASKS and each.status == 200]
    assert taken in (list(ASKS), list(ASKS[:1]))
    assert standing(AWAY) == before


def test_what_was_read_by_a_process_that_died_is_not_read_again(here: wiring.App, shop: Estate) -> None:
    """After the disruption it holds more than the standing one had: nothing is made up, and nothing promoted."""
    heard = len(shop.lab.journal)
    dead = killed_in(here, DRILL, mock.patch.object(RdsPromotion, "choose", die))
    found = resumed(here, dead)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE, found.closing.reasons
    assert any("nobody knows any more what the replica of orders-eu held" in each for each in found.closing.reasons)
    assert found.closing.cleanup is Cleanup.CLEAN
    assert not [each for each in shop.lab.journal[heard:] if each.action == "PromoteReadReplica"]
