"""The clock by which the leases of a ledger are timed: one for all who share it, and never that of whoever asks."""

from __future__ import annotations

import functools
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import TIMESTAMP, ColumnElement, Engine, Interval, case, func, literal, type_coerce

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

    def now(self, of: ColumnElement[Any]) -> ColumnElement[datetime]:
        """Now, by the clock that a row names; later than any instant of a clock that counts no more."""


class ServerTimes:
    """The clock of a database server, read by each statement anew; `ahead` is how far a test sets it."""

    clock: str | None = None

    def __init__(self, ahead: timedelta = NOW) -> None:
        self._ahead = ahead

    def after(self, span: timedelta) -> ColumnElement[datetime]:
        """The instant that is so long after now."""
        now = func.clock_timestamp(type_=TIMESTAMP(timezone=True))
        return type_coerce(now + literal(span + self._ahead, Interval), Instant)

    def now(self, of: ColumnElement[Any]) -> ColumnElement[datetime]:  # noqa: ARG002 - all rows are of this clock
        """Now; rows from before leases were timed here count by it, too."""
        return self.after(NOW)


class BootTimes:
    """The clock that a machine's processes share, for a ledger that is a file: it counts from the machine's start.

    These are the steady seconds of the `machine`, and a row names the `boot` that they count from: a lease of another
    is that of a process which ended with it. Rows from before, or of a machine that does not tell its starts apart, are
    by its wall clock.
    """

    def __init__(self, machine: Clock, boot: str | None) -> None:
        self._machine, self.clock = machine, boot

    def after(self, span: timedelta) -> ColumnElement[datetime]:
        """The instant that is so long after now, of a machine that was started at the beginning of 1970."""
        now = self._machine.now() if self.clock is None else _BOOT + timedelta(seconds=self._machine.monotonic())
        return literal(now + span, Instant)

    def now(self, of: ColumnElement[Any]) -> ColumnElement[datetime]:
        """Now, by the clock that a row names."""
        wall = (of.is_(None), literal(self._machine.now(), Instant))
        return case(wall, (of == self.clock, self.after(NOW)), else_=literal(_LATER_THAN_ALL, Instant))


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
