"""The words of deep checks to MySQL and MariaDB, and the meaning of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep.engine import Fact, Inventory, ReadStretch, Survey
from dr_orchestrator.checks.deep.mysql import asking, proofs, tables
from dr_orchestrator.checks.deep.wholes import ReadAsWholes


class MySQL(ReadAsWholes):
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
