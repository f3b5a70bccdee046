"""An environment comes back in another region from what lies there, and a name of the drill's own leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support import there
from tests.support.estate import Estate
from tests.support.shop import run
from tests.support.there import AWAY, DRILL


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone) as made:
        yield made


def test_it_comes_back_there_and_the_name_leads_to_it(shop: Estate, here: wiring.App, zone: str) -> None:
    """Environment and stores stand in the other region alone; the name leads there, and back; all of it is gone."""
    before = shop.inventory()
    found = run(here, DRILL)
    for s in found.steps:
        print(s.seq, s.phase, s.name, s.duration, s.outcome, s.detail)
    for c in found.checks:
        print(c)
    print(found.closing)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED, Cleanup.CLEAN)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert shop.inventory() == before
    assert there.records(shop, zone) == {}
