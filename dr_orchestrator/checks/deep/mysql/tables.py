"""Reading MySQL's and MariaDB's tables and indexes whole: neither reads single blocks for anybody.

CHECKSUM TABLE reads each row with all that it keeps elsewhere; a count by an index that is forced reads that index.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pymysql

from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.checks.deep.mysql.asking import CUT, bound, code, is_gone, words
from dr_orchestrator.checks.speech.mysql.stored import SYSTEM

DAMAGED = (1034, 1035, 1194, 1195, 1459, 1712, 1812, 1815, 1877, 1932)
"""A table or an index that is corrupted or crashed, a tablespace that is gone, an error inside the engine."""

_BLOCK = 16384
_TABLES = f"""
    SELECT table_schema, table_name, coalesce(data_length, 0), coalesce(index_length, 0)
    FROM information_schema.tables
    WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_schema NOT IN {SYSTEM!r}
        AND coalesce(engine, '') NOT IN ('FEDERATED', 'CONNECT', 'SPIDER', 'BLACKHOLE')
    ORDER BY table_schema, table_name
"""  # noqa: S608
_INDEXES = f"""
    SELECT DISTINCT table_schema, table_name, index_name FROM information_schema.statistics
    WHERE index_name <> 'PRIMARY' AND index_type = 'BTREE' AND table_schema NOT IN {SYSTEM!r}
    ORDER BY table_schema, table_name, index_name
"""  # noqa: S608
_ON_ALL = re.compile(r"GRANT (.+?) ON \*\.\* TO ")
_REVOKED = re.compile(r"REVOKE .+? ON (.+?)\.\* FROM ")
_SEEING = frozenset({"SELECT", "ALL PRIVILEGES"})
_FRESH = "SET SESSION information_schema_stats_expiry = 0"
"""MySQL alone keeps sizes for a day, unless it is told not to."""


@dataclass(frozen=True)
class Whole(Relation):
    """A table, or one of its indexes, that is read as a whole."""

    schema: str = ""
    table: str = ""
    by: str = ""


def listed(connection: Any) -> Sequence[Whole]:
    """The tables that rows are stored in, with their sizes as the server knows them."""
    with contextlib.suppress(pymysql.OperationalError):
        connection.execute(_FRESH)
    return [
        Whole(f"{schema}.{table}", number, _blocks(size), max(int(size), _BLOCK), schema=schema, table=table)
        for number, (schema, table, size, _) in enumerate(connection.execute(_TABLES).fetchall())
    ]


def survey(connection: Any) -> Survey:
    """List tables and indexes; an index is told its share of what a table's indexes take."""
    tables = listed(connection)
    sizes = {(schema, table): int(size) for schema, table, _, size in connection.execute(_TABLES).fetchall()}
    names = connection.execute(_INDEXES).fetchall()
    known = {(each.schema, each.table) for each in tables}
    indexes = [(schema, table, by) for schema, table, by in names if (schema, table) in known]
    several = [(schema, table) for schema, table, _ in indexes]
    found = list(tables)
    for number, (schema, table, by) in enumerate(indexes, len(tables)):
        size = max(_BLOCK, sizes[schema, table] // several.count((schema, table)))
        name = f"{schema}.{table}, index {by}"
        found.append(Whole(name, number, _blocks(size), size, index=True, schema=schema, table=table, by=by))
    return Survey(tuple(found), beside=_beside(connection))


def _beside(connection: Any) -> tuple[str, ...]:
    """The schemas that the login may not see: no list of the server tells it of a schema that it has no right on."""
    grants = [str(grant) for (grant,) in connection.execute("SHOW GRANTS").fetchall()]
    revoked = [found[1] for grant in grants if (found := _REVOKED.match(grant))]
    if revoked:
        return tuple(f"the schema {each}, which the login may not see" for each in revoked)
    if any((found := _ON_ALL.match(grant)) and _SEEING & set(found[1].split(", ")) for grant in grants):
        return ()
    return ("any schema that the login has no right on: it would need SELECT ON *.* to be told of them all",)


def reader(connection: Any) -> ReadStretch:
    """Read one after the other."""
    return partial(_read, connection)


def _read(connection: Any, stretch: Stretch, within_s: float) -> None:
    relation = stretch.relation
    if not isinstance(relation, Whole):
        raise Unread(f"{stretch} is none of this engine's")
    try:
        bound(connection, within_s)
        _say(connection, relation)
    except pymysql.Error as error:
        if is_gone(error):
            raise  # the connection ended, and not a word was said of the data
        if code(error) in CUT:
            raise Unread(f"{stretch} was not read within {within_s:.0f} s") from None
        raise (Damaged if code(error) in DAMAGED else Unread)(f"{stretch}: {words(error)}") from error
    finally:
        if not connection.closed:
            connection.execute("ROLLBACK")


def _say(connection: Any, relation: Whole) -> None:
    quote = connection.quote
    name = f"{quote(relation.schema)}.{quote(relation.table)}"
    if relation.by:
        connection.execute(f"SELECT count(*) FROM {name} FORCE INDEX ({quote(relation.by)})")  # noqa: S608
        return
    (_, told) = connection.execute(f"CHECKSUM TABLE {name} EXTENDED").fetchone()
    if told is None:  # what went wrong it tells beside its answer
        why = connection.execute("SHOW WARNINGS").fetchall()
        raise pymysql.OperationalError(int(why[0][1]) if why else 1815, why[0][2] if why else "it has no checksum")


def _blocks(size: Any) -> int:
    return max(1, -(-int(size) // _BLOCK))
