"""What the ledger tells the programme's report, and its door for a seeded history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.exercise.criteria import Criterion
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.findings.tracked import Act, RaisedBy
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.posture.ruling import Look
from dr_orchestrator.domain.quarter.ageing import TURNS
from dr_orchestrator.domain.quarter.costs import Life
from dr_orchestrator.domain.quarter.ran import SEEDED, World
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.run import Provenance, Run
from dr_orchestrator.domain.tabletop.plan import Tabletop
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict
from dr_orchestrator.lab.people.game_day import past_game_day
from dr_orchestrator.lab.people.tabletop import past_tabletop
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.columns import Instant
from dr_orchestrator.ledger.engine import LedgerDefect
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.wiring.practice.tabletops import sat_of
from tests.support.game_days import PLAN
from tests.support.ledger_samples import EXERCISE, LONG, MAXIMAL, MINIMAL, ODD, START, write
from tests.support.tracked import found, run

DAY = timedelta(days=1)
PAST = replace(EXERCISE, engine=SEEDED, ended_at=START + LONG, verdict=Verdict.PASSED_WITH_FINDINGS)

TALK = Tabletop(
    "shop-lost",
    "The shop is lost",
    "Shop team",
    "Orders are gone.",
    Disruption.APPLICATION,
    Frequency.HALF_YEAR,
    (About("shop", "The shop", 1),),
    {Role.FACILITATOR: (Holder("Tom"),), Role.EVALUATOR: (Holder("Eva"),), Role.PLAYER: (Holder("Pia"),)},
    (Role.PLAYER,),
    (Criterion("told", "Tell", "customers are told"),),
    (Inject("alarm", "It is down.", "Declare.", at=DAY / 100, criterion="told"),),
)
HELD = past_tabletop(TALK, Quarter(2026, 4), START, 5, well=False)
SAT = sat_of(HELD, HELD.sitting.ended, SEEDED)


def seeded(of: Run) -> Run:
    told = {"simulated": True, "engine": SEEDED, "endpoint": SEEDED, "account": ""}
    provenance: Provenance = replace(of.header.provenance, **told)
    gone = tuple(each for each in of.copies if each.state is CopyState.DELETED)
    return replace(of, header=replace(of.header, provenance=provenance, exercise=EXERCISE.id), copies=gone)


def test_a_run_is_told_in_its_few_facts(ledger: SqlLedger) -> None:
    """Every figure unrounded, with its limits, its world and its end; an open run has none of them."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    write(ledger, MINIMAL)
    full, bare = ledger.queries.ran(START - DAY, START + DAY)
    header, closing = MAXIMAL.header, MAXIMAL.closing
    assert closing is not None
    assert (full.id, full.exercise, full.world) == (header.id, EXERCISE.id, World.LAB)
    assert (full.rto, full.rpo) == (header.objective.rto, header.objective.rpo)
    assert (full.rta, full.rta_error) == (closing.measures.rta, closing.measures.rta_clock_error)
    assert (full.rpa, full.rpa_error, full.rpa_grade) == (ODD, closing.measures.rpa_clock_error, "B")
    assert (full.ended_at, full.verdict, full.worst_case) == (START + LONG, closing.verdict, WorstCaseVerdict.MISSED)
    assert (bare.world, bare.verdict, bare.worst_case, bare.rta, bare.rto) == (World.AWS, None, None, None, None)


def test_runs_on_aws_are_told_of_all_time_and_simulated_ones_of_a_while(ledger: SqlLedger) -> None:
    """A proof may be old; nothing that began later is told, and the order is that of their opening."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    write(ledger, MINIMAL)
    assert [each.id for each in ledger.queries.ran(START + ODD, START + DAY)] == ["r-minimal"]
    assert ledger.queries.ran(START - DAY, START) == []


def test_a_copys_instants_are_written_as_all_others(ledger: SqlLedger) -> None:
    """SQL tells them apart to the microsecond, whatever the database compares; those of earlier releases are UTC."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    copy = tables.copy.c
    at = {name: select(copy[name]).where(copy[name].is_not(None)).limit(1) for name in ("created_at", "gone_at")}
    with ledger._engine.connect() as connection:
        for name, query in at.items():
            whole = connection.scalar(query)
            assert whole is not None
            assert connection.scalars(select(copy.id).where(copy[name] == whole)).all(), name
    assert Instant().process_result_value("2026-11-20 09:00:01.123456", sqlite.dialect()) == datetime(
        *(2026, 11, 20, 9, 0, 1, 123456), tzinfo=UTC
    )


def test_copies_are_told_with_their_lives_and_the_size_of_their_data(ledger: SqlLedger) -> None:
    """What was never created has none, nor what a stack holds; a size is that of all points that told one."""
    ledger.open_exercise(EXERCISE)
    write(
        ledger, replace(MAXIMAL, copies=(replace(MAXIMAL.copies[0], copy=replace(MAXIMAL.copies[0].copy, parent="")),))
    )
    assert ledger.queries.lives(START, START + DAY) == [
        Life("r-maximal", "rds-instance", START + ODD, START + LONG, 0),
    ]
    assert ledger.queries.lives(START + LONG, START + LONG + DAY) == []
    assert ledger.queries.lives(START - DAY, START + ODD) == []
    assert len(ledger.queries.lives(START + ODD, START + LONG)) == 1
    assert [each.id for each in ledger.queries.exercises_between(START, START + DAY)] == [EXERCISE.id]
    assert ledger.queries.exercises_between(START + ODD, START + DAY) == []


def test_the_ledger_begins_with_its_oldest_record(ledger: SqlLedger) -> None:
    """Whatever that is; an empty one has not begun."""
    assert ledger.queries.begins() is None
    write(ledger, MINIMAL)
    assert ledger.queries.begins() == MINIMAL.header.started_at
    ledger.open_exercise(replace(EXERCISE, started_at=START - DAY))
    assert ledger.queries.begins() == START - DAY


def test_turns_of_findings_are_told_by_finding(ledger: SqlLedger) -> None:
    """What was only seen again, or noted, is no turn."""
    for name in ("r-1", "r-2"):
        write(ledger, run(name, START, Verdict.FAILED, findings=[found()]))
    ((key, entries),) = ledger.queries.turns(TURNS).items()
    assert key == (found().fingerprint, False)
    assert [each.act for each in entries] == [Act.RAISED]
    assert [each.act for each in ledger.queries.histories([key])[key]] == [Act.RAISED, Act.SEEN]


def test_a_seeded_history_is_read_back_whole(ledger: SqlLedger) -> None:
    """Its runs say that they are simulated and seeded, and their findings are followed up as such."""
    made = seeded(replace(MAXIMAL, observations=(), segments=(), server_times=(), differences=(), template=None))
    ledger.seeded.keep(PAST, [made])
    exercise, (read,) = ledger.queries.exercise(PAST.id)
    assert exercise == PAST
    assert read == made
    assert {each.simulated for each in ledger.queries.findings()} == {True}
    assert [each.world for each in ledger.queries.ran(START - DAY, START + DAY)] == [World.SEEDED]
    assert ledger.queries.lasted(made.header.drill, 8) == []


@pytest.mark.parametrize("engine", ["local", "prefect", ""])
def test_what_is_not_told_as_seeded_does_not_get_in_by_that_door(ledger: SqlLedger, engine: str) -> None:
    """Neither a real run nor a simulated one of another engine, and nothing is written of the rest."""
    real = replace(MINIMAL, header=replace(MINIMAL.header, exercise=EXERCISE.id))
    other = replace(seeded(MINIMAL).header.provenance, engine=engine)
    for wrong in (real, replace(MINIMAL, header=replace(real.header, provenance=other))):
        with pytest.raises(LedgerDefect, match="no seeded history"):
            ledger.seeded.keep(PAST, [seeded(MAXIMAL), wrong])
    with pytest.raises(LedgerDefect, match="no seeded history"):
        ledger.seeded.keep(replace(PAST, engine=engine), [seeded(MAXIMAL)])
    assert ledger.queries.outlines() == []
    assert ledger.queries.exercises() == []


def test_what_may_have_touched_an_account_does_not_get_in_by_that_door(ledger: SqlLedger) -> None:
    """A run that is open, of an account or an endpoint, of another exercise, or with a copy that may stand; and an
    exercise that has not ended.
    """
    good = seeded(MAXIMAL)
    header, of = good.header, good.header.provenance
    for wrong, why in (
        (replace(good, closing=None), "has not ended"),
        (replace(good, header=replace(header, provenance=replace(of, endpoint=""))), "an account"),
        (replace(good, header=replace(header, provenance=replace(of, account="1"))), "an account"),
        (replace(good, header=replace(header, exercise="another")), "another exercise"),
        (replace(good, copies=MAXIMAL.copies), "may still stand"),
    ):
        with pytest.raises(LedgerDefect, match=why):
            ledger.seeded.keep(PAST, [wrong])
    with pytest.raises(LedgerDefect, match="has not ended"):
        ledger.seeded.keep(replace(PAST, ended_at=None), [good])
    assert ledger.queries.exercises() == []


def test_what_took_place_is_in_the_way_of_a_history(ledger: SqlLedger) -> None:
    """Runs and findings as much as a look at the posture; a history that was made up is not."""
    assert ledger.seeded.in_the_way() == []
    ledger.keep_posture(Look(START, False, "1", "r", ("orders",)), [])
    assert ledger.seeded.in_the_way() == ["looks at the posture"]
    write(ledger, run("r-1", START, Verdict.FAILED, findings=[found()]))
    assert ledger.seeded.in_the_way() == ["runs", "looks at the posture", "findings"]


def test_people_of_a_history_get_in_by_that_door_as_seeded_alone(ledger: SqlLedger) -> None:
    """A game day under way, of another id, or with a run that it did not start; a tabletop that somebody recorded."""
    of, sat = past_game_day(PLAN, START, 5), SAT
    for wrong, why in (
        ((of.id.removesuffix("-seeded"), of.plan, of.entries, None), "not told as seeded"),
        ((of.id, PLAN, of.entries, None), "not told as seeded"),
        ((of.id, of.plan, of.entries[:-1], None), "closed"),
        ((of.id, of.plan, of.entries, seeded(MAXIMAL)), "another run"),
    ):
        with pytest.raises(LedgerDefect, match=why):
            ledger.seeded.keep_game_day(*wrong)
    for wrong_sat in (replace(sat, recorded_by="ada"), replace(sat, simulated=False), replace(sat, title="Lost")):
        with pytest.raises(LedgerDefect, match="no seeded history"):
            ledger.seeded.keep_practice(wrong_sat, HELD)
    assert ledger.game_days.listed() == []
    assert ledger.practice.records() == []
    assert ledger.queries.findings() == []


def test_people_of_a_history_are_read_back(ledger: SqlLedger) -> None:
    """Whole, with their findings; and they are in the way of another history."""
    of = past_game_day(PLAN, START, 5)
    ledger.seeded.keep_game_day(of.id, of.plan, of.entries, None)
    ledger.seeded.keep_practice(SAT, HELD)
    (record,) = ledger.game_days.listed()
    assert (record.id, record.plan, record.seeded, record.opened_at) == (of.id, of.plan, True, of.entries[0].at)
    assert ledger.game_days.entries_after(of.id, 0) == list(of.entries)
    assert ledger.practice.tabletop(SAT.id) == (SAT, HELD)
    assert {each.raised_by for each in ledger.queries.findings()} == {RaisedBy.GAME_DAY, RaisedBy.TABLETOP}
    assert {each.simulated for each in ledger.queries.findings()} == {True}
    assert ledger.seeded.in_the_way() == ["findings", "game days", "tabletops or reviews"]
