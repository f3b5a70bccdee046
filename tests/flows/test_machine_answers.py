"""A restored machine is asked by HTTP at its own address, as its users would ask it."""

from __future__ import annotations

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from tests.support import web
from tests.support.estate import Estate
from tests.support.shop import GREEN, run

CHECK = 'it answers, http-answer: {url: "{http%d}/health", contains: ok}'


@pytest.fixture
def drilled(here: wiring.App) -> wiring.App:
    """The shop's workspace with its machine."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", web.DRILLED, 1))
    return here


def asked_at(here: wiring.App, port: int) -> None:
    """The machine is to be asked at that port besides."""
    file = here.settings.drills / "shop.yaml"
    last = "      - {name: the team's own"
    file.write_text(file.read_text().replace(last, f"      - {{name: {CHECK % port}}}\n{last}", 1))


def answer(found: Run) -> CheckResult:
    return next(each for each in found.checks if each.name == "it answers")


def test_it_is_asked_at_its_own_address(shop: Estate, drilled: wiring.App) -> None:
    """The copy's address, at the port that the check names: once, and it proves nothing of the data."""
    before = shop.inventory()
    with web.answering() as (port, asked):
        asked_at(drilled, port)
        found = run(drilled, "web-snapshot")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked == [f"127.0.0.1:{port}/health"]
    assert (answer(found).outcome, answer(found).observed) == (Outcome.PASSED, "status 200: ok")
    assert not answer(found).proves_data
    assert shop.inventory() == before


def test_an_answer_that_tells_of_a_fault_fails_the_drill(shop: Estate, drilled: wiring.App) -> None:
    """A machine that started and serves nobody is no recovery; it is taken down all the same."""
    before = shop.inventory()
    with web.answering(503, "no disk") as (port, _):
        asked_at(drilled, port)
        found = run(drilled, "web-snapshot")
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert answer(found).observed == "status 503: no disk"
    assert shop.inventory() == before
