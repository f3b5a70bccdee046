"""The words of deep checks to SQL Server, and the meaning of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep import driven
from dr_orchestrator.checks.deep.engine import Fact, Inventory, ReadStretch, Survey
from dr_orchestrator.checks.deep.sqlserver import proofs, tables
from dr_orchestrator.checks.deep.wholes import ReadAsWholes
from dr_orchestrator.checks.speech.sqlserver import plan
from dr_orchestrator.errors import NotMeasured

_TYPE = """
    SELECT t.name FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
    WHERE c.object_id = OBJECT_ID(%s) AND c.name = %s
"""


class SQLServer(ReadAsWholes):
    """The statements of T-SQL, on the connections that its speech makes."""

    def careful(self, connection: Any) -> None:
        """Let production's own work go first: a lock that is not to be had at once is not waited for."""
        connection.execute("SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW")

    def survey(self, connection: Any) -> Survey:
        """List what there is to read."""
        return tables.survey(connection)

    def reader(self, connection: Any) -> ReadStretch:
        """Read tables and indexes, each as a whole."""
        return tables.reader(connection)

    def proofs(self, connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
        """Ask for the structure of tables and indexes, for damage that was met, for indexes and checksums."""
        return proofs.proofs(connection, left_s)

    def inventory(self, connection: Any) -> Inventory:
        """List the last numbers of sequences, and of columns that number themselves."""
        return proofs.inventory(connection)

    def tables(self, connection: Any) -> Sequence[str]:
        """List the ordinary tables."""
        return [f"{table.schema}.{table.table}" for table in tables.listed(connection)]

    def count(self, connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        """Count; a view is refused, for it may be made as it is read."""
        connection.bound(within_s)
        name, ask = connection.speech.quoted(table), connection.speech.counted(table)
        if connection.execute("SELECT OBJECT_ID(%s)", (name,)).fetchone() == (None,):
            return None
        connection.speech.ordinary(connection, table, as_of, ask)
        if not as_of:
            (rows,) = connection.execute(ask).fetchone()
            return int(rows)
        row = connection.execute(_TYPE, (name, as_of)).fetchone()
        if row is not None and row[0] != "datetimeoffset":
            told = f"{table}.{as_of} is a {row[0]}, whose time zone is not known: only a datetimeoffset's is"
            raise NotMeasured(told)
        named = f"{ask} WHERE {connection.quote(as_of)}".replace("%", "%%")
        (rows,) = connection.execute(f"{named} <= %s", (instant,)).fetchone()
        return int(rows)

    def answer(self, connection: Any, statement: str) -> int:
        """Say a statement that the server reads as one SELECT, and take its whole answer."""
        plan.only_reads(connection, statement)
        return driven.answer(connection, statement)
