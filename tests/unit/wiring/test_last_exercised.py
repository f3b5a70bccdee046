"""When people last exercised a service is told of each kind of exercise, and of none that was only tried out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.quarter.last import Exercised, last_of
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.queries import Queries
from dr_orchestrator.reporting.quarter.export import programme_json
from dr_orchestrator.reporting.quarter.view import programme_view
from dr_orchestrator.wiring.practice.last import last_exercised
from dr_orchestrator.wiring.programme import programme_of
from tests.support import practice
from tests.support.fakes import FakeClock
from tests.support.game_days import DONE, PLAN, SCRIBE
from tests.support.ledger_samples import START

TOLD = datetime(2026, 11, 19, 10, tzinfo=UTC)
AGAIN = practice.RECORD.replace("2026-q4", "again").replace("T09", "T11").replace("T10", "T12")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A workspace with a tabletop of its shop, whose clock stands after it was held."""
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    made = practice.home(tmp_path)
    with wiring.using(made):
        yield made
    made.ledger.close()


def recorded(here: wiring.App, text: str) -> str:
    """The id of the tabletop that is recorded so."""
    main.run(["tabletop", "record", str(practice.filled(here.settings.home, text))])
    return here.ledger.practice.records()[-1].id


def held(here: wiring.App, at: datetime, *, simulated: bool = False) -> None:
    """A game day of the shop, held from an instant on."""
    here.ledger.game_days.take_plan(PLAN, "gd-1", SCRIBE, at, simulated=simulated)
    for minute, (act, by) in enumerate(DONE[1:]):
        here.ledger.game_days.act("gd-1", act, by, at + timedelta(minutes=minute))


def test_a_tabletop_is_told_until_a_later_exercise(here: wiring.App) -> None:
    """With its id, when it ended, and its verdict, whatever that is; a game day after it takes its place."""
    assert last_exercised(here, START) == {}
    first = recorded(here, practice.RECORD)
    of = last_exercised(here, START)["shop"]
    assert (of.kind, of.id, of.at, of.verdict) == (RaisedBy.TABLETOP, first, TOLD, Verdict.PASSED)
    held(here, TOLD + timedelta(hours=1))
    of = last_exercised(here, START)["shop"]
    assert (of.kind, of.id, of.verdict) == (RaisedBy.GAME_DAY, "gd-1", here.ledger.game_days.find("gd-1").verdict)


def test_what_was_only_tried_out_exercised_nobody(here: wiring.App) -> None:
    """A rehearsal of a tabletop, a simulated game day, and one that is not closed."""
    recorded(here, practice.RECORD + "rehearsal: true\n")
    held(here, TOLD, simulated=True)
    assert last_exercised(here, START) == {}
    here.ledger.game_days.take_plan(PLAN, "gd-2", SCRIBE, TOLD, simulated=False)
    for minute, (act, by) in enumerate(DONE[1:-1]):
        here.ledger.game_days.act("gd-2", act, by, TOLD + timedelta(minutes=minute))
    assert last_exercised(here, START) == {}


def test_a_correction_takes_the_place_of_what_it_corrects(here: wiring.App) -> None:
    """Also where it says that it ended earlier."""
    recorded(here, practice.RECORD)
    earlier = practice.RECORD.replace("ended: 2026-11-19T10:00", "ended: 2026-11-19T09:50")
    corrected = recorded(here, earlier + "correction: it ended earlier\n")
    of = last_exercised(here, START)["shop"]
    assert (of.id, of.at) == (corrected, TOLD - timedelta(minutes=10))


def test_only_what_was_known_then_and_of_before_an_end_is_told(here: wiring.App) -> None:
    """A report of a quarter that is over tells none of the next, nor what was told later than it knows."""
    first, second = recorded(here, practice.RECORD), recorded(here, AGAIN)
    assert last_exercised(here, START)["shop"].id == second
    assert last_exercised(here, START, TOLD + timedelta(hours=1))["shop"].id == first
    assert last_exercised(here, START, TOLD) == {}
    assert last_exercised(here, START - timedelta(seconds=1)) == {}


def test_the_services_are_those_of_the_record_and_each_has_its_own_last() -> None:
    """The newest of several by when it ended, in whichever order they are read; at one instant always the same."""
    one = Exercised(RaisedBy.TABLETOP, "a", TOLD, Verdict.FAILED, ("shop", "bank"))
    other = replace(one, id="b", at=TOLD + timedelta(days=1), services=("shop",))
    tied = replace(other, id="c")
    assert last_of([other, one]) == last_of([one, other]) == {"shop": other, "bank": one}
    assert last_of([tied, other])["shop"] == last_of([other, tied])["shop"] == tied


def test_coverage_tells_it_beside_and_never_within(here: wiring.App, capsys: Any) -> None:
    """A line, and a key of its own as JSON: what is covered is the same with it."""
    assert main.run(["coverage"]) == Exit.PASSED
    before = capsys.readouterr().out
    assert before.endswith("Exercised by people, which proves no restore: 0 of 1 service.\n")
    id_ = recorded(here, practice.RECORD)
    capsys.readouterr()
    assert main.run(["coverage"]) == Exit.PASSED
    told = capsys.readouterr().out
    assert told.endswith(f"1 of 1 service:\n  shop: tabletop {id_} of 2026-11-19, PASSED\n")
    assert told.split("Exercised")[0] == before.split("Exercised")[0]
    assert main.run(["coverage", "--json"]) == Exit.PASSED
    assert json.loads(capsys.readouterr().out)["people"] == [
        {"service": "shop", "kind": "tabletop", "id": id_, "at": "2026-11-19T10:00:00Z", "verdict": "PASSED"}
    ]


def test_the_programme_tells_it_in_its_quarter(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a row and as JSON, also where it was held in a quarter before; none is told of one that is yet to come."""
    id_ = recorded(here, practice.RECORD)
    monkeypatch.setattr(Queries, "begins", lambda _: datetime(2026, 7, 1, tzinfo=UTC))  # no run is wanted
    later = replace(here, clock=FakeClock(START + timedelta(days=80)))
    for quarter, known in (("2026-Q3", False), ("2026-Q4", True), ("2027-Q1", True)):
        of = programme_of(later, quarter)
        (shown,) = programme_json(of)["people"]["last"]
        assert (shown["service"], shown["id"]) == ("shop", id_ if known else None)
        view = programme_view(of)
        assert [(each.id, each.held, each.badge.word) for each in view.people_last] == (
            [(id_, "2026-11-19", "PASSED")] if known else []
        )
        assert f"exercised {int(known)} of 1 service" in view.last_sentence
