"""Writes a made-up history: exercises with runs that never took place, whole and in one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from dr_orchestrator.domain.copy import CopyRecord
from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.run import Run
from dr_orchestrator.ledger import findings, rows, tables
from dr_orchestrator.ledger.engine import LedgerDefect, reading, transaction
from dr_orchestrator.ledger.patience import write_patiently


class SqlSeeded:
    """The door for a seeded history; whatever took place is written as it does, by the ledger."""

    def __init__(self, engine: Engine, deadlines: Callable[[], Deadlines]) -> None:
        self._engine, self._deadlines = engine, deadlines

    def keep(self, exercise: Exercise, runs: Sequence[Run]) -> None:
        """Write an exercise, its runs, and what follows for findings; LedgerDefect of what is not told as seeded."""
        told = [(exercise.simulated, exercise.engine)]
        told += [(run.header.provenance.simulated, run.header.provenance.engine) for run in runs]
        if set(told) != {(True, SEEDED)}:
            raise LedgerDefect(f"exercise {exercise.id} is no seeded history, and is written as it takes place")
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
