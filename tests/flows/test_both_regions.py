"""Both regions are compared once a drill's name leads back: what stays apart fails it, what is on its way does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import CheckResult, Phase, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.resources import sides
from dr_orchestrator.runner.session import Session
from tests.support import there
from tests.support.estate import REGION, TABLE, Estate
from tests.support.shop import run
from tests.support.there import AWAY, DRILL

NAME = "both regions hold the same"


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone) as made:
        yield made


def put(shop: Estate, region: str, key: str, **values: str) -> None:
    item = {"pk": {"S": key}, **{name: {"S": value} for name, value in values.items()}}
    shop.client("dynamodb", region).put_item(TableName=TABLE.id, Item=item)


def gone(shop: Estate, *keys: str) -> None:
    for region in (REGION, AWAY):
        for key in keys:
            shop.client("dynamodb", region).delete_item(TableName=TABLE.id, Key={"pk": {"S": key}})


def compared(found: Run) -> CheckResult:
    return next(each for each in found.checks if each.name == NAME)


def figures(found: Run) -> dict[str, Any]:
    return dict(compared(found).figures["both_sides"])


def test_both_hold_the_same(here: wiring.App) -> None:
    """Every item of both is compared by its digest, after the name leads back, and proves nothing of the restore."""
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
    told = figures(found)
    assert (told["here"], told["there"], told["alike"], told["again"]) == (61, 61, 61, 0)
    assert not compared(found).proves_data
    steps = {each.name: each for each in found.steps}
    assert steps["compare both regions"].offset > steps["lead the name back"].offset
    assert steps["compare both regions"].phase is Phase.TEARDOWN


def test_what_stays_apart_fails_the_drill(shop: Estate, here: wiring.App) -> None:
    """An item that never came, one that is there alone and one that is another are each told by their keys."""
    put(shop, REGION, "never replicated")
    put(shop, AWAY, "written there")
    put(shop, REGION, "changed", value="new")
    put(shop, AWAY, "changed", value="old")
    found = run(here, DRILL)
    gone(shop, "never replicated", "written there", "changed")
    told, closing = figures(found), found.closing
    assert closing is not None
    assert (closing.verdict, closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert compared(found).outcome is Outcome.FAILED
    assert [told[f"{each}_count"] for each in ("lost", "strange", "different")] == [1, 1, 1]
    assert "never replicated" in told["lost"][0]
    assert "not the same in both" in compared(found).observed
    assert "changed" in told["different"][0]


def test_what_is_on_its_way_is_looked_at_again(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while the check looks again was replicated: nothing is wrong with it."""
    put(shop, REGION, "on its way")
    sleep = shop.clock.sleep

    def comes(seconds: float) -> None:
        sleep(seconds)
        if seconds == sides.AGAIN_S:
            put(shop, AWAY, "on its way")

    monkeypatch.setattr(shop.clock, "sleep", comes)
    found = run(here, DRILL)
    monkeypatch.undo()
    gone(shop, "on its way")
    assert compared(found).outcome is Outcome.PASSED
    assert (figures(found)["again"], figures(found)["alike"]) == (1, 62)


def test_a_script_without_the_step_compares_all_the_same(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace's own script may be older than the check: nothing that a drill declares is passed over silently."""
    compare = Session.compare_both
    asked: list[str] = []

    def forgotten(session: Session, name: str = "compare both regions") -> None:
        if not asked:
            asked.append(name)
            return
        compare(session, name)

    monkeypatch.setattr(Session, "compare_both", forgotten)
    found = run(here, DRILL)
    assert compared(found).outcome is Outcome.PASSED


def test_what_is_lost_at_the_end_is_inconclusive(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lost region does not answer after the failback either, nobody knows, and the drill does not pass."""
    compare = Session.compare_both

    def lost(session: Session, name: str = "compare both regions") -> None:
        shop.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "Scan"})
        compare(session, name)

    monkeypatch.setattr(Session, "compare_both", lost)
    found = run(here, DRILL)
    assert compared(found).outcome is Outcome.INCONCLUSIVE
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
