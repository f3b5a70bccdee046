"""Whether whoever holds a lease still lives: by whether it goes on beating, for nothing else proves it.

A lease that has not run out is that of a living process, or of one that died within the last half minute. A process
id decides nothing: containers count their own, ids are used again, a zombie has one. It helps to tell what is seen.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.domain.ports import Clock, Leases
from dr_orchestrator.domain.run import Lease
from dr_orchestrator.runner.lease import LEASE

LISTEN = timedelta(seconds=10)
"""Real time within which a living process is heard of again, though two beats of it were late."""

LOOK_EVERY_S = 0.5


class Driver(StrEnum):
    """The process that holds a lease, as far as it is known."""

    ALIVE = "alive"
    GONE = "gone"
    SILENT = "silent"


@dataclass(frozen=True)
class Held:
    """A lease that has not run out, and what is known of its holder; `noted` is when that was first looked at.

    `noted` is monotonic seconds of the machine's clock.
    """

    lease: Lease
    driver: Driver
    noted: float

    @property
    def name(self) -> str:
        """The run, or the exercise, that is held."""
        return self.lease.run

    @property
    def may_be_dead(self) -> bool:
        """Whether nobody was heard of since it was noted."""
        return self.driver is not Driver.ALIVE

    @property
    def left(self) -> timedelta:
        """How long after the last look anybody may take it, unless its holder is heard of again."""
        return self.lease.left


class Listening:
    """Listens for the holders of leases: who beats again is alive."""

    def __init__(self, leases: Leases, clock: Clock) -> None:
        self._leases, self._clock = leases, clock
        self._noted: dict[str, Held] = {}

    def note(self, names: Iterable[str]) -> list[Held]:
        """Look at leases now; those that are held, as far as is known. What was noted before is compared with."""
        looked = [self._look(name) for name in names]
        self._noted = {each.name: each for each in looked if each is not None}
        return list(self._noted.values())

    def listen(
        self,
        names: Iterable[str],
        span: timedelta = LISTEN,
        tell: Callable[[Sequence[Held]], None] = lambda _: None,
    ) -> list[Held]:
        """Listen until all that are held were heard of, or each for so long; those that are held then.

        `tell` is told, at each look, of whom nothing was heard yet.
        """
        names = list(names)
        while True:
            held = self.note(names)
            silent = [each for each in held if each.may_be_dead and self._since(each) < span.total_seconds()]
            if not silent:
                return held
            tell(silent)
            self._clock.sleep(LOOK_EVERY_S)

    def outwait(self, names: Iterable[str], tell: Callable[[Sequence[Held]], None] = lambda _: None) -> list[Held]:
        """Listen until every lease of which nobody is heard has run out; those that are held then are alive."""
        return self.listen(names, 2 * LEASE, tell)

    def _since(self, held: Held) -> float:
        return self._clock.monotonic() - held.noted

    def _look(self, name: str) -> Held | None:
        lease, before = self._leases.lease(name), self._noted.get(name)
        if lease is None or not lease.held:
            return None
        if before is None or before.lease.holder != lease.holder:
            return Held(lease, driver_of(lease), self._clock.monotonic())
        heard = not before.may_be_dead or lease.beat_at != before.lease.beat_at
        return Held(lease, Driver.ALIVE if heard else before.driver, before.noted)


def driver_of(lease: Lease) -> Driver:
    """The words for what the machine shows of a holder that was not heard of again: that its process is gone, or
    nothing.
    """
    host, pid, _token = [*lease.holder.rsplit(":", 2), "", ""][:3]
    return Driver.GONE if host == socket.gethostname() and pid.isdigit() and not _is_there(int(pid)) else Driver.SILENT


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
