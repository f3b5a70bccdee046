"""Drills of every type, all of whose answers may be lies: told, clean or left with a word, and nothing touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_orchestrator.domain.verdict import Cleanup
from tests.support.lying import Lie
from tests.support.lying import answers as altered
from tests.support.lying.drills import weather
from tests.support.lying.grounds import SHOP, Ground, shop_ground
from tests.support.lying.storm import BROKEN, WRONG
from tests.support.shop import FULL, GREEN

KINDS = {"broken": BROKEN, "wrong": WRONG}
STORMS = [(drill, kind) for at, drill in enumerate(SHOP) for kind in (KINDS if FULL else [sorted(KINDS)[at % 2]])]
"""Each drill in each kind of storm; in the short form in one."""
CUTS = {"half": altered.truncated(0.5), "cut": altered.cut(0.5), "page": altered.page()}
CASES = [(drill, how) for at, drill in enumerate(SHOP) for how in (CUTS if FULL else [sorted(CUTS)[at % len(CUTS)]])]
"""Each drill with each way to break off; in the short form one with each."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with shop_ground(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("drill", "kinds"), STORMS, ids=str)
def test_a_drill_weathers_a_storm_of_lies(shop: Ground, drill: str, kinds: str) -> None:
    """No defect, no copy left untold, nothing of others changed; what was no answer fails no drill."""
    found = weather(shop, drill, KINDS[kinds], seed=SHOP.index(drill))
    assert found.storm.told.total() > 0
    assert not found.wrong


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("drill", "how"), CASES)
def test_every_call_may_break_off_once(shop: Ground, drill: str, how: str) -> None:
    """The first answer to each operation is none: each is asked for again, and the drill is as good as ever."""
    shop.fresh()
    once = [Lie(CUTS[how], each, times=1) for each in _operations(shop, drill)]
    shop.fresh()
    with shop.proxy.lying(*once):
        found = shop.run(drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [lie.action for lie in once if not lie.told] == []


def _operations(ground: Ground, drill: str) -> list[str]:
    """The operations that a drill calls in fair weather, and that are answered: what is not set is told by an error."""
    ground.proxy.heard.clear()
    began = len(ground.lab.journal)  # what other drills were told before is set, perhaps, where they look
    found = ground.run(drill)
    answered = {each.action for each in ground.lab.journal[began:] if each.status < 300}
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    return sorted({call.action for call in ground.proxy.heard} & answered)
