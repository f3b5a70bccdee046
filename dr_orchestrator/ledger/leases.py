"""Leases of runs: two processes never drive one run, and a dead one is seen."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from sqlalchemy import Connection, Engine, insert, select, update

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.engine import transaction

_lease = tables.lease


class SqlLeases:
    """The leases of a ledger; each change is one conditional statement, so that of two takers one gets it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, run: str, holder: str, now: datetime, until: datetime) -> None:
        """Take the lease of a run that nobody holds; UsageError, naming the holder, where somebody does."""
        with transaction(self._engine) as connection:
            found = _read(connection, run)
            if found is None:
                connection.execute(insert(_lease).values(run=run, holder=holder, beat_at=now, until=until))
                return
            free = update(_lease).where(_lease.c.run == run, _lease.c.until <= now)
            taken = connection.execute(free.values(holder=holder, beat_at=now, until=until)).rowcount
        if not taken:
            age, left = int((now - found.beat_at).total_seconds()), ceil((found.until - now).total_seconds())
            raise UsageError(
                f"run {run} is driven by {found.holder}, seen alive {age} s ago",
                f"let it go on, or stop it with `dro abort {run}`; if it is dead, try again in {left} s",
            )

    def beat(self, run: str, holder: str, now: datetime, until: datetime) -> Lease | None:
        """Prolong a lease that is still the holder's own, and return it; None where it was lost."""
        mine = update(_lease).where(_lease.c.run == run, _lease.c.holder == holder)
        with transaction(self._engine) as connection:
            kept = connection.execute(mine.values(beat_at=now, until=until)).rowcount
            return _read(connection, run) if kept else None

    def lease(self, run: str) -> Lease | None:
        """The lease of a run, held or run out; None where it never had one."""
        with transaction(self._engine) as connection:
            return _read(connection, run)

    def ask_to_abort(self, run: str, by: str) -> None:
        """Note that somebody wants a run stopped; whoever drives it reads that at the next beat."""
        with transaction(self._engine) as connection:
            connection.execute(update(_lease).where(_lease.c.run == run).values(abort_by=by))


def _read(connection: Connection, run: str) -> Lease | None:
    row = connection.execute(select(_lease).where(_lease.c.run == run)).mappings().one_or_none()
    if row is None:
        return None
    return Lease(row["run"], row["holder"], row["beat_at"], row["until"], row["abort_by"] or "")
