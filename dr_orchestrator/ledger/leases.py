"""Leases of runs, and of exercises: two processes never drive one, and a dead one is seen."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.engine import transaction


def insert_or_nothing(connection: Connection, table: Table) -> Any:
    """An insertion that another's of the same key makes one of no row, not an error: of two at once one is first."""
    made = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()


class SqlLeases:
    """The leases of a ledger; each change is one conditional statement, so that of two takers one gets it.

    `table` holds those of runs, or of what else names its key.
    """

    def __init__(self, engine: Engine, table: Table = tables.lease) -> None:
        self._engine, self._table = engine, table
        self._key = next(iter(table.primary_key))

    def take(self, run: str, holder: str, now: datetime, until: datetime) -> None:
        """Take the lease of a run that nobody holds; UsageError, naming the holder, where somebody does."""
        table, held = self._table, {"holder": holder, "beat_at": now, "until": until}
        with transaction(self._engine) as connection:
            new = insert_or_nothing(connection, table).values({self._key.name: run, **held})
            free = update(table).where(self._key == run, table.c.until <= now).values(held)
            if connection.execute(new.returning(self._key)).first() or connection.execute(free).rowcount:
                return
            found = self._read(connection, run)
        if found is not None:
            age, left = int((now - found.beat_at).total_seconds()), ceil((found.until - now).total_seconds())
            raise UsageError(
                f"{self._key.name} {run} is driven by {found.holder}, seen alive {age} s ago",
                f"let it go on, or stop it with `dro abort {run}`; if it is dead, try again in {left} s",
            )

    def beat(self, run: str, holder: str, now: datetime, until: datetime) -> Lease | None:
        """Prolong a lease that is still the holder's own, and return it; None where it was lost."""
        mine = update(self._table).where(self._key == run, self._table.c.holder == holder)
        with transaction(self._engine) as connection:
            kept = connection.execute(mine.values(beat_at=now, until=until)).rowcount
            return self._read(connection, run) if kept else None

    def lease(self, run: str) -> Lease | None:
        """The lease of a run, held or run out; None where it never had one."""
        with transaction(self._engine) as connection:
            return self._read(connection, run)

    def ask_to_abort(self, run: str, by: str, now: datetime) -> None:
        """Note that somebody wants a run stopped; whoever drives it, or takes it, reads that.

        A run that died before it had a lease gets one that nobody holds.
        """
        table = self._table
        nobodys = {self._key.name: run, "holder": "", "beat_at": now, "until": now, "abort_by": by}
        with transaction(self._engine) as connection:
            if not connection.execute(update(table).where(self._key == run).values(abort_by=by)).rowcount:
                connection.execute(insert(table).values(nobodys))

    def _read(self, connection: Connection, run: str) -> Lease | None:
        row = connection.execute(select(self._table).where(self._key == run)).mappings().one_or_none()
        if row is None:
            return None
        return Lease(run, row["holder"], row["beat_at"], row["until"], row["abort_by"] or "")
