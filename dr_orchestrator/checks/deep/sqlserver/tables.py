"""Reading SQL Server's tables and indexes whole: it reads single pages for nobody but its administrators.

A table is read as it lies (its heap or its clustered index), and a checksum made of each row; what it keeps elsewhere
is hashed, for a checksum takes of it the beginning alone. An index that is forced is read by counting its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dr_orchestrator.checks.deep.driven import unread
from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.checks.speech.sqlserver.stored import OWN
from dr_orchestrator.waiting.driven import EngineError

DAMAGED = (601, 605, 823, 824, 832, 5242, 5243, 7105, 7987, 7988, 8646, 9100)
"""A page that the disk does not give, that is not what its checksum says or not of its table; a row that an index
names and that is not there; a large value that is not linked as it should be."""

_PAGE = 8192
_LISTED = """
    SELECT s.name, t.name, t.object_id, i.index_id, i.name, i.type, i.has_filter, COALESCE(SUM(a.total_pages), 0)
    FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
    JOIN sys.indexes i ON i.object_id = t.object_id AND i.is_hypothetical = 0 AND i.is_disabled = 0
    LEFT JOIN sys.partitions p ON p.object_id = i.object_id AND p.index_id = i.index_id
    LEFT JOIN sys.allocation_units a
        ON a.container_id = CASE WHEN a.type = 2 THEN p.partition_id ELSE p.hobt_id END
    WHERE t.is_ms_shipped = 0 AND t.is_external = 0
    GROUP BY s.name, t.name, t.object_id, i.index_id, i.name, i.type, i.has_filter
    ORDER BY s.name, t.name, i.index_id
"""
_LARGE = """
    SELECT c.name, t.name FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
    WHERE c.object_id = %s AND c.is_computed = 0
        AND (c.max_length = -1 OR t.name IN ('text', 'ntext', 'image', 'xml', 'geometry', 'geography', 'hierarchyid'))
    ORDER BY c.column_id
"""
_OLD = {"text": "varchar(max)", "ntext": "nvarchar(max)"}
"""Types that become bytes by way of another."""

_TABLES, _ROWSTORE = (0, 1, 5), 2
"""A heap, a clustered index, a clustered columnstore; and an index of rows beside it."""

_WHY = "an index with a filter, of columns, of XML, of places or in memory is not read by itself"
_OTHERS = "SELECT name FROM sys.databases WHERE name <> DB_NAME() ORDER BY name"
_SEES_ALL = "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'SELECT')"


@dataclass(frozen=True)
class Whole(Relation):
    """A table, or one of its indexes, that is read as a whole; `number` is the index's own."""

    schema: str = ""
    table: str = ""
    object_id: int = 0
    number: int = 0


def listed(connection: Any) -> Sequence[Whole]:
    """The tables that rows are stored in, with their sizes."""
    return [each for each in _all(connection)[0] if not each.index]


def survey(connection: Any) -> Survey:
    """List tables and indexes, and what is beside them."""
    read, left = _all(connection)
    return Survey(tuple(read), left=tuple(left), why=_WHY if left else "", beside=tuple(_beside(connection)))


def reader(connection: Any) -> ReadStretch:
    """Read one after the other."""
    return partial(_read, connection)


def _all(connection: Any) -> tuple[list[Whole], list[Whole]]:
    read: list[Whole] = []
    left: list[Whole] = []
    for key, (schema, table, of, number, by, kind, filtered, pages) in enumerate(
        connection.execute(_LISTED).fetchall()
    ):
        own = int(kind) in _TABLES or not int(number)
        name = f"{schema}.{table}" if own else f"{schema}.{table}, index {by}"
        blocks = max(1, int(pages))
        found = Whole(
            *(name, key, blocks, blocks * _PAGE, not own),
            schema=str(schema),
            table=str(table),
            object_id=int(of),
            number=int(number),
        )
        (read if own or (int(kind) == _ROWSTORE and not filtered) else left).append(found)
    return read, left


def _beside(connection: Any) -> list[str]:
    """The other databases of the server, and what the login may not see: no list tells it of that."""
    own = {each.lower() for each in OWN}
    others = [str(name) for (name,) in connection.execute(_OTHERS).fetchall()]
    found = [f"the database {name}" for name in others if name.lower() not in own]
    if connection.execute(_SEES_ALL).fetchone() != (1,):
        found.append("any table that the login has no right on: it would need SELECT on the database to see them all")
    return found


def _read(connection: Any, stretch: Stretch, within_s: float) -> None:
    relation = stretch.relation
    if not isinstance(relation, Whole):
        raise Unread(f"{stretch} is none of this engine's")
    try:
        connection.bound(within_s)
        connection.execute(_ask(connection, relation))
    except EngineError as error:
        if error.code in DAMAGED:
            raise Damaged(f"{stretch}: {error.words}") from error
        raise unread(error, stretch, within_s) from error
    finally:
        if not connection.closed:
            connection.undo()


def _ask(connection: Any, relation: Whole) -> str:
    quote = connection.quote
    name = f"{quote(relation.schema)}.{quote(relation.table)}"
    if relation.index:
        return f"SELECT COUNT_BIG(*) FROM {name} WITH (INDEX({relation.number}))"  # noqa: S608
    columns = connection.execute(_LARGE, (relation.object_id,)).fetchall()
    large = ["CHECKSUM_AGG(BINARY_CHECKSUM(*))", *(_hashed(quote(column), str(kind)) for column, kind in columns)]
    return f"SELECT COUNT_BIG(*), {', '.join(large)} FROM {name} WITH (INDEX({relation.number}))"  # noqa: S608


def _hashed(column: str, kind: str) -> str:
    """A checksum of the hash of a large value: for that the whole of it is read."""
    value = f"CONVERT({_OLD[kind]}, {column})" if kind in _OLD else column
    return f"CHECKSUM_AGG(BINARY_CHECKSUM(HASHBYTES('SHA2_256', CONVERT(varbinary(max), {value}))))"
