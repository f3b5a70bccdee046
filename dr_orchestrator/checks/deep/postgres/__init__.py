"""The words of deep checks to PostgreSQL, and the meaning of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep.engine import Fact, Inventory, ReadStretch, Survey
from dr_orchestrator.checks.deep.postgres import asking, blocks, proofs


class PostgreSQL:
    """The statements of PostgreSQL."""

    def careful(self, connection: Any) -> None:
        """Let production's own work go first."""
        asking.careful(connection)

    def survey(self, connection: Any) -> Survey:
        """List what there is to read."""
        return blocks.survey(connection)

    def reader(self, connection: Any) -> ReadStretch:
        """Read tables, each block of them."""
        return blocks.reader(connection)

    def reader_apart(self, connection: Any) -> AbstractContextManager[ReadStretch]:
        """Within: read indexes, by an extension that is made and gone again."""
        return blocks.reader_apart(connection)

    def proofs(self, connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
        """Ask for checksums, indexes, collations, sequences, and by amcheck for the structure of tables and indexes."""
        return proofs.proofs(connection, left_s)

    def inventory(self, connection: Any) -> Inventory:
        """List extensions and sequences."""
        return proofs.inventory(connection)

    def tables(self, connection: Any) -> Sequence[str]:
        """List the ordinary tables."""
        return asking.tables(connection)

    def count(self, connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        """Count the rows of a table."""
        return asking.count(connection, table, as_of, instant, within_s)

    def answer(self, connection: Any, statement: str) -> int:
        """Say a statement, and take its whole answer."""
        return asking.answer(connection, statement)

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse a statement that reads no restored table."""
        asking.data_read(connection, statement)
