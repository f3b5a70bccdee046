"""Reads the record back: runs and exercises whole, each answer from one instant of the ledger."""

from __future__ import annotations

import difflib
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, func, select, union

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import (
    SETTLED,
    CheckResult,
    Copy,
    CopyRecord,
    CopyType,
    Observation,
    Run,
    Segment,
    ServerTime,
    Step,
)
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.engine import reading, transaction
from dr_orchestrator.ledger.rows import Row

LATEST = "latest"
_NAMED = 10  # how many ids a message lists
_COMPARED = 1000  # how many of the newest ids a mistyped one is compared with

_Chosen = Select[tuple[str]]
_FACTS = (
    tables.event,
    tables.step,
    tables.check_result,
    tables.copy,
    tables.recovery_point,
    tables.observation,
    tables.segment,
    tables.server_time,
    tables.finding,
)


class Queries:
    """The read side of a ledger; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def run(self, name: str) -> Run:
        """The run of an id, of the beginning of one that no other shares, or `latest`; UsageError where none is."""
        with transaction(self._engine) as connection:
            found = _find(connection, tables.run, name, "dro runs")
            return _runs(connection, select(tables.run.c.id).where(tables.run.c.id == found))[0]

    def runs(
        self,
        limit: int | None = None,
        *,
        service: str | None = None,
        drill: str | None = None,
        exercise: str | None = None,
    ) -> list[Run]:
        """Runs, newest first; narrowed to a service, a drill or an exercise (by its whole id) where one is named."""
        chosen = _newest(tables.run).limit(limit)
        for column, value in (("service", service), ("drill", drill), ("exercise", exercise)):
            if value is not None:
                chosen = chosen.where(tables.run.c[column] == value)
        with transaction(self._engine) as connection:
            return _runs(connection, chosen)

    def open_runs(self) -> list[Run]:
        """Runs without a verdict, newest first: under way, or left behind by a process that died."""
        with transaction(self._engine) as connection:
            return _runs(connection, _newest(tables.run).where(tables.run.c.verdict.is_(None)))

    def unsettled_runs(self) -> list[Run]:
        """Closed runs that left copies behind, or could not prove them gone, newest first."""
        unsettled = select(tables.copy.c.run).where(tables.copy.c.state.not_in(SETTLED))
        closed = _newest(tables.run).where(tables.run.c.verdict.is_not(None), tables.run.c.id.in_(unsettled))
        with transaction(self._engine) as connection:
            return _runs(connection, closed)

    def exercise(self, name: str = LATEST) -> tuple[Exercise, list[Run]]:
        """An exercise, found as a run is, and its runs in the order in which they opened."""
        with transaction(self._engine) as connection:
            found = _find(connection, tables.exercise, name, "dro runs --exercises")
            row = connection.execute(select(tables.exercise).where(tables.exercise.c.id == found)).mappings().one()
            chosen = select(tables.run.c.id).where(tables.run.c.exercise == found)
            return rows.exercise_of(row), _runs(connection, chosen)[::-1]

    def exercises(self, limit: int | None = None) -> list[Exercise]:
        """Exercises, newest first."""
        newest = select(tables.exercise).order_by(tables.exercise.c.number.desc()).limit(limit)
        with transaction(self._engine) as connection:
            found = connection.execute(newest).mappings()
            return [rows.exercise_of(row) for row in found]

    def open_exercises(self) -> list[Exercise]:
        """Exercises without a verdict, newest first: under way, or left behind by a process that died."""
        still_open = select(tables.exercise).where(tables.exercise.c.ended_at.is_(None))
        with transaction(self._engine) as connection:
            found = connection.execute(still_open.order_by(tables.exercise.c.number.desc())).mappings()
            return [rows.exercise_of(row) for row in found]

    def last_green(self) -> dict[tuple[str, str, str], tuple[datetime, ...]]:
        """When the newest runs on real AWS that passed one after the other began, newest first.

        By drill, definition and selection. A newer run that did not pass takes what was proven before it away; an
        aborted one says nothing.
        """
        run = tables.run.c
        query = (
            select(run.drill, run.definition, run.selection, run.started_at, run.verdict)
            .where(run.simulated.is_(False), run.verdict.is_not(None), run.verdict != Verdict.ABORTED)
            .order_by(run.number.desc())
        )
        newest: defaultdict[tuple[str, str, str], list[datetime | None]] = defaultdict(list)
        with transaction(self._engine) as connection:
            for row in connection.execute(query):
                key = (row.drill, row.definition, row.selection)
                newest[key].append(row.started_at if row.verdict.green else None)
        return {
            key: tuple(began for began in itertools.takewhile(bool, found) if began) for key, found in newest.items()
        }

    def sources(self) -> set[str]:
        """The AWS names of all that was ever drilled."""
        with transaction(self._engine) as connection:
            return set(connection.scalars(select(tables.run.c.resource_id).distinct()))

    def regions(self) -> set[str]:
        """The regions that anything was ever drilled in, or copied to."""
        found = union(select(tables.run.c.region), select(tables.copy.c.region))
        with transaction(self._engine) as connection:
            return set(connection.scalars(found))

    def settled_copies(self, ids: Collection[str]) -> list[Copy]:
        """The copies of closed runs that bear one of these names and of which nothing is left, oldest first."""
        copy, run = tables.copy.c, tables.run.c
        joined = select(tables.copy).select_from(tables.copy.join(tables.run, copy.run == run.id))
        query = joined.where(run.verdict.is_not(None), copy.state.in_(SETTLED), copy.id.in_(ids)).order_by(copy.number)
        with transaction(self._engine) as connection:
            return [rows.copy_of(row).copy for row in connection.execute(query).mappings()]

    def accounted_for(self, run: str, of: CopyType, id: str) -> bool:
        """Whether an object that wears a run's tag is a copy still to be settled, or the run is under way."""
        copy = tables.copy.c
        still_open = select(tables.run.c.id).where(tables.run.c.id == run, tables.run.c.verdict.is_(None))
        left = select(copy.id).where(copy.run == run, copy.type == of, copy.id == id, copy.state.not_in(SETTLED))
        with transaction(self._engine) as connection:
            return any(connection.execute(query.limit(1)).first() is not None for query in (still_open, left))

    def copies(self, run: str) -> list[CopyRecord]:
        """The copies of a run, in the order of their intent."""
        with transaction(self._engine) as connection:
            return [rows.copy_of(row) for row in _facts(connection, tables.copy, _only(run))[run]]


def _only(run: str) -> _Chosen:
    return select(tables.run.c.id).where(tables.run.c.id == run)


def _newest(table: Table) -> _Chosen:
    # By the number, not by the time: a lab's clock runs ahead of the next lab's.
    return select(table.c.id).order_by(table.c.number.desc())


def _runs(connection: Connection, chosen: _Chosen) -> list[Run]:
    """The chosen runs, whole and newest first: one query a table, however many runs they are."""
    facts = {table.name: _facts(connection, table, chosen) for table in _FACTS}
    headers = connection.execute(
        select(tables.run).where(tables.run.c.id.in_(chosen)).order_by(tables.run.c.number.desc())
    )
    return [_run(row, {name: found[row["id"]] for name, found in facts.items()}) for row in headers.mappings()]


def _run(row: Row, facts: Mapping[str, list[Row]]) -> Run:
    return Run(
        header=rows.header_of(row),
        events=rows.records_of(Event, facts["event"]),
        steps=rows.records_of(Step, facts["step"]),
        checks=_newest_of_each(rows.records_of(CheckResult, facts["check_result"])),
        copies=tuple(map(rows.copy_of, facts["copy"])),
        points=rows.records_of(RecoveryPoint, facts["recovery_point"]),
        observations=rows.records_of(Observation, facts["observation"]),
        segments=rows.records_of(Segment, facts["segment"]),
        server_times=rows.records_of(ServerTime, facts["server_time"]),
        closing=rows.closing_of(row, rows.records_of(Finding, facts["finding"])),
    )


def _newest_of_each(results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """A run that went on in another process may have performed a check twice: its last word counts."""
    return tuple({result.name: result for result in results}.values())


def _facts(connection: Connection, table: Table, chosen: _Chosen) -> defaultdict[str, list[Row]]:
    order = table.c.number if "number" in table.c else table.c.seq
    facts: defaultdict[str, list[Row]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.run.in_(chosen)).order_by(order)).mappings():
        facts[row["run"]].append(row)
    return facts


def _find(connection: Connection, table: Table, name: str, listing: str) -> str:
    ids = _newest(table)
    if name == LATEST:
        matches = _ids(connection, ids.limit(1))
    else:
        matches = _ids(connection, ids.where(table.c.id == name)) or _ids(connection, _beginning(ids, table, name))
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(f"'{name}' begins the ids of several: {_listed(matches)}", "write more of it")
    near = difflib.get_close_matches(name, _ids(connection, ids.limit(_COMPARED)), n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"there is no {table.name} '{name}'", f"{hint}`{listing}` lists them")


def _beginning(ids: _Chosen, table: Table, start: str) -> _Chosen:
    # Not LIKE: it ignores case in SQLite, and % and _ are letters like others in an id.
    return ids.where(func.substr(table.c.id, 1, len(start)) == start).limit(_NAMED + 1)


def _ids(connection: Connection, query: Select[Any]) -> list[str]:
    return list(connection.scalars(query))


def _listed(ids: Iterable[str]) -> str:
    shown = list(ids)
    return ", ".join(shown[:_NAMED]) + (" and more" if len(shown) > _NAMED else "")
