"""Switchovers of a copy that spans two regions under a client: real servers, one of which follows the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dr_orchestrator.domain.clock import Moment, span
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support.elsewhere import AWAY
from tests.support.estate import REGION
from tests.support.real_shop import RealShop, real_shop
from tests.support.shop import GREEN, run
from tests.support.switchovers import DRILL, SWITCHES, left, prepared

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with real_shop(tmp_path_factory.mktemp("switchover"), more=SWITCHES, pace=300.0) as made:
        prepared(made.lab)
        yield made


def drilled(shop: RealShop) -> Run:
    """A run; whatever came of it, nothing is left in either region."""
    found = run(shop.here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert left() == []
    return found


def test_a_copy_is_switched_over_and_back_and_loses_nothing(shop: RealShop) -> None:
    """The outage is the client's, the other region serves after each way, and every acknowledged write is there."""
    found = drilled(shop)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    ways, measures = switches(found.checks), found.closing.measures
    there, back = ways[FAILOVER], ways[FAILBACK]
    assert (there.before.serving, there.after.serving, there.after.standby) == (REGION, AWAY, REGION)
    assert (back.before, back.after) == (there.after, there.before)
    for each in (there, back):
        assert each.outage is not None
        assert each.counted.lost == each.counted.doubled == each.gone == 0
        assert each.counted.acknowledged == each.counted.present >= 100
        assert "another region serves" in each.result.expected
    assert there.outage is not None
    assert measures.rta == span(found.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED) == there.outage.lasted
    steps = [step.name for step in found.steps]
    assert steps.index("switch over") < steps.index("verify in the other region") < steps.index("switch back")
    isolated = next(step.detail for step in found.steps if step.role is Role.PROVE_ISOLATION)
    assert f"of dro-{found.header.id}-global-boards-prod alone" in isolated
    assert AWAY in isolated
    page = (shop.here.settings.generated / f"{found.header.id}.md").read_text()
    assert "AWS tells of at most 60 s" in page


def test_a_switchover_that_loses_what_was_acknowledged_fails_the_drill(shop: RealShop) -> None:
    """What was acknowledged in one region and is not there in the other: FAILED, with the numbers."""
    shop.lab.faults.add({"kind": "asynchronous", "service": "rds", "resource": "dro-*"})
    try:
        found = drilled(shop)
    finally:
        shop.lab.faults.clear()
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    there = switches(found.checks)[FAILOVER]
    assert there.counted.lost > 0
    assert any(f"{there.counted.lost} writes lost" in reason for reason in found.closing.reasons)
    assert found.closing.measures.rpa is not None
    assert found.closing.measures.rpa > timedelta()
