"""Failovers of a restored copy under a client: what it was not served, what it lost, and who served it then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.verdict import Cleanup
from tests.support.real_shop import RealShop, real_shop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow
DRILL = "orders-failover"
FAILS_OVER = f"""
  {DRILL}:
    kind: az-failover
    resource: orders-db
    disruption: availability-zone
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with real_shop(tmp_path_factory.mktemp("failover"), more=FAILS_OVER, pace=60.0) as made:
        yield made


def test_a_copy_fails_over_and_back_and_loses_nothing(shop: RealShop) -> None:
    """The outage is the client's, another zone serves after each way, and every acknowledged write is there."""
    found = run(shop.here, DRILL)
    assert found.closing is not None
    print(found.closing.reasons, found.closing.findings)
    for s in found.steps:
        print(s.name, s.duration, s.outcome, s.detail)
    for c in found.checks:
        print(c.name, c.observed, c.figures)
    for e in found.events:
        print(e)
    print(found.server_times, found.closing.measures)
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    ways = switches(found.checks)
    assert set(ways) == {FAILOVER, FAILBACK}
