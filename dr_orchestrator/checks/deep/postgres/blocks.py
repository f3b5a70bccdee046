"""Reading every block of PostgreSQL's tables and indexes.

The extension pg_prewarm reads blocks as they are, through the buffers, where checksums are looked at: of tables, of
what they keep in TOAST, of indexes. Without it tables are scanned by ranges of rows, and each value that may stand in
TOAST is taken from there: `count(*)` alone could be answered by an index and the visibility map. Indexes are then read
by pg_prewarm that is made in a transaction which is rolled back; where it cannot be made they are not read, and that is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.checks.deep.postgres import beside, extension
from dr_orchestrator.checks.deep.postgres.asking import bound

PREWARM = "pg_prewarm"
LONGEST = 2048
"""Blocks that one statement reads: 16 MB, so that rate and time are looked at often."""

_BY_RANGE = 140_000
"""The first version that scans a range of rows; of an older one whole tables are read."""

DAMAGED = ("XX000", "XX001", "XX002", "58030", "58P01")
"""An internal error, data or an index that is corrupted, a file that is gone or that the system cannot read."""

_RELATIONS = """
    SELECT n.nspname, c.relname, c.oid::pg_catalog.int8, c.relkind::text,
        pg_catalog.pg_relation_size(c.oid), c.reltoastrelid::pg_catalog.int8,
        CASE WHEN c.reltoastrelid <> 0 THEN pg_catalog.pg_total_relation_size(c.reltoastrelid) ELSE 0 END,
        CASE WHEN c.reltoastrelid <> 0 THEN pg_catalog.pg_relation_size(c.reltoastrelid) ELSE 0 END,
        pg_catalog.current_setting('block_size')::pg_catalog.int4
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'i') AND c.relpersistence <> 't'
        AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname, c.relname
"""
_TOAST_INDEXES = """
    SELECT i.indexrelid::pg_catalog.int8, pg_catalog.pg_relation_size(i.indexrelid) FROM pg_catalog.pg_index i
    WHERE i.indrelid = %s
"""
_NAMED = """
    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = %s
"""
_KEPT_APART = """
    SELECT attname, atttypid = 'pg_catalog.bytea'::pg_catalog.regtype FROM pg_catalog.pg_attribute
    WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attlen = -1 AND attstorage <> 'p'
        AND pg_catalog.to_jsonb(pg_attribute)->>'attgenerated' IS DISTINCT FROM 'v'
    ORDER BY attnum
"""
"""The columns whose values may stand in TOAST; one that is computed as it is read stands nowhere."""

_PLAINLY = """
    SELECT pg_catalog.set_config(name, 'off', true) FROM pg_catalog.pg_settings
    WHERE name IN ('enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan', 'jit')
"""


def survey(connection: Any) -> Survey:
    """List tables, materialised views and indexes, the server's own left out, and how each can be read."""
    return replace(_survey(connection), beside=beside.beside(connection))


def _survey(connection: Any) -> Survey:
    rows = connection.execute(_RELATIONS).fetchall()
    if extension.is_installed(connection, PREWARM):
        return Survey(tuple(each for row in rows for each in _by_block(connection, row)), longest=LONGEST)
    tables = tuple(_table(row) for row in rows if row[3] != "i")
    indexes = tuple(_relation(row, row[4]) for row in rows if row[3] == "i")
    longest = LONGEST if connection.info.server_version >= _BY_RANGE else 0
    if extension.is_available(connection, PREWARM):
        return Survey(tables, apart=indexes, longest=longest)
    return Survey(tables, left=indexes, why=f"the server has no extension {PREWARM}", longest=longest)


def _by_block(connection: Any, row: Any) -> Iterator[Relation]:
    """A relation, and each of those that it keeps its long values in."""
    yield _relation(row, row[4])
    if row[5]:
        name, block = f"{row[0]}.{row[1]} (TOAST)", row[8]
        yield Relation(name, row[5], row[7] // block, row[7])
        for key, size in connection.execute(_TOAST_INDEXES, (row[5],)).fetchall():
            yield Relation(f"{name}, index", key, size // block, size, index=True)


def _table(row: Any) -> Relation:
    return _relation(row, row[4] + row[6])


def _relation(row: Any, size: int) -> Relation:
    return Relation(f"{row[0]}.{row[1]}", row[2], row[4] // row[8], size, index=row[3] == "i")


def reader(connection: Any) -> ReadStretch:
    """Read any relation by its blocks where pg_prewarm is installed, tables by their rows where it is not."""
    if extension.is_installed(connection, PREWARM):
        return partial(_read, connection, _prewarmed(connection))
    return partial(_read, connection, _scanned(connection))


@contextmanager
def reader_apart(connection: Any) -> Iterator[ReadStretch]:
    """Within: pg_prewarm is there, if it can be made, and reads by blocks."""
    with extension.at_hand(connection, PREWARM):
        yield partial(_read, connection, _prewarmed(connection))


def _read(connection: Any, said: Callable[[Stretch], sql.Composed], stretch: Stretch, within_s: float) -> None:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(_PLAINLY)
            bound(connection, within_s)
            connection.execute(said(stretch))
    except psycopg.errors.QueryCanceled:
        raise Unread(f"{stretch} was not read within {within_s:.0f} s") from None
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate.startswith(("57", "08")):
            raise  # the connection is gone, and not a word said of the data
        told = f"{stretch}: {error.diag.message_primary or type(error).__name__}"
        raise (Damaged if error.sqlstate in DAMAGED else Unread)(told) from error


def _prewarmed(connection: Any) -> Callable[[Stretch], sql.Composed]:
    prewarm = extension.function(connection, PREWARM, PREWARM)
    ask = sql.SQL("SELECT {}({}::pg_catalog.oid::pg_catalog.regclass, 'buffer', 'main', {}, {})")

    def said(stretch: Stretch) -> sql.Composed:
        last = stretch.first + stretch.blocks - 1
        return ask.format(prewarm, *map(sql.Literal, (stretch.relation.key, stretch.first, last)))

    return said


def _scanned(connection: Any) -> Callable[[Stretch], sql.Composed]:
    known: dict[int, sql.Composed] = {}

    def said(stretch: Stretch) -> sql.Composed:
        key, whole = stretch.relation.key, stretch.blocks == stretch.relation.blocks
        if key not in known:
            known[key] = _scan(connection, key)
        if whole:
            return known[key]
        ends = (sql.Literal(f"({block},0)") for block in (stretch.first, stretch.first + stretch.blocks))
        rows = sql.SQL(" WHERE ctid >= {}::pg_catalog.tid AND ctid < {}::pg_catalog.tid").format(*ends)
        return known[key] + rows

    return said


def _scan(connection: Any, key: int) -> sql.Composed:
    """A statement that needs each block of a table, and each value that it keeps elsewhere."""
    columns = connection.execute(_KEPT_APART, (key,)).fetchall()
    schema, table = connection.execute(_NAMED, (key,)).fetchone()
    values = [sql.SQL("pg_catalog.count(*)")]
    for name, is_bytes in columns:
        taken = "pg_catalog.md5({})" if is_bytes else "pg_catalog.hashtext({}::pg_catalog.text)"
        values.append(sql.SQL("pg_catalog.count(" + taken + ")").format(sql.Identifier(name)))  # type: ignore[arg-type]
    return sql.SQL("SELECT {} FROM ONLY {}").format(sql.SQL(", ").join(values), sql.Identifier(schema, table))
