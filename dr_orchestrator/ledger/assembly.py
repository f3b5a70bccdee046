"""Puts runs together from their rows: whole, in outline, or as far as the report of an exercise shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, Select, Table, select

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Allowance, Edit, Empty, Made
from dr_orchestrator.domain.run import CheckResult, Observation, Run, Segment, ServerTime
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.rows import Row

CHUNK = 500
"""So many runs are read side by side, and ids named in one statement: what is held at once does not grow."""

RESULTS = (tables.finding, tables.check_result, tables.recovery_point)
"""The columns of a table of results, besides the runs' own rows."""
ALL = (
    *RESULTS,
    tables.event,
    tables.step,
    tables.copy,
    tables.observation,
    tables.segment,
    tables.server_time,
    tables.difference,
    tables.template,
    tables.template_stack,
    tables.template_edit,
    tables.template_allowed,
    tables.template_empty,
)

T = TypeVar("T")
Facts = Mapping[str, Sequence[Row]]


def whole(connection: Connection, chosen: Select[tuple[object, ...]]) -> list[Run]:
    """Runs with all that is written of them, in the order of the chosen rows."""
    headers = connection.execute(chosen).mappings().all()
    return [_run(row, facts) for row, facts in _with_facts(connection, headers, ALL)]


def outlines(connection: Connection, chosen: Select[tuple[object, ...]]) -> list[Outline]:
    """Runs in outline, in the order of the chosen rows."""
    headers = connection.execute(chosen).mappings().all()
    return [_outline(row, facts) for row, facts in _with_facts(connection, headers, (tables.finding,))]


def results(connection: Connection, chosen: Select[tuple[object, ...]], drawn: int) -> list[Run]:
    """Runs as the report of an exercise shows them: the first `drawn` and open ones whole, of the others RESULTS."""
    headers = connection.execute(chosen).mappings().all()
    ordered = sorted(headers, key=lambda row: (row["started_at"], row["id"]))
    full = {row["id"] for row in ordered[:drawn]} | {row["id"] for row in headers if row["verdict"] is None}
    found = {
        row["id"]: _run(row, facts)
        for tables_, which in ((ALL, True), (RESULTS, False))
        for row, facts in _with_facts(connection, [row for row in headers if (row["id"] in full) is which], tables_)
    }
    return [found[row["id"]] for row in headers]


def facts_of(connection: Connection, table: Table, runs: Collection[str]) -> defaultdict[str, list[Row]]:
    """The rows of a table that belong to the runs, by run, as they were written."""
    order = next(table.c[name] for name in ("number", "seq", "run") if name in table.c)
    facts: defaultdict[str, list[Row]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.run.in_(runs)).order_by(order)).mappings():
        facts[row["run"]].append(row)
    return facts


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items, so many at a time as one statement names."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _with_facts(
    connection: Connection, headers: Sequence[Row], of: Sequence[Table]
) -> Iterator[tuple[Row, dict[str, Sequence[Row]]]]:
    """Each run's row with its rows of the tables: one query a table for each chunk of runs."""
    for some in chunks(headers):
        found = {table.name: facts_of(connection, table, [row["id"] for row in some]) for table in of}
        for row in some:
            yield row, {name: facts.pop(row["id"], ()) for name, facts in found.items()}


def _outline(row: Row, facts: Facts) -> Outline:
    points = rows.records_of(RecoveryPoint, facts.get("recovery_point", ()))
    findings = tuple(map(rows.finding_of, facts["finding"]))
    return Outline(rows.header_of(row), rows.closing_of(row, findings, points))


def _run(row: Row, facts: Facts) -> Run:
    def of(table: Table) -> Sequence[Row]:
        return facts.get(table.name, ())

    outline = _outline(row, facts)
    return Run(
        header=outline.header,
        events=rows.records_of(Event, of(tables.event)),
        steps=tuple(map(rows.step_of, of(tables.step))),
        checks=_newest_of_each(tuple(map(rows.check_of, of(tables.check_result)))),
        copies=tuple(map(rows.copy_of, of(tables.copy))),
        points=rows.records_of(RecoveryPoint, of(tables.recovery_point)),
        observations=rows.records_of(Observation, of(tables.observation)),
        segments=rows.records_of(Segment, of(tables.segment)),
        server_times=rows.records_of(ServerTime, of(tables.server_time)),
        differences=rows.records_of(Difference, of(tables.difference)),
        template=_template(of),
        closing=outline.closing,
    )


def _template(of: Callable[[Table], Sequence[Row]]) -> Made | None:
    """The template of a replica; None where none was made, or none was kept."""
    edits = rows.records_of(Edit, of(tables.template_edit))
    allowed = rows.records_of(Allowance, of(tables.template_allowed))
    empty = rows.records_of(Empty, of(tables.template_empty))
    for row in of(tables.template):
        return Made(row["digest"], row["derived_digest"], edits, allowed, empty=empty)
    stacks = [Made(row["digest"], row["derived_digest"], stack=row["stack"]) for row in of(tables.template_stack)]
    return replace(Made.of_stacks(stacks), edits=edits, allowed=allowed, empty=empty) if stacks else None


def _newest_of_each(results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """A run that went on in another process may have performed a check twice: its last word counts."""
    return tuple({result.name: result for result in results}.values())
