"""A pair of servers in two zones behind one port: the standby has what was acknowledged, and takes over."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.switch import Switch

_LAGS_S = 0.6
"""Real seconds for which a standby that is not synchronous has heard nothing when its primary dies."""

_RESTS_S = 0.3
"""Real seconds that a new primary is left alone before a standby is copied off it: on one machine that would slow down
whoever comes back to it; in two zones it would not.
"""


class Paired(Protocol):
    """A server of a pair."""

    port: int

    def start(self) -> None:
        """Start it; returns once it accepts connections."""

    def shut_down(self) -> None:
        """End it with all its data written."""

    def stop(self) -> None:
        """End it at once."""

    def remove(self) -> None:
        """Stop it and delete its files."""

    def give_password(self, role: str, password: str) -> None:
        """Have a role log in by another password from now on."""


S = TypeVar("S", bound=Paired)


class Pair(ABC, Generic[S]):
    """Two servers behind one port: what the first acknowledged the second has, unless it is `asynchronous`.

    `make` makes a standby's server in a folder of its own. `ended` and `began` are the machine's time (Unix seconds) at
    which the port led nowhere, and to the other server, at each switch: the truth that a measurement is held against.
    """

    def __init__(self, primary: S, make: Callable[[str], S], *, asynchronous: bool = False) -> None:
        self.turning = threading.RLock()
        self.asynchronous = asynchronous
        self.switches: list[tuple[float, float]] = []
        self._primary, self._make = primary, make
        self._standby: S | None = None
        self._count = 0
        self._door = Switch()

    @property
    def port(self) -> int:
        """The port that stays while the servers change."""
        return self._door.port

    @property
    def standby_port(self) -> int:
        """The port of the standby itself, which only reads; 0 while there is none."""
        standby = self._standby
        return standby.port if standby is not None else 0

    @property
    def whole(self) -> bool:
        """Whether a standby follows the primary."""
        return self._standby is not None

    def complete(self) -> None:
        """Make a standby of the primary, wait until it follows, and open the port."""
        with self.turning:
            self._add_standby()
            self._door.lead(self._primary.port)

    def fail_over(self, lasts: float) -> None:
        """End the primary at once; so many real seconds later the standby takes its place, and a new one is made."""
        with self.turning:
            standby, old = self._standby, self._primary
            if standby is None:
                raise LabError("there is no standby")
            if self.asynchronous:
                self._deafen(standby)
                time.sleep(_LAGS_S)
            self._door.cut()
            ended = time.time()
            old.stop()
            self._promote(standby)
            self._prepare(standby)
            _until(ended + lasts)
            self._primary, self._standby = standby, None
            self._door.lead(standby.port)
            self.switches.append((ended, time.time()))
            time.sleep(_RESTS_S)
            old.remove()
            self._add_standby()

    def restart(self, lasts: float) -> None:
        """End the primary, and start it where it was, so many real seconds later."""
        with self.turning:
            self._door.cut()
            ended = time.time()
            self._drop_standby()
            self._primary.shut_down()
            _until(ended + lasts)
            self._serve()
            self.switches.append((ended, time.time()))
            self._add_standby()

    def give_password(self, role: str, password: str) -> None:
        """Have a role log in by another password from now on; the standby follows."""
        self._primary.give_password(role, password)

    def start(self) -> None:
        """Start both, the primary first: it waits for no standby meanwhile."""
        self._serve()
        self._add_standby()

    def shut_down(self) -> None:
        """End it with all its data written; the standby is made anew when it starts."""
        self._door.cut()
        self._drop_standby()
        self._primary.shut_down()

    def stop(self) -> None:
        """End both at once."""
        self._door.close()
        for each in filter(None, (self._standby, self._primary)):
            each.stop()

    def remove(self) -> None:
        """End both and delete their files."""
        with self.turning:
            self.stop()
            for each in filter(None, (self._standby, self._primary)):
                each.remove()

    @abstractmethod
    def _alone(self) -> None:
        """Have the primary wait for no standby, from its next start on."""

    @abstractmethod
    def _let_go(self) -> None:
        """Have the primary, which runs, wait for its standby no more."""

    @abstractmethod
    def _follow(self, standby: S) -> None:
        """Fill a standby's folder from the primary, start it, and wait until it follows: from then on nothing is
        acknowledged that it does not have, unless the pair is asynchronous.
        """

    @abstractmethod
    def _deafen(self, standby: S) -> None:
        """Have a standby hear nothing more."""

    @abstractmethod
    def _promote(self, standby: S) -> None:
        """Have a standby, whose primary is gone, do all that it has heard, and take writes."""

    def _prepare(self, primary: S) -> None:
        """Do beforehand, while nothing is led to a primary, what of making a standby would disturb whoever writes."""

    def _serve(self) -> None:
        """Start the primary alone, and lead to it: its standby is made while it serves."""
        self._alone()
        self._primary.start()
        self._prepare(self._primary)
        self._door.lead(self._primary.port)

    def _next(self) -> S:
        """The server of the standby that is to be made, still without its files."""
        return self._make(f"standby-{self._count + 1}")

    def _add_standby(self) -> None:
        standby = self._next()
        self._count += 1
        try:
            self._follow(standby)
            self._standby = standby
        except Exception:
            standby.remove()
            raise

    def _drop_standby(self) -> None:
        standby, self._standby = self._standby, None
        if standby is not None:
            self._let_go()
            standby.remove()


def _until(at: float) -> None:
    """Wait until an instant of the machine's clock (Unix seconds)."""
    time.sleep(max(0.0, at - time.time()))
