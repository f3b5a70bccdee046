"""Reading Oracle's tables whole: it reads single blocks for nobody but its administrators.

A table is scanned, and each of its columns hashed, so that every piece of a row is read. A large object is searched for
what it does not hold, and so read to its end. An index is read by no statement that only reads: a hint may be ignored.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dr_orchestrator.checks.deep.driven import unread
from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.checks.speech.oracle.stored import OWN
from dr_orchestrator.waiting.driven import EngineError

DAMAGED = (376, 600, 1115, 1157, 1410, 1578, 8103, 22922, 26040)
"""A block is corrupt or not what the dictionary takes it for, a file cannot be read, a large object is not there; or
the server came upon what it does not account for."""

_BLOCK = 8192
_LISTED = f"""
    SELECT t.owner, t.table_name, COALESCE(t.blocks, 1) FROM SYS.ALL_TABLES t
    WHERE t.temporary = 'N' AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
        AND (t.iot_type IS NULL OR t.iot_type = 'IOT') AND t.owner NOT IN ({OWN})
        AND NOT EXISTS (SELECT 1 FROM SYS.ALL_EXTERNAL_TABLES e
            WHERE e.owner = t.owner AND e.table_name = t.table_name)
    ORDER BY t.owner, t.table_name
"""  # noqa: S608
_INDEXES = f"""
    SELECT owner, index_name, table_owner, table_name, COALESCE(leaf_blocks, 1) FROM SYS.ALL_INDEXES
    WHERE owner NOT IN ({OWN}) AND index_type NOT IN ('LOB', 'IOT - TOP') ORDER BY owner, index_name
"""  # noqa: S608
_COLUMNS = """
    SELECT column_name, data_type, data_type_owner FROM SYS.ALL_TAB_COLS
    WHERE owner = :1 AND table_name = :2 AND virtual_column = 'NO' AND hidden_column = 'NO' ORDER BY column_id
"""
_STRANGE = f"""
    SELECT owner, table_name, column_name, data_type FROM SYS.ALL_TAB_COLS
    WHERE hidden_column = 'NO' AND owner NOT IN ({OWN})
        AND (data_type IN ('LONG', 'LONG RAW', 'BFILE', 'VECTOR', 'JSON') OR data_type_owner IS NOT NULL)
        AND (owner, table_name) IN (SELECT owner, table_name FROM SYS.ALL_TABLES)
    ORDER BY owner, table_name, column_id
"""  # noqa: S608
_NOWHERE = ("LONG", "LONG RAW", "BFILE", "VECTOR", "JSON")
"""Types of which no function reads all, or whose values stand elsewhere."""

_WHY = "no statement that only reads is sure to read an index"
_SEES_ALL = "SELECT COUNT(*) FROM SYS.SESSION_PRIVS WHERE privilege IN ('SELECT ANY TABLE', 'READ ANY TABLE')"
_IN_CONTAINER = "SELECT SYS_CONTEXT('USERENV', 'CDB_NAME') FROM SYS.DUAL"


@dataclass(frozen=True)
class Whole(Relation):
    """A table that is read as a whole."""

    schema: str = ""
    table: str = ""


def listed(connection: Any) -> Sequence[Whole]:
    """The tables that rows are stored in, with their sizes as statistics have them."""
    return [
        Whole(f"{schema}.{table}", key, _some(blocks), _some(blocks) * _BLOCK, schema=str(schema), table=str(table))
        for key, (schema, table, blocks) in enumerate(connection.execute(_LISTED).fetchall())
    ]


def survey(connection: Any) -> Survey:
    """List tables, the indexes that are left, and what is beside them."""
    tables = tuple(listed(connection))
    rows = connection.execute(_INDEXES).fetchall()
    left = [
        Relation(f"{schema}.{table}, index {owner}.{name}", key, _some(blocks), _some(blocks) * _BLOCK, index=True)
        for key, (owner, name, schema, table, blocks) in enumerate(rows, len(tables))
    ]
    return Survey(tables, left=tuple(left), why=_WHY if left else "", beside=tuple(_beside(connection)))


def reader(connection: Any) -> ReadStretch:
    """Read one after the other."""
    return partial(_read, connection)


def _beside(connection: Any) -> list[str]:
    """The parts of the copy that are not read, or not seen by the login: of those no list tells it."""
    rows = connection.execute(_STRANGE).fetchall()
    found = [f"{owner}.{table}.{column}, a {str(kind).lower()}" for owner, table, column, kind in rows]
    if connection.execute(_SEES_ALL).fetchone() == (0,):
        found.append("any table that the login has no right on: it would need SELECT ANY TABLE to see them all")
    ((container,),) = connection.execute(_IN_CONTAINER).fetchall()
    if container:
        found.append(f"any other tenant database of {container}, which nobody sees from this one")
    return found


def _read(connection: Any, stretch: Stretch, within_s: float) -> None:
    relation = stretch.relation
    if not isinstance(relation, Whole):
        raise Unread(f"{stretch} is none of this engine's")
    try:
        connection.bound(within_s)
        columns = connection.execute(_COLUMNS, (relation.schema, relation.table)).fetchall()
        connection.execute(_ask(connection.quote, relation, columns))
    except EngineError as error:
        if error.code in DAMAGED:
            raise Damaged(f"{stretch}: {error.words}") from error
        raise unread(error, stretch, within_s) from error


def _ask(quote: Any, relation: Whole, columns: Sequence[tuple[Any, ...]]) -> str:
    read = [_hashed(f"t.{quote(str(name))}", str(kind)) for name, kind, owner in columns if _is_read(kind, owner)]
    name = f"{quote(relation.schema)}.{quote(relation.table)}"
    return f"SELECT /*+ FULL(t) */ {', '.join(['COUNT(*)', *read])} FROM {name} t"  # noqa: S608


def _is_read(kind: object, owner: object) -> bool:
    return owner is None and str(kind) not in _NOWHERE


def _hashed(column: str, kind: str) -> str:
    """An expression that reads all of a column: a hash of each value, or a search of each large object to its end."""
    if kind == "BLOB":
        return f"SUM(SYS.DBMS_LOB.INSTR({column}, HEXTORAW('{secrets.token_hex(16)}')))"
    if kind in ("CLOB", "NCLOB"):
        return f"SUM(SYS.DBMS_LOB.INSTR({column}, '{secrets.token_hex(16)}'))"
    return f"SUM(ORA_HASH({column}))"


def _some(blocks: Any) -> int:
    return max(1, int(blocks))
