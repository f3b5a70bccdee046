"""What the ledger promises of game days: a log that only grows, in one order, judged where each entry lands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.game_day.acts import (
    Abort,
    Approve,
    Close,
    End,
    Gap,
    Go,
    Hold,
    Note,
    PersonAct,
    Rate,
    Resume,
    StartDrill,
)
from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.domain.game_day.standing import DrillState, Phase
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import game_days
from dr_orchestrator.ledger.engine import alone, briefly, transaction
from dr_orchestrator.ledger.game_days import Added
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.tables_of_game_days import game_day
from tests.support.game_days import (
    BEGAN,
    DIRECTOR,
    EVALUATOR,
    EXECUTOR,
    MINUTE,
    OWNER,
    PLAN,
    PLAYED,
    RATED,
    SCRIBE,
    STARTED,
)
from tests.support.ledger_samples import closing, header

OTHER = replace(PLAN, title="Another title")


def opened_as(ledger: SqlLedger, named: str = "gd-1") -> str:
    """A game day that waits for its start."""
    return ledger.game_days.take_plan(PLAN, named, SCRIBE, BEGAN, simulated=False).id


def play(ledger: SqlLedger, acts: list[tuple[PersonAct, str]], named: str = "gd-1", at: int = 1) -> Added:
    """Do one after the other, a minute apart; the plan is there already."""
    done: Added | None = None
    for minute, (act, by) in enumerate(acts, at):
        done = ledger.game_days.act(named, act, by, BEGAN + minute * MINUTE)
    assert done is not None
    return done


def test_a_plan_and_its_log_are_read_back_as_they_were_written(ledger: SqlLedger) -> None:
    """Every field of the plan, and its digest with it; each entry with its number, author and words."""
    opened_as(ledger)
    play(ledger, STARTED[1:])
    record = ledger.game_days.find("gd-1")
    assert (record.plan, record.plan.digest) == (PLAN, PLAN.digest)
    assert (record.started_at, record.ended_at, record.verdict) == (BEGAN + 5 * MINUTE, None, None)
    entries = ledger.game_days.entries_after("gd-1", 0)
    assert [each.number for each in entries] == [1, 2, 3, 4, 5, 6]
    assert (entries[1].kind, entries[1].by, entries[1].told) == (Kind.APPROVED, OWNER, {"digest": PLAN.digest})


def test_only_what_is_new_is_read(ledger: SqlLedger) -> None:
    """Beyond the number that is known, nothing where nothing was added."""
    opened_as(ledger)
    play(ledger, STARTED[1:3])
    assert [each.number for each in ledger.game_days.entries_after("gd-1", 2)] == [3]
    assert ledger.game_days.entries_after("gd-1", 3) == []


def test_a_changed_plan_lapses_what_was_approved(ledger: SqlLedger) -> None:
    """Brought back as it was, it is to be approved anew; the same plan again changes nothing."""
    opened_as(ledger)
    play(ledger, STARTED[1:5])
    assert ledger.game_days.take_plan(PLAN, "no", SCRIBE, BEGAN + 6 * MINUTE, simulated=False).id == "gd-1"
    assert len(ledger.game_days.entries_after("gd-1", 0)) == 5
    for minute, plan in enumerate((OTHER, PLAN), 7):
        taken = ledger.game_days.take_plan(plan, "no", SCRIBE, BEGAN + minute * MINUTE, simulated=False)
        assert (taken.id, taken.plan) == ("gd-1", plan)
        with pytest.raises(UsageError, match="is planned"):
            ledger.game_days.act("gd-1", Go(), DIRECTOR, BEGAN + minute * MINUTE)


def test_a_plan_stays_as_it_is_once_it_started(ledger: SqlLedger) -> None:
    """Another is refused while it is under way; one that ended makes room for the next of its name."""
    opened_as(ledger)
    play(ledger, STARTED[1:])
    with pytest.raises(UsageError, match="is running"):
        ledger.game_days.take_plan(OTHER, "gd-2", SCRIBE, BEGAN + 9 * MINUTE, simulated=False)
    play(ledger, [(End(), DIRECTOR)], at=10)
    assert ledger.game_days.take_plan(OTHER, "gd-2", SCRIBE, BEGAN + 11 * MINUTE, simulated=False).id == "gd-2"
    assert ledger.game_days.find(PLAN.name).id == "gd-2"
    assert [each.id for each in ledger.game_days.listed()] == ["gd-2", "gd-1"]


def test_two_machines_that_add_at_once_both_land(ledger: SqlLedger, database_url: str) -> None:
    """In one order, without a hole; and of two that would hold it at once one does, the other is refused."""
    opened_as(ledger)
    play(ledger, STARTED[1:])
    other = connect(database_url)
    gate, refused = threading.Barrier(2), list[str]()

    def add(through: SqlLedger, by: str) -> None:
        gate.wait()
        for count in range(10):
            through.game_days.act("gd-1", Note(f"{by} {count}"), by, BEGAN + timedelta(hours=1))
        gate.wait()
        try:
            through.game_days.act("gd-1", Hold(f"asked for by {by}"), DIRECTOR, BEGAN + timedelta(hours=2))
        except UsageError as error:
            refused.append(error.message)

    both(lambda: add(ledger, SCRIBE), lambda: add(other, EVALUATOR))
    entries = ledger.game_days.entries_after("gd-1", 6)
    assert [each.number for each in entries] == list(range(7, 28))
    for by in (SCRIBE, EVALUATOR):
        assert [each.told["text"] for each in entries if each.by == by] == [f"{by} {count}" for count in range(10)]
    assert len(refused) == 1 and "is held" in refused[0]
    assert other.game_days.entries_after("gd-1", 0) == ledger.game_days.entries_after("gd-1", 0)
    other.close()


def test_nobody_takes_a_plan_while_somebody_acts(ledger: SqlLedger, database_url: str) -> None:
    """Who acts holds the table before the row: none that holds the table can wait for the row, each for the other."""
    opened_as(ledger)
    other = connect(database_url)
    with transaction(ledger._engine) as acting:
        game_days._locked(acting, "gd-1")
        if acting.dialect.name == "postgresql":  # SQLite lets one write at all
            with pytest.raises(UsageError, match="lock timeout"), briefly(0.1), transaction(other._engine) as taking:
                alone(taking, game_day)
            with transaction(other._engine) as beside:
                beside.execute(select(game_day).where(game_day.c.id == "another").with_for_update())
    changed = other.game_days.take_plan(OTHER, "gd-2", SCRIBE, BEGAN, simulated=False)
    assert (changed.id, changed.plan.title) == ("gd-1", OTHER.title)


def both(one: Callable[[], None], two: Callable[[], None]) -> None:
    """Do both at once."""
    threads = [threading.Thread(target=each) for each in (one, two)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_time_does_not_run_back_within_a_log(ledger: SqlLedger) -> None:
    """A machine whose clock is behind adds at the time of the last entry."""
    opened_as(ledger)
    play(ledger, STARTED[1:])
    late = ledger.game_days.act("gd-1", Note("from another machine"), SCRIBE, BEGAN)
    assert late.entry.at == BEGAN + 5 * MINUTE


class Killed(BaseException):
    """The process is gone."""


def test_killed_at_each_append_it_goes_on_where_it_was(
    ledger: SqlLedger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit nothing of an act is there, after it all: done anew it comes to the same game day."""
    opened_as(ledger)
    acts = [*STARTED[1:], (Hold("lunch"), DIRECTOR), (Resume(), DIRECTOR), *PLAYED, (End(), DIRECTOR), *RATED]
    for minute, (act, by) in enumerate([*acts, (Close(), EVALUATOR)], 1):
        dying = connect(database_url)
        with monkeypatch.context() as patch:
            patch.setattr("dr_orchestrator.ledger.game_days._keep", _die)
            with pytest.raises(Killed):
                dying.game_days.act("gd-1", act, by, BEGAN + minute * MINUTE)
        dying.close()
        assert len(ledger.game_days.entries_after("gd-1", 0)) == minute
        again = connect(database_url)
        again.game_days.act("gd-1", act, by, BEGAN + minute * MINUTE)
        again.close()
    record = ledger.game_days.find("gd-1")
    assert (record.verdict, record.closed_at) == (Verdict.PASSED_WITH_FINDINGS, BEGAN + 17 * MINUTE)
    with pytest.raises(UsageError, match="is closed"):
        ledger.game_days.act("gd-1", Note("too late"), SCRIBE, BEGAN + 18 * MINUTE)


def _die(*_of: object) -> None:
    raise Killed


def test_an_entry_that_was_written_unheard_is_not_written_twice(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that takes the entry and dies before it says so: it is found by its token."""
    opened_as(ledger)
    tries: list[int] = []

    def written_twice(write: Callable[[], None], is_written: Callable[[], bool]) -> None:
        write()
        tries.append(1)
        if not is_written():
            write()

    monkeypatch.setattr("dr_orchestrator.ledger.game_days.write_patiently", written_twice)
    added = ledger.game_days.act("gd-1", Note("once"), SCRIBE, BEGAN)
    assert tries == [1]
    assert (added.entry.number, added.standing.notes[0].text) == (2, "once")
    assert len(ledger.game_days.entries_after("gd-1", 0)) == 2


def test_its_gaps_become_findings_and_a_later_one_closes_them(ledger: SqlLedger) -> None:
    """What was not met, and what the hot wash named, with its owner; a later real one that meets it remediates it."""
    opened_as(ledger)
    wrong = [(Rate("restored", Rating.UNABLE, "no runbook"), EVALUATOR), (Rate("told", Rating.PERFORMED), EVALUATOR)]
    gap = (Gap("no-runbook", "nobody found it", "team-shop"), SCRIBE)
    done = play(ledger, [*STARTED[1:], *PLAYED, (End(), DIRECTOR), *wrong, gap, (Close(), EVALUATOR)])
    assert done.record.verdict is Verdict.FAILED
    found = {each.rule.value: each for each in ledger.queries.findings(tuple(State)) if "no drill" not in each.title}
    assert {name: each.owner for name, each in found.items()} == {
        "criterion-not-met": DIRECTOR,
        "exercise-gap": "team-shop",
    }
    later = timedelta(days=90)
    ledger.game_days.take_plan(PLAN, "gd-2", SCRIBE, BEGAN + later, simulated=False)
    for minute, (act, by) in enumerate([*STARTED[1:], *PLAYED, (End(), DIRECTOR), *RATED, (Close(), EVALUATOR)], 1):
        ledger.game_days.act("gd-2", act, by, BEGAN + later + minute * MINUTE)
    states = {each.rule.value: each.state for each in ledger.queries.findings(tuple(State))}
    assert states == {"criterion-not-met": State.REMEDIATED, "exercise-gap": State.OPEN}


def test_an_abort_is_a_finding_at_once(ledger: SqlLedger) -> None:
    """Whether anybody closes it or not; its verdict is ABORTED and stays so, whatever is rated afterwards."""
    opened_as(ledger)
    done = play(ledger, [*STARTED[1:], (Abort("errors of production"), SCRIBE)])
    assert (done.record.verdict, done.standing.phase) == (Verdict.ABORTED, Phase.ABORTED)
    (only,) = ledger.queries.findings(tuple(State))
    assert (only.rule.value, only.owner) == ("exercise-aborted", DIRECTOR)
    rated = play(ledger, [*RATED, (Close(), EVALUATOR)], at=20)
    assert rated.record.verdict is Verdict.ABORTED
    assert ledger.queries.findings(tuple(State)) == [only]


def test_it_is_judged_inconclusive_while_a_criterion_is_not_rated(ledger: SqlLedger) -> None:
    """From its end on, and closed so it stays so."""
    opened_as(ledger)
    assert play(ledger, [*STARTED[1:], (End(), DIRECTOR)]).record.verdict is Verdict.INCONCLUSIVE
    assert play(ledger, [RATED[0], (Close(), DIRECTOR)], at=20).record.verdict is Verdict.INCONCLUSIVE


def test_runs_that_it_started_stand_in_it_as_the_ledger_tells(ledger: SqlLedger) -> None:
    """Under way until they end, then with their verdict; one that is simulated makes the game day so."""
    opened_as(ledger)
    play(ledger, STARTED[1:])
    drill = PLAN.drills[0]
    ledger.game_days.act("gd-1", StartDrill(drill.name, "20261124-one", drill.definition), EXECUTOR, BEGAN + 9 * MINUTE)
    assert ledger.game_days.of_run("20261124-one") == "gd-1" and ledger.game_days.of_run("another") == ""
    assert ledger.game_days.of_runs(["another", "20261124-one"]) == {"20261124-one": "gd-1"}
    ledger.open_run(replace(header("20261124-one"), provenance=replace(header("x").provenance, simulated=True)))
    with pytest.raises(UsageError, match="drills under way"):
        ledger.game_days.act("gd-1", End(), DIRECTOR, BEGAN + 10 * MINUTE)
    ledger.close_run("20261124-one", closing())
    ended = ledger.game_days.act("gd-1", End(), DIRECTOR, BEGAN + 11 * MINUTE)
    assert (ended.standing.drills[0].state, ended.record.simulated) == (DrillState.ENDED, True)


def test_a_name_that_is_none_is_told(ledger: SqlLedger) -> None:
    """And the beginning of one is enough."""
    opened_as(ledger)
    assert ledger.game_days.find("gd").id == "gd-1"
    for call in (lambda: ledger.game_days.find("no"), lambda: ledger.game_days.act("no", Approve(""), OWNER, BEGAN)):
        with pytest.raises(UsageError, match="there is no game day 'no'"):
            call()
