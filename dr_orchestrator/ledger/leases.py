"""Leases of runs, and of exercises: two processes never drive one, and a dead one is seen."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection, Engine, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import LedgerDefect, transaction
from dr_orchestrator.ledger.times import NOW, Times


def insert_or_nothing(connection: Connection, table: Table) -> Any:
    """An insertion that another's of the same key makes one of no row, not an error: of two at once one is first."""
    made = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()


class SqlLeases:
    """The leases of a ledger; each change is one conditional statement, so that of two takers one gets it.

    `table` holds those of runs, or of what else names its key. `times` is their clock: the database's own.
    """

    def __init__(self, engine: Engine, table: Table, times: Times) -> None:
        self._engine, self._table = engine, table
        self._key = next(iter(table.primary_key))
        self.times = times

    def take(self, run: str, holder: str, span: timedelta) -> Lease:
        """Take the lease of a run that nobody holds, for a span; UsageError, naming the holder, where somebody does."""
        with transaction(self._engine) as connection:
            taken = self.begin(connection, run, holder, span) or self._take_over(connection, run, holder, span)
            found = self._read(connection, run)
        if found is None:
            raise LedgerDefect(f"the ledger has no lease of {self._key.name} {run} that was just asked for")
        if taken:
            return found
        seen = "" if found.silent is None else f", seen alive {int(found.silent.total_seconds())} s ago"
        raise UsageError(
            f"{self._key.name} {run} is driven by {found.holder}{seen}",
            f"let it go on, or stop it with `dro abort {run}`; if it is dead, try again in "
            f"{ceil(found.left.total_seconds())} s",
        )

    def begin(self, connection: Connection, run: str, holder: str, span: timedelta) -> bool:
        """Within a transaction: write the lease of what never had one; whether it had none."""
        new = insert_or_nothing(connection, self._table).values({self._key.name: run, **self._held(holder, span)})
        return connection.execute(new.returning(self._key)).first() is not None

    def beat(self, run: str, holder: str, span: timedelta) -> Lease | None:
        """Let a lease that is still the holder's own run for a span from now, and return it; None where it was lost."""
        mine = update(self._table).where(self._key == run, self._table.c.holder == holder)
        with transaction(self._engine) as connection:
            kept = connection.execute(mine.values(self._held(holder, span))).rowcount
            return self._read(connection, run) if kept else None

    def lease(self, run: str) -> Lease | None:
        """The lease of a run, held or run out; None where it never had one."""
        with transaction(self._engine) as connection:
            return self._read(connection, run)

    def ask_to_abort(self, run: str, by: str) -> None:
        """Note that somebody wants a run stopped; whoever drives it, or takes it, reads that.

        A run that died before it had a lease gets one that nobody holds.
        """
        with transaction(self._engine) as connection:
            self.begin(connection, run, "", NOW)
            connection.execute(update(self._table).where(self._key == run).values(abort_by=by))

    def _take_over(self, connection: Connection, run: str, holder: str, span: timedelta) -> bool:
        table = self._table
        free = update(table).where(self._key == run, self.times.until(table) <= self.times.now(table))
        return bool(connection.execute(free.values(self._held(holder, span))).rowcount)

    def _held(self, holder: str, span: timedelta) -> dict[str, Any]:
        times = self.times
        instants = {"beat_at": times.after(NOW), "until": times.after(span), "until_wall": times.wall(span)}
        return {"holder": holder, "clock": times.clock, **instants}

    def _read(self, connection: Connection, run: str) -> Lease | None:
        table = self._table
        by_its_clock = self.times.now(table).label("now"), self.times.until(table).label("ends")
        asked = select(table, *by_its_clock).where(self._key == run)
        row = connection.execute(asked).mappings().one_or_none()
        if row is None:
            return None
        left = max(row["ends"] - row["now"], NOW)
        silent = row["now"] - row["beat_at"] if row["clock"] in (None, self.times.clock) else None
        return Lease(run, row["holder"], left, silent, row["beat_at"], row["abort_by"] or "")
