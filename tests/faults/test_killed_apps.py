"""A drill of an app is killed at a write to its ledger: resumed it asks for each stack once, swept it leaves none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.ledger import ledger as of_ledger
from dr_orchestrator.wiring import sweeping
from tests.support import orders_app
from tests.support.dying import Killed, killed_in, resumed
from tests.support.estate import Estate
from tests.support.shop import FULL, ended, run

DRILL = "shop-replica"
WRITES = 98
"""How often the drill writes to its ledger."""
FIRST_MADE, SECOND_INTENDED, SECOND_DERIVED, SECOND_MADE = 13, 30, 33, 34
"""The writes that say so."""
VERIFIED = 63
"""The last of them before the teardown."""
SOME = (FIRST_MADE, SECOND_INTENDED, SECOND_DERIVED, SECOND_MADE)
CASES = (
    [(at, before) for at in range(2, VERIFIED + 1) for before in (True, False)]
    if FULL
    else [(at, number % 2 == 0) for number, at in enumerate(SOME)]
)


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with orders_app.ground(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with orders_app.world(shop, home) as made:
        yield made


@contextmanager
def dying(at: int, before: bool) -> Iterator[list[str]]:
    """Within: the process ends just before, or just after, its `at`th write; what was written is listed."""
    written: list[str] = []
    write = of_ledger.write_patiently

    def counted(act: Callable[[], None], *more: Any) -> None:
        if len(written) >= at or (before and len(written) == at - 1):
            raise Killed
        write(act, *more)
        written.append(act.__qualname__)
        if len(written) == at:
            raise Killed

    with mock.patch.object(of_ledger, "write_patiently", counted):
        yield written


def killed(here: wiring.App, at: int, before: bool) -> Run:
    return killed_in(here, DRILL, dying(at, before))


def named(shop: Estate) -> list[str]:
    return list(dict.fromkeys(call["StackName"] for call in shop.calls("CreateChangeSet")))


def test_so_often_it_writes(here: wiring.App) -> None:
    """What is killed below is every write that there is, in the full form."""
    with dying(10_000, before=False) as written:
        found = run(here, DRILL)
    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED
    assert len(written) == WRITES, written


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("at", "before"), CASES)
def test_a_killed_drill_is_finished_by_resume(shop: Estate, here: wiring.App, at: int, before: bool) -> None:
    """Each stack is made once, whatever the dead process had learnt of it; nothing is left."""
    dead = killed(here, at, before)
    found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    took_effect = [each for each in shop.lab.journal if each.action == "ExecuteChangeSet" and each.status == 200]
    assert [each.params["StackName"].split("/")[1].rpartition("-orders")[2] for each in took_effect] == ["-data", ""]
    assert all(row.state in TERMINAL for row in found.copies)


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("at", "before"), CASES)
def test_a_killed_drill_is_cleaned_up_by_sweep(shop: Estate, here: wiring.App, at: int, before: bool) -> None:
    """All that it made goes, the second stack before the first."""
    there = shop.inventory()
    dead = killed(here, at, before)
    assert all(each.gone for each in sweeping.sweep_run(here, dead, "by hand"))
    assert all(row.state in TERMINAL for row in here.ledger.queries.run(dead.header.id).copies)
    assert shop.inventory() == there
    gone = [call["StackName"].split("/")[1] for call in shop.calls("DeleteStack")]
    assert gone == named(shop)[::-1]
