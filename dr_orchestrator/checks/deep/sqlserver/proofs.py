"""The proofs that SQL Server has of itself: DBCC CHECKTABLE, pages that it found damaged, indexes, page checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dr_orchestrator.checks.deep import driven
from dr_orchestrator.checks.deep.engine import Fact, Inventory, Relation
from dr_orchestrator.checks.deep.sqlserver.tables import DAMAGED, Whole, listed
from dr_orchestrator.domain.proof import CHECK_TABLE, CHECKSUMS
from dr_orchestrator.waiting.driven import EngineError

_VERIFIED = "SELECT page_verify_option_desc FROM sys.databases WHERE database_id = DB_ID()"
_SUSPECT = """
    SELECT file_id, page_id, event_type FROM msdb.dbo.suspect_pages
    WHERE database_id = DB_ID() AND event_type IN (1, 2, 3)
"""
"""Pages that were met damaged, and not restored or repaired since."""

_DISABLED = """
    SELECT s.name + '.' + t.name, i.name FROM sys.indexes i JOIN sys.tables t ON t.object_id = i.object_id
    JOIN sys.schemas s ON s.schema_id = t.schema_id
    WHERE i.is_disabled = 1 AND i.is_hypothetical = 0 AND t.is_ms_shipped = 0 ORDER BY 1, 2
"""
_NUMBERS = """
    SELECT s.name + '.' + q.name, CONVERT(decimal(38, 0), q.current_value)
    FROM sys.sequences q JOIN sys.schemas s ON s.schema_id = q.schema_id
    UNION ALL
    SELECT s.name + '.' + t.name + '.' + c.name, CONVERT(decimal(38, 0), c.last_value)
    FROM sys.identity_columns c JOIN sys.tables t ON t.object_id = c.object_id
    JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE t.is_ms_shipped = 0
"""


def proofs(connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
    """Ask for one thing after the other; what is refused is told, and the next is asked."""
    tables = list(listed(connection))

    def look(table: Relation, seconds: float) -> list[str]:
        return _faults(connection, table, seconds)

    yield driven.each(CHECK_TABLE, "DBCC CHECKTABLE", list[Relation](tables), left_s, look)
    yield from driven.asked("suspect pages", lambda: _suspect(connection))
    yield from driven.asked("indexes", lambda: _indexes(connection, any_table=bool(tables)))
    yield from driven.asked(CHECKSUMS, lambda: _checksums(connection))


def inventory(connection: Any) -> Inventory:
    """List the last numbers; there are no extensions."""
    rows = connection.execute(_NUMBERS).fetchall()
    return Inventory({}, {str(name): None if last is None else int(last) for name, last in rows})


def _faults(connection: Any, table: Relation, seconds: float) -> list[str]:
    """The fault of a table and its indexes that the server tells last."""
    if not isinstance(table, Whole):
        return []
    connection.undo()
    connection.bound(seconds)
    name = f"{connection.quote(table.schema)}.{connection.quote(table.table)}".replace("'", "''")
    try:
        connection.execute(f"DBCC CHECKTABLE (N'{name}') WITH NO_INFOMSGS, ALL_ERRORMSGS")
    except EngineError as error:
        if not is_fault(error.code):
            raise
        return [f"{table.name}: {error.words[:500]}"]
    return []


def is_fault(code: int) -> bool:
    """Whether a number is one of those by which DBCC tells of what is inconsistent."""
    return code in DAMAGED or 2500 <= code < 2600 or 8900 <= code < 9000


def _suspect(connection: Any) -> Fact:
    rows = connection.execute(_SUSPECT).fetchall()
    wrong = tuple(f"page {page} of file {file} was met damaged (event {event})" for file, page, event in rows)
    return Fact("suspect pages", "no page was met damaged", wrong, of_data=False)


def _indexes(connection: Any, *, any_table: bool) -> Fact:
    rows = connection.execute(_DISABLED).fetchall()
    wrong = tuple(f"index {name} of {table} is disabled" for table, name in rows)
    return Fact("indexes", "no index is disabled", wrong, of_data=any_table)


def _checksums(connection: Any) -> Fact:
    (option,) = connection.execute(_VERIFIED).fetchone()
    if str(option).upper() != "CHECKSUM":
        kept = str(option).lower().replace("_", " ")
        return Fact(CHECKSUMS, f"the database keeps no checksums of its pages (page verify: {kept})", asked=False)
    told = "the server holds each page that it reads against its checksum"
    return Fact(CHECKSUMS, told, of_data=False)
