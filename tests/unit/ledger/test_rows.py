"""Rows and records agree: a field that the domain gains cannot be forgotten by the ledger."""

from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import Table

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.copy import Copy, CopyRecord
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Allowance, Edit, Empty, Made
from dr_orchestrator.domain.run import CheckResult, Closing, Observation, Segment, ServerTime, Step
from dr_orchestrator.ledger import rows, tables
from tests.support.ledger_samples import MAXIMAL, START, copy, header

FLAT = {
    Event: tables.event,
    Step: tables.step,
    CheckResult: tables.check_result,
    RecoveryPoint: tables.recovery_point,
    Observation: tables.observation,
    Segment: tables.segment,
    ServerTime: tables.server_time,
    Finding: tables.finding,
    Exercise: tables.exercise,
    Made: tables.template,
    Edit: tables.template_edit,
    Allowance: tables.template_allowed,
    Empty: tables.template_empty,
}


@pytest.mark.parametrize("kind", FLAT, ids=lambda kind: kind.__name__)
def test_every_field_has_its_column(kind: type) -> None:
    """Each field of a record is a column of its table, and each column a field."""
    columns = {rows._column(field.name) for field in fields(kind)} - {
        *("edits", "allowed", "empty"),  # which have tables of their own
        *("stack", "stacks"),
        "traits",  # of a point, which are kept with its source
    }
    assert columns == set(FLAT[kind].c.keys()) - {"number", "run"}


def test_every_column_of_a_run_is_written() -> None:
    """What opens a run and what closes it are together all that its table holds."""
    assert MAXIMAL.closing is not None
    opening, ending = rows.header_row(MAXIMAL.header), rows.closing_row(MAXIMAL.closing)
    assert set(opening) | set(ending) == set(tables.run.c.keys()) - {"number"}
    assert not set(opening) & set(ending)
    assert set(rows._CLOSING) | {"measures", "findings"} == {field.name for field in fields(Closing)}


def test_every_field_of_a_copy_has_its_column() -> None:
    """A copy, its identity and what became of it share one row."""
    names = {field.name for field in (*fields(Copy), *fields(CopyRecord))} - {"copy", "identity", "source"}
    source = {f"source_{name}" for name in ("type", "id", "account", "region")}
    assert names | source | {"arn", "unique_id"} == set(tables.copy.c.keys()) - {"number"}
    assert rows.copy_row(copy(), intended_at=START)["state"] == "intended"


def test_only_durations_are_microseconds() -> None:
    """A column's name says its unit, so that nobody reads microseconds as seconds."""
    for table in tables.metadata.tables.values():
        assert isinstance(table, Table)
        for column in table.c:
            assert (type(column.type).__name__ == "Span") == column.name.endswith("_us")


def test_no_exercise_is_no_exercise() -> None:
    """A run outside any exercise names none, instead of one called ''."""
    assert rows.header_row(header())["exercise"] is None
