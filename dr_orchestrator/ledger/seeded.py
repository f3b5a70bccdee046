"""Writes a made-up history: exercises with runs that never took place, whole and in one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from dr_orchestrator.domain.copy import CopyRecord, CopyState
from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.run import Run
from dr_orchestrator.ledger import findings, rows, tables
from dr_orchestrator.ledger.engine import LedgerDefect, reading, transaction
from dr_orchestrator.ledger.patience import write_patiently
from dr_orchestrator.ledger.tables_of_findings import tracked_finding
from dr_orchestrator.ledger.tables_of_posture import posture_look
from dr_orchestrator.ledger.tables_of_restore_tests import restore_test


class SqlSeeded:
    """The door for a seeded history; whatever took place is written as it does, by the ledger."""

    def __init__(self, engine: Engine, deadlines: Callable[[], Deadlines]) -> None:
        self._engine, self._deadlines = engine, deadlines

    def in_the_way(self) -> list[str]:
        """The kinds of record, of what took place, that the ledger holds: no history is made up behind them."""
        runs, exercises = tables.run, tables.exercise
        took_place = {
            "runs": select(runs.c.id).where(runs.c.engine != SEEDED),
            "exercises": select(exercises.c.id).where(exercises.c.engine != SEEDED),
            "looks at the posture": select(posture_look.c.number),
            "imported restore tests": select(restore_test.c.job),
            "findings": select(tracked_finding.c.number),
        }
        with transaction(reading(self._engine)) as connection:
            return [name for name, query in took_place.items() if connection.execute(query.limit(1)).first()]

    def keep(self, exercise: Exercise, runs: Sequence[Run]) -> None:
        """Write an exercise, its runs, and what follows for findings; LedgerDefect of what is not told as seeded."""
        wrong = [why for run in runs for why in _wrong(run, exercise)]
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
                for run in runs:
                    _write(connection, run)
                    if run.closing is not None:
                        findings.take_in_run(connection, run.header.id, run.closing, deadlines)

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                same = select(tables.exercise.c.id).where(tables.exercise.c.id == exercise.id)
                return connection.execute(same).first() is not None

        write_patiently(write, is_written)


def _wrong(run: Run, exercise: Exercise) -> Iterator[str]:
    """Why a run cannot be of a made-up history: it may be under way, or have touched an account."""
    header, of = run.header, run.header.provenance
    if (of.simulated, of.engine, of.endpoint, of.account) != (True, SEEDED, SEEDED, ""):
        yield f"run {header.id} is told as made in an account, or by another engine"
    if header.exercise != exercise.id:
        yield f"run {header.id} is of another exercise"
    if run.closing is None:
        yield f"run {header.id} has not ended"
    if any(each.state is not CopyState.DELETED for each in run.copies):
        yield f"a copy of run {header.id} may still stand"


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
