"""MariaDB and Aurora MySQL failed over under a client that speaks to a real pair of MariaDB servers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.settings import Pace
from tests.support.failovers import DRILL
from tests.support.maria_shop import CLUSTER, INSTANCE, Kind, MariaShop, maria_shop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow

FAILS_OVER = f"""
  {DRILL}:
    kind: az-failover
    resource: orders-db
    disruption: availability-zone
    checks: [{{name: orders, rows-at-least: {{table: orders, minimum: 3}}}}]"""


@pytest.fixture(scope="module", params=[INSTANCE, CLUSTER], ids=lambda kind: kind.engine)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaShop]:
    kind: Kind = request.param
    with maria_shop(tmp_path_factory.mktemp("maria"), kind, FAILS_OVER, PacedClock(Pace(200.0, time.time()))) as built:
        built.take_snapshot("orders-1")
        yield built


@pytest.fixture
def here(shop: MariaShop) -> Iterator[wiring.App]:
    with wiring.using(wiring.App(shop.settings, shop.clock)) as made:
        yield made
    shop.lab.faults.clear()


def drilled(here: wiring.App) -> Run:
    """A run after which nothing is left."""
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    return found


@pytest.mark.campaign(1)
def test_a_copy_fails_over_and_back_and_loses_nothing(here: wiring.App) -> None:
    """By MySQL's words: an outage on each way, another zone after it, and every acknowledged write once."""
    found = drilled(here)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    ways = switches(found.checks)
    for each in (ways[FAILOVER], ways[FAILBACK]):
        assert each.moved
        assert each.outage is not None
        assert (each.counted.lost, each.counted.doubled, each.gone) == (0, 0, 0)
        assert each.counted.acknowledged == each.counted.present >= 100


@pytest.mark.campaign(1)
def test_a_standby_that_lacks_what_was_acknowledged_fails_the_drill(shop: MariaShop, here: wiring.App) -> None:
    """The loss is a real one, and it is counted."""
    shop.lab.faults.add({"service": "rds", "resource": "dro-*", "kind": "asynchronous"})
    found = drilled(here)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    counted = switches(found.checks)[FAILOVER].counted
    assert counted.lost > 0
    assert counted.present == counted.acknowledged - counted.lost
