"""The history of a sample company holds people: a game day, tabletops, reviews; told as seeded, and no evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from unittest import mock

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.cli.commands import history
from dr_orchestrator.domain.exercise.agenda import Timely, turn
from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.domain.quarter.trend import quarters_until
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.practice.files import record_json
from dr_orchestrator.wiring import App, seeding
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.game_days.publishing import as_json
from dr_orchestrator.wiring.practice.listing import planned
from dr_orchestrator.wiring.programme import programme_of
from tests.support.golden.programme import QUARTER, company

YEAR = quarters_until(QUARTER)[-4:]


@pytest.fixture(scope="module")
def here() -> Iterator[App]:
    """The sample company, a year of whose history is written."""
    with company() as made:
        seeding.seed(made, YEAR, 5)
        yield made


def test_the_game_day_is_whole(here: App) -> None:
    """Approved by nobody who directs it, held for a while, with a drill that ended; one criterion was not met."""
    (record,) = here.ledger.game_days.listed()
    following = Following(here, record.id)
    of = following.look()
    kinds = {each.kind for each in following.entries}
    assert {Kind.APPROVED, Kind.ANSWERED, Kind.GO, Kind.HELD, Kind.RESUMED, Kind.DECIDED, Kind.NOTED} <= kinds
    directing = [person for each in record.plan.roles[Role.DIRECTOR] for person in each.persons]
    assert not any(same(of.approvals[0].by, each) for each in directing)
    assert of.approvals[0].digest == record.plan.digest
    assert [each.rating for each in of.ratings.values() if not each.rating.met] == [Rating.MAJOR_CHALLENGES]
    assert [each.gone for each in of.drills] == [True]
    assert (record.verdict, record.closed_at) == (Verdict.PASSED_WITH_FINDINGS, following.entries[-1].at)


def test_all_of_it_is_told_as_seeded(here: App) -> None:
    """In titles, records and what programs read; none of it is in a figure of the programme."""
    (record,) = here.ledger.game_days.listed()
    told = as_json(here, record.id)
    assert (told["seeded"], told["simulated"], told["title"][-16:]) == (True, True, "(seeded history)")
    practice = here.ledger.practice
    for sat in practice.records():
        whole = practice.tabletop(sat.id) if sat.kind is RaisedBy.TABLETOP else practice.review(sat.id)
        assert (sat.seeded, sat.counts, record_json(*whole)["seeded"]) == (True, False, True)
        assert sat.title.endswith("(seeded history)")
    of = programme_of(here)
    assert {each.seeded for each in (*of.people, *of.people_before) if each.at} == {True}
    assert [each.kind for each in of.people_before] == ["game day", "documentation review", "tabletop"]
    assert all(each.simulated for each in here.ledger.queries.findings())


def test_what_was_made_up_moves_no_date(here: App) -> None:
    """Neither is it the first try, from which a tabletop that never passed is overdue."""
    now = here.clock.now()
    turns = [turn(each, here.ledger.practice.records(), now) for each in planned(here)]
    assert {(each.standing, each.counting) for each in turns} == {(Timely.DUE, None)}


def test_no_document_was_seen_by_it(here: App) -> None:
    """The digests that are made up stand in the records alone: no run is held against them."""
    practice = here.ledger.practice
    (document,) = {practice.review(each.id)[1].look.document for each in practice.records(RaisedBy.REVIEW)}
    assert practice.sightings(document) == []
    assert practice.newest_look("jira-runbook") is None


def test_people_worked_on_what_it_found(here: App) -> None:
    """Of each sort something was closed by a person's act, and nothing by a retest: what is made up proves nothing."""
    found = [each for each in here.ledger.queries.findings() if each.raised_by is not RaisedBy.RUN]
    assert {each.raised_by for each in found if each.state.closed} == {
        RaisedBy.GAME_DAY,
        RaisedBy.TABLETOP,
        RaisedBy.REVIEW,
    }
    assert not [each for each in found if each.state.value == "remediated"]


def test_the_same_seed_tells_the_same(here: App) -> None:
    """Whenever it is asked for."""
    with company() as again:
        seeding.seed(again, YEAR, 5)
        assert again.ledger.practice.records() == here.ledger.practice.records()
        assert again.ledger.game_days.listed() == here.ledger.game_days.listed()
        (one,) = again.ledger.game_days.listed()
        assert as_json(again, one.id) == as_json(here, one.id)


def test_a_run_is_shown_with_its_game_day(here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, and for programs; a run of no game day has none."""
    (record,) = here.ledger.game_days.listed()
    own = Following(here, record.id).look().drills[0].run
    other = next(each.header.id for each in here.ledger.queries.outlines() if each.header.id != own)
    with mock.patch.object(history, "_ledger", lambda: here.ledger):
        assert main.run(["show", own]) in set(Exit)
        assert f"started from {record.id}" in capsys.readouterr().out
        assert main.run(["show", other, "--json"]) in set(Exit)
        assert json.loads(capsys.readouterr().out)["game_day"] is None
