"""The proofs that PostgreSQL has of itself: checksums, indexes, collations, sequences; by amcheck their structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.checks.deep.engine import Fact, Inventory, Unread
from dr_orchestrator.checks.deep.postgres import extension
from dr_orchestrator.checks.deep.postgres.asking import bound
from dr_orchestrator.checks.deep.postgres.blocks import DAMAGED
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import AMCHECK, CHECKSUMS

Ask = Callable[[Any], Fact]

_FAILURES = """
    SELECT pg_catalog.current_setting('data_checksums'), d.checksum_failures
    FROM pg_catalog.pg_stat_database d WHERE d.datname = pg_catalog.current_database()
"""
_INVALID = """
    SELECT n.nspname || '.' || c.relname, c.relkind = 'i' FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (NOT i.indisvalid OR NOT i.indisready OR NOT i.indislive) AND n.nspname <> 'pg_toast' ORDER BY 1
"""
_HOLDS_ANY = """
    SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm', 'p') AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema')
"""
"""Whether the catalogue, which is restored with the data, tells of any table: in an empty one all is sound."""

_COLLATIONS = """
    SELECT n.nspname || '.' || c.collname, c.collversion, pg_catalog.pg_collation_actual_version(c.oid)
    FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
    WHERE c.collversion IS NOT NULL AND c.collprovider <> 'd'
        AND c.collversion IS DISTINCT FROM pg_catalog.pg_collation_actual_version(c.oid)
        AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
            WHERE a.attcollation = c.oid AND r.relkind IN ('r', 'i', 'm', 'p'))
    ORDER BY 1
"""
"""Of the many collations that a server knows, those that something of this database is sorted by."""

_OF_DATABASE = """
    SELECT 'the database', datcollversion, pg_catalog.pg_database_collation_actual_version(oid)
    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database() AND datcollversion IS NOT NULL
        AND datcollversion IS DISTINCT FROM pg_catalog.pg_database_collation_actual_version(oid)
"""
_KEEPS_ITS_OWN = 150_000
"""The first version that keeps the version of the database's own collation."""

_OWNED = """
    SELECT n.nspname, c.relname, tn.nspname, t.relname, a.attname, s.last_value,
        pg_catalog.has_sequence_privilege(c.oid, 'USAGE, SELECT') FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    JOIN pg_catalog.pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = c.relname
    WHERE c.relkind = 'S' AND s.increment_by > 0 AND NOT s.cycle
        AND a.atttypid IN ('pg_catalog.int2'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype,
            'pg_catalog.int8'::pg_catalog.regtype)
    ORDER BY 1, 2
"""
_EXTENSIONS = "SELECT extname, extversion FROM pg_catalog.pg_extension"
_SEQUENCES = """
    SELECT schemaname || '.' || sequencename, CASE WHEN increment_by > 0 AND NOT cycle THEN last_value END,
        pg_catalog.abs(increment_by::pg_catalog.numeric) * (32 + cache_size) FROM pg_catalog.pg_sequences
    WHERE pg_catalog.has_sequence_privilege(
        pg_catalog.quote_ident(schemaname) || '.' || pg_catalog.quote_ident(sequencename), 'USAGE, SELECT')
"""
"""Of one that may not be read the server tells no value, as of one that was never used; of one that goes down or round
none is compared. PostgreSQL logs 32 values beforehand (SEQ_LOG_VALS), and goes on behind them after a recovery."""

_BTREES = """
    SELECT n.nspname || '.' || c.relname, c.oid::pg_catalog.int8 FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE m.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p' AND i.indisvalid AND i.indisready
        AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1
"""
_HEAPS = """
    SELECT n.nspname || '.' || c.relname, c.oid::pg_catalog.int8 FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am m ON m.oid = c.relam
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND m.amname = 'heap'
        AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema' ORDER BY 1
"""
_VERIFIES_TABLES = 140_000
_MOST_TOLD = 3


def proofs(connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
    """Ask for one thing after the other; what is refused is told, and the next is asked."""
    for about, ask in ((CHECKSUMS, _checksums), ("indexes", _indexes), ("collations", _collations)):
        yield _asked(connection, about, ask)
    yield _asked(connection, "sequences", _sequences)
    yield _amcheck(connection, left_s)


def inventory(connection: Any) -> Inventory:
    """List extensions with their versions, and sequences with their last values; None of one that was never used."""
    extensions = dict(connection.execute(_EXTENSIONS).fetchall())
    rows = connection.execute(_SEQUENCES).fetchall()
    return Inventory(extensions, {name: last for name, last, _ in rows}, {name: int(leap) for name, _, leap in rows})


def _asked(connection: Any, about: str, ask: Ask) -> Fact:
    try:
        with connection.transaction(force_rollback=True):
            return ask(connection)
    except psycopg.Error as error:
        if _is_gone(error):
            raise
        return Fact(about, str(error.diag.message_primary), asked=False)


def _is_gone(error: psycopg.Error) -> bool:
    return error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))


def _checksums(connection: Any) -> Fact:
    kept, failures = connection.execute(_FAILURES).fetchone()
    if kept != "on":
        return Fact(CHECKSUMS, "the server keeps no checksums", asked=False)
    wrong = (f"{failures} checksum failures were counted",) if failures else ()
    return Fact(CHECKSUMS, "no checksum failure was counted", wrong, of_data=False)


def _indexes(connection: Any) -> Fact:
    rows = connection.execute(_INVALID).fetchall()
    (any_table,) = connection.execute(_HOLDS_ANY).fetchone()
    wrong = tuple(f"index {name} is invalid" for name, _ in rows)
    return Fact("indexes", "no index is invalid", wrong, of_data=any_table)


def _collations(connection: Any) -> Fact:
    rows = connection.execute(_COLLATIONS).fetchall()
    if connection.info.server_version >= _KEEPS_ITS_OWN:
        rows += connection.execute(_OF_DATABASE).fetchall()
    told = "sorted by the version {} of its collation, and the server has {}"
    return Fact(
        "collations",
        "collations are of the versions that data was sorted by",
        tuple(f"{name} is {told.format(was, now)}" for name, was, now in rows),
        of_data=False,
    )


def _sequences(connection: Any) -> Fact:
    """Whether each sequence is ahead of the column that it numbers: else the next row would be refused."""
    rows = connection.execute(_OWNED).fetchall()
    wrong, hidden = [], sum(not may for *_, may in rows)
    for schema, name, table_schema, table, column, last, may in rows:
        ask = sql.SQL("SELECT pg_catalog.max({}) FROM {}").format(
            sql.Identifier(column), sql.Identifier(table_schema, table)
        )
        (most,) = connection.execute(ask).fetchone() if may else (None,)
        if most is not None and most > (last or 0):
            wrong.append(f"sequence {schema}.{name} stands at {last or 'its start'}, and {table}.{column} at {most}")
    told = f"{counted(len(rows) - hidden, 'sequence')} not behind the column that it numbers"
    more = f", {hidden} that the login may not read" if hidden else ""
    return Fact("sequences", told + more, tuple(wrong), asked=hidden < len(rows) or not rows, of_data=bool(rows))


def _amcheck(connection: Any, left_s: Callable[[], float]) -> Fact:
    """The structure of each B-tree, that it holds every row of its table, and that of each table."""
    try:
        with extension.at_hand(connection, AMCHECK):
            return _verified(connection, left_s)
    except Unread as why:
        return Fact(AMCHECK, str(why), asked=False)
    except psycopg.Error as error:
        if _is_gone(error):
            raise
        return Fact(AMCHECK, str(error.diag.message_primary), asked=False)


def _verified(connection: Any, left_s: Callable[[], float]) -> Fact:
    indexes, tables = connection.execute(_BTREES).fetchall(), []
    by_index = sql.SQL("SELECT 1 FROM {}({}::pg_catalog.oid::pg_catalog.regclass, true)")
    by_table = sql.SQL(
        "SELECT blkno, msg FROM {}({}::pg_catalog.oid::pg_catalog.regclass, check_toast => true) LIMIT 3"
    )
    check = extension.function(connection, AMCHECK, "bt_index_check")
    asks = [(f"index {name}", by_index.format(check, sql.Literal(key)), False) for name, key in indexes]
    if connection.info.server_version >= _VERIFIES_TABLES:
        tables = connection.execute(_HEAPS).fetchall()
        heap = extension.function(connection, AMCHECK, "verify_heapam")
        asks += [(f"table {name}", by_table.format(heap, sql.Literal(key)), True) for name, key in tables]
    wrong: list[str] = []
    for done, (name, ask, is_table) in enumerate(asks):
        if (seconds := left_s()) <= 0:
            left = f"the time was over after {done} of all {len(asks):,} indexes and tables"
            return Fact(AMCHECK, left, tuple(wrong), asked=False)
        wrong += [f"{name}: {each}" for each in _faults(connection, ask, seconds, is_table=is_table)]
    trees = counted(len(indexes), "B-tree index", "B-tree indexes")
    told = f"amcheck found {trees} and {counted(len(tables), 'table')} sound"
    return Fact(AMCHECK, told, tuple(wrong), of_data=bool(asks))


def _faults(connection: Any, ask: sql.Composed, within_s: float, *, is_table: bool) -> list[str]:
    try:
        with connection.transaction():
            bound(connection, within_s)
            rows = connection.execute(ask).fetchall()
    except psycopg.Error as error:
        if error.sqlstate not in DAMAGED:
            raise
        return [str(error.diag.message_primary)]
    return [f"block {block}: {told}" for block, told in rows[:_MOST_TOLD]] if is_table else []
