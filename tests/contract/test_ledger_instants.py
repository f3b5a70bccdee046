"""Instants are told apart by SQL as they are here, in every column that holds some, whatever they look like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Column, MetaData, Table, func, insert, inspect, literal, select

from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.columns import Instant
from dr_orchestrator.ledger.ledger import SqlLedger

MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)
EAST = timezone(timedelta(hours=9, minutes=30))
TRICKY = [
    MIDNIGHT,
    MIDNIGHT.astimezone(EAST),
    MIDNIGHT - timedelta(microseconds=1),
    MIDNIGHT + timedelta(microseconds=1),
    MIDNIGHT + timedelta(seconds=0.5),
    MIDNIGHT + timedelta(seconds=1),
    (MIDNIGHT + timedelta(seconds=1)).astimezone(EAST),
    (MIDNIGHT - timedelta(hours=1)).astimezone(EAST),
    datetime(999, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]
COLUMNS = [
    (table.name, column.name)
    for table in tables.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Instant)
]


def test_every_moment_is_held_as_an_instant(ledger: SqlLedger) -> None:
    """No column of a moment has a type of its own, and the database has each as it is declared."""
    told = inspect(ledger._engine)
    held = {
        (table, column["name"])
        for table in told.get_table_names()
        for column in told.get_columns(table)
        if column["name"].endswith("_at") or "TIMESTAMP" in str(column["type"])
    }
    assert held <= set(COLUMNS)
    for table, name in COLUMNS:
        assert type(tables.metadata.tables[table].c[name].type) is Instant
        (column,) = (each for each in told.get_columns(table) if each["name"] == name)
        made = Instant().dialect_impl(ledger._engine.dialect).compile(ledger._engine.dialect)
        assert column["type"].compile(ledger._engine.dialect) == made


def test_sql_orders_instants_as_they_are(ledger: SqlLedger) -> None:
    """By what is stored, and by what it is compared with: no microseconds, half a second, midnight, the last year; so
    in every column, for all of them are of one type.
    """
    meta = MetaData()
    trial = Table("trial_of_instants", meta, Column("at", Instant()))
    at = trial.c.at
    with ledger._engine.connect() as connection:
        meta.create_all(connection)
        connection.execute(insert(trial), [{"at": each} for each in TRICKY])
        assert list(connection.scalars(select(at).order_by(at))) == sorted(TRICKY)
        assert connection.scalar(select(func.max(at))) == max(TRICKY)
        assert connection.scalar(select(func.min(at))) == min(TRICKY)
        for bound in TRICKY:
            for stored, expected in (
                (select(at).where(at < bound), [each for each in TRICKY if each < bound]),
                (select(at).where(at <= literal(bound, Instant)), [each for each in TRICKY if each <= bound]),
                (select(at).where(at == bound), [each for each in TRICKY if each == bound]),
            ):
                assert sorted(connection.scalars(stored)) == sorted(expected)
        connection.rollback()
