"""The words of deep checks to Oracle, and the meaning of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep import driven
from dr_orchestrator.checks.deep.engine import Fact, Inventory, ReadStretch, Survey
from dr_orchestrator.checks.deep.oracle import proofs, tables
from dr_orchestrator.checks.deep.wholes import ReadAsWholes
from dr_orchestrator.checks.speech.oracle import plan
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.oracle import names
from dr_orchestrator.waiting.oracle.names import ZONED, column_name, kept, split, written

_NO_TABLE = 942
_TYPE = """
    SELECT data_type FROM SYS.ALL_TAB_COLS
    WHERE owner = COALESCE(:1, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')) AND table_name = :2 AND column_name = :3
"""


class Oracle(ReadAsWholes):
    """The statements of Oracle's SQL, on the connections that its speech makes."""

    def careful(self, connection: Any) -> None:
        """Nothing is to be said: what reads here waits for no lock, and holds none."""

    def survey(self, connection: Any) -> Survey:
        """List what there is to read."""
        return tables.survey(connection)

    def reader(self, connection: Any) -> ReadStretch:
        """Read tables, each as a whole."""
        return tables.reader(connection)

    def proofs(self, connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
        """Ask for the structure of tables and indexes, for damage that was met, for indexes and checksums."""
        return proofs.proofs(connection, left_s)

    def inventory(self, connection: Any) -> Inventory:
        """List the last numbers of sequences."""
        return proofs.inventory(connection)

    def tables(self, connection: Any) -> Sequence[str]:
        """List the ordinary tables."""
        return [f"{written(each.schema)}.{written(each.table)}" for each in tables.listed(connection)]

    def count(self, connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        """Count; a view is refused, for it may be made as it is read."""
        connection.bound(within_s)
        ask = connection.speech.counted(table)
        try:
            connection.execute(f"{ask} WHERE 1 = 0")
        except EngineError as error:
            if error.code != _NO_TABLE:
                raise
            return None
        connection.speech.ordinary(connection, table, as_of, ask)
        if not as_of:
            (rows,) = connection.execute(ask).fetchone()
            return int(rows)
        schema, name = split(table)
        row = connection.execute(_TYPE, (schema or None, name, kept(as_of))).fetchone()
        if row is not None and "TIME ZONE" not in str(row[0]):
            told = f"{table}.{as_of} is a {row[0]}, whose time zone is not known: only a timestamp's with one is"
            raise NotMeasured(told)
        given = names.instant(instant) if instant else None
        limited = f"{ask} WHERE {column_name(as_of)} <= TO_TIMESTAMP_TZ(:1, '{ZONED}')"
        (rows,) = connection.execute(limited, (given,)).fetchone()
        return int(rows)

    def answer(self, connection: Any, statement: str) -> int:
        """Say a statement that the server reads as a SELECT, and take its whole answer."""
        plan.only_reads(connection, statement)
        return driven.answer(connection, statement)
