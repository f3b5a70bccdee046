"""The clock by which the leases of a ledger are timed: one for all who share it, and never that of whoever asks."""

from __future__ import annotations

import functools
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import TIMESTAMP, ColumnElement, Engine, Interval, Table, and_, case, func, literal, type_coerce

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.ledger.columns import Instant

NOW = timedelta()
_BOOT = datetime(1970, 1, 1, tzinfo=UTC)
_LATER_THAN_ALL = datetime.max.replace(tzinfo=UTC)


class Times(Protocol):
    """A clock as SQL; `clock` is how rows name it, None where there is but one."""

    @property
    def clock(self) -> str | None:
        """The name of the clock."""

    def after(self, span: timedelta) -> ColumnElement[datetime]:
        """The instant that is so long after now."""

    def now(self, of: Table) -> ColumnElement[datetime]:
        """Now, by the clock that a lease of the table counts by; later than any instant of one that counts no more."""

    def until(self, of: Table) -> ColumnElement[datetime]:
        """When a lease of the table ends, by that clock."""

    def wall(self, span: timedelta) -> datetime | None:
        """The instant so long after now by the machine's wall clock; None where nobody needs it."""


class ServerTimes:
    """The clock of a database server, read by each statement anew; `ahead` is how far a test sets it."""

    clock: str | None = None

    def __init__(self, ahead: timedelta = NOW) -> None:
        self._ahead = ahead

    def after(self, span: timedelta) -> ColumnElement[datetime]:
        """The instant that is so long after now."""
        now = func.clock_timestamp(type_=TIMESTAMP(timezone=True))
        return type_coerce(now + literal(span + self._ahead, Interval), Instant)

    def now(self, of: Table) -> ColumnElement[datetime]:  # noqa: ARG002 - all rows are of this clock
        """Now; rows from before leases were timed here count by it, too."""
        return self.after(NOW)

    def until(self, of: Table) -> ColumnElement[datetime]:
        """When a lease of the table ends."""
        return of.c.until

    def wall(self, span: timedelta) -> datetime | None:  # noqa: ARG002 - one server, one clock
        """Nobody needs it."""
        return None


class BootTimes:
    """The clock that a machine's processes share, for a ledger that is a file: it counts from the machine's start.

    These are the steady seconds of the `machine`, and a row names the `boot` that they count from: a lease of another,
    whose holder was on this `host`, is that of a process which ended with it. Rows from before, of a machine that does
    not tell its starts apart, or of another host (a container's machine that shares the file) are by the wall clock.
    """

    def __init__(self, machine: Clock, boot: str | None, host: str = "") -> None:
        self._machine, self.clock, self._here = machine, boot, f"{host or socket.gethostname()}:"

    def after(self, span: timedelta) -> ColumnElement[datetime]:
        """The instant that is so long after now, of a machine that was started at the beginning of 1970."""
        now = self._machine.now() if self.clock is None else _BOOT + timedelta(seconds=self._machine.monotonic())
        return literal(now + span, Instant)

    def now(self, of: Table) -> ColumnElement[datetime]:
        """Now, by the clock that a lease of the table counts by."""
        wall = literal(self._machine.now(), Instant)
        ours, elsewhere = of.c.clock == self.clock, self._is_anothers(of)
        ended = literal(_LATER_THAN_ALL, Instant)
        return case((of.c.clock.is_(None), wall), (ours, self.after(NOW)), (elsewhere, wall), else_=ended)

    def until(self, of: Table) -> ColumnElement[datetime]:
        """When a lease of the table ends, by that clock."""
        return case((self._is_anothers(of), of.c.until_wall), else_=of.c.until)

    def wall(self, span: timedelta) -> datetime | None:
        """The instant so long after now by the wall clock, for a machine that cannot read this one's other clock."""
        return self._machine.now() + span

    def _is_anothers(self, of: Table) -> ColumnElement[bool]:
        """Whether a lease is by the clock of another machine than this, which may be up."""
        here = of.c.holder.startswith(self._here, autoescape=True)
        return and_(of.c.clock.is_not(None), of.c.clock != self.clock, of.c.until_wall.is_not(None), ~here)


def times_of(engine: Engine, machine: Clock) -> Times:
    """The clock of a database: a server's own, or that of the machine on which its file is."""
    return ServerTimes() if engine.dialect.name == "postgresql" else BootTimes(machine, this_boot())


@functools.cache
def this_boot() -> str | None:
    """Which start of the machine this is; None where it does not tell."""
    try:
        told = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:  # not Linux
        told = _boot_session()
    return told.strip() or None


def _boot_session() -> str:
    try:
        asked = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
