"""Writes a made-up history: exercises, runs and game days that never took place, each in one transaction.

Whatever is not told as seeded is refused: what took place is written as it does, by the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from dr_orchestrator.domain.copy import CopyRecord, CopyState
from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.game_day.fold import state_of
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import RunOutcome
from dr_orchestrator.domain.game_day.verdict import held_as_closed, judge
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.ledger import findings, game_days, rows, tables
from dr_orchestrator.ledger.engine import LedgerDefect, reading, transaction
from dr_orchestrator.ledger.patience import write_patiently
from dr_orchestrator.ledger.practice import Body, SqlPractice
from dr_orchestrator.ledger.tables_of_findings import tracked_finding
from dr_orchestrator.ledger.tables_of_game_days import game_day
from dr_orchestrator.ledger.tables_of_posture import posture_look
from dr_orchestrator.ledger.tables_of_practice import practice, review_look
from dr_orchestrator.ledger.tables_of_restore_tests import restore_test

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class SqlSeeded:
    """The door for a seeded history; whatever took place is written as it does, by the ledger."""

    def __init__(self, engine: Engine, deadlines: Callable[[], Deadlines], kept: SqlPractice) -> None:
        self._engine, self._deadlines, self._practice = engine, deadlines, kept

    def in_the_way(self) -> list[str]:
        """The kinds of record, of what took place, that the ledger holds: no history is made up behind them."""
        runs, exercises = tables.run, tables.exercise
        took_place = {
            "runs": select(runs.c.id).where(runs.c.engine != SEEDED),
            "exercises": select(exercises.c.id).where(exercises.c.engine != SEEDED),
            "looks at the posture": select(posture_look.c.number),
            "imported restore tests": select(restore_test.c.job),
            "findings": select(tracked_finding.c.number),
            "game days": select(game_day.c.number),
            "tabletops or reviews": select(practice.c.number),
            "looks at documents": select(review_look.c.number),
        }
        with transaction(reading(self._engine)) as connection:
            return [name for name, query in took_place.items() if connection.execute(query.limit(1)).first()]

    def keep(self, exercise: Exercise, runs: Sequence[Run]) -> None:
        """Write an exercise, its runs, and what follows for findings; LedgerDefect of what is not told as seeded."""
        wrong = [why for run in runs for why in _wrong(run, exercise.id)]
        if (exercise.simulated, exercise.engine) != (True, SEEDED) or exercise.ended_at is None:
            wrong.append("it is of another engine, or has not ended")
        if wrong:
            raise LedgerDefect(
                f"exercise {exercise.id} is no seeded history, and is written as it takes place: {'; '.join(wrong)}"
            )
        deadlines = self._deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(insert(tables.exercise).values(rows.exercise_row(exercise)))
                _write_all(connection, runs, deadlines)

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                same = select(tables.exercise.c.id).where(tables.exercise.c.id == exercise.id)
                return connection.execute(same).first() is not None

        write_patiently(write, is_written)

    def keep_game_day(self, id: str, plan: GameDay, entries: Sequence[Entry], run: Run | None) -> None:
        """Write a game day with its log, the run that it started, and its findings; LedgerDefect as `keep`."""
        if wrong := [*_untold(id, plan, entries, run)]:
            raise LedgerDefect(f"game day {id} is no seeded history, and is written as it is held: {'; '.join(wrong)}")
        closing, deadlines = run.closing if run else None, self._deadlines()
        outcome = RunOutcome(closing.verdict, closing.cleanup, closing.ended_at) if closing else RunOutcome()
        at = entries[-1].at
        of = state_of(plan, entries, at, {run.header.id: outcome} if run else {})

        def write() -> None:
            with transaction(self._engine) as connection:
                _write_all(connection, [run] if run else [], deadlines)
                ends = {"started_at": of.clock.started, "ended_at": of.clock.ended, "closed_at": at}
                game_days.write_whole(connection, id, plan, entries, {**ends, "verdict": judge(of)[0]})
                findings.take_in_exercise(connection, held_as_closed(of, id, simulated=True, at=at), deadlines)

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                return connection.execute(select(game_day.c.id).where(game_day.c.id == id)).first() is not None

        write_patiently(write, is_written)

    def keep_practice(self, of: Sat, body: Body) -> None:
        """Write a tabletop or a review with its findings; LedgerDefect as `keep`. Of its document nothing is kept."""
        told = body.sitting.rehearsal if isinstance(body, Conducted) else body.look.simulated
        if not (of.seeded and told and of.title.endswith(f"({SEEDED})")):
            raise LedgerDefect(f"{of.id} is no seeded history, and is recorded by whoever held it")
        self._practice.record(of, body)


def _wrong(run: Run, exercise: str) -> Iterator[str]:
    """Why a run cannot be of a made-up history: it may be under way, or have touched an account."""
    header, of = run.header, run.header.provenance
    if (of.simulated, of.engine, of.endpoint, of.account) != (True, SEEDED, SEEDED, ""):
        yield f"run {header.id} is told as made in an account, or by another engine"
    if header.exercise != exercise:
        yield f"run {header.id} is of another exercise"
    if run.closing is None:
        yield f"run {header.id} has not ended"
    if any(each.state is not CopyState.DELETED for each in run.copies):
        yield f"a copy of run {header.id} may still stand"


def _untold(id: str, plan: GameDay, entries: Sequence[Entry], run: Run | None) -> Iterator[str]:
    """Why a game day cannot be of a made-up history: it is not told as such, is under way, or started a real run."""
    if not Record(id, plan, simulated=True, opened_at=_NEVER).seeded or not plan.title.endswith(f"({SEEDED})"):
        yield "it is not told as seeded"
    if not entries or entries[-1].kind is not Kind.CLOSED or not any(each.kind is Kind.ENDED for each in entries):
        yield "it has not been played to its end, and closed"
    started = [each.told["run"] for each in entries if each.kind is Kind.DRILL_STARTED]
    if started != ([run.header.id] if run else []):
        yield "it started another run than the one of its history"
    if run is not None:
        yield from _wrong(run, "")


def _write_all(connection: Connection, runs: Sequence[Run], deadlines: Deadlines) -> None:
    for run in runs:
        _write(connection, run)
        if run.closing is not None:
            findings.take_in_run(connection, run.header.id, run.closing, deadlines)


def _write(connection: Connection, run: Run) -> None:
    name, closing = run.header.id, run.closing
    ending = rows.closing_row(closing) if closing is not None else {}
    connection.execute(insert(tables.run).values({**rows.header_row(run.header), **ending}))
    facts: list[tuple[Table, list[dict[str, Any]]]] = [
        (tables.event, [rows.row_of(each, run=name) for each in run.events]),
        (tables.step, [rows.row_of(each, run=name) for each in run.steps]),
        (tables.recovery_point, [rows.row_of(each, run=name) for each in run.points]),
        (tables.copy, [_copy(each) for each in run.copies]),
        (tables.check_result, [rows.row_of(each, run=name) for each in run.checks]),
        (tables.finding, [rows.row_of(each, run=name) for each in (closing.findings if closing else ())]),
    ]
    for table, written in facts:
        if written:
            connection.execute(insert(table), written)


def _copy(made: CopyRecord) -> dict[str, Any]:
    identity = rows.row_of(made.identity) if made.identity else {"arn": None, "unique_id": None}
    told = {"intended_at": made.intended_at, "created_at": made.created_at, "gone_at": made.gone_at, "job": made.job}
    return {**rows.copy_row(made.copy), **told, **identity, "state": made.state}
