"""The words of deep checks to MySQL and MariaDB, and the meaning of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep.engine import Fact, Inventory, ReadStretch, Survey, Unread
from dr_orchestrator.checks.deep.mysql import asking, proofs, tables


class MySQL:
    """The statements of MySQL and MariaDB alike; what differs, the speech of the connection says."""

    def careful(self, connection: Any) -> None:
        """Let production's own work go first."""
        asking.careful(connection)

    def survey(self, connection: Any) -> Survey:
        """List what there is to read."""
        return tables.survey(connection)

    def reader(self, connection: Any) -> ReadStretch:
        """Read tables and indexes, each as a whole."""
        return tables.reader(connection)

    def reader_apart(self, connection: Any) -> AbstractContextManager[ReadStretch]:  # noqa: ARG002
        """Nothing is read apart."""
        raise Unread("nothing is read apart")

    def proofs(self, connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
        """Ask for checksums, and by CHECK TABLE for the structure of tables and indexes."""
        return proofs.proofs(connection, left_s)

    def inventory(self, connection: Any) -> Inventory:
        """List the next numbers of columns that number themselves."""
        return proofs.inventory(connection)

    def tables(self, connection: Any) -> Sequence[str]:
        """List the ordinary tables."""
        return [f"{table.schema}.{table.table}" for table in tables.listed(connection)]

    def count(self, connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        """Count the rows of a table."""
        return asking.count(connection, table, as_of, instant, within_s)

    def answer(self, connection: Any, statement: str) -> int:
        """Say a statement, and take its whole answer."""
        return asking.answer(connection, statement)

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse a statement that reads no restored table."""
        connection.speech.data_read(connection, statement)
