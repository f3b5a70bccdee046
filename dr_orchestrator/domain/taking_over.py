"""The ports of what takes over: a standby, a replica, and the client that sees how long nothing served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.failover import Counted, Outage, Zones
from dr_orchestrator.domain.run import ServerTime


class Standby(Protocol):
    """A copy with a standby in another zone, which can take its place."""

    @property
    def usual(self) -> tuple[timedelta, timedelta]:
        """The outage that AWS tells of for such a failover, least and most."""

    def stand_by(self, copy: Copy) -> Ready:
        """Give the copy a standby, and wait until it follows. Idempotent."""

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby."""

    def fail_over(self, copy: Copy, before: Zones, way: str) -> Seen:
        """Ask for the failover, there or back, from the zones that are told; not again where it is seen to be under
        way.
        """

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        """Wait until the copy is whole again and `served` says that its client is; its zones then.

        Those of before, where it never left them.
        """

    def told(self, copy: Copy, since: datetime) -> Sequence[ServerTime]:
        """The failovers that AWS's own clock has of the copy."""


class Replica(Protocol):
    """A copy that follows a replica of production's, and is promoted; the verbs are called in this order."""

    def follow(self, copy: Copy) -> Asked:
        """Ask for the copy, which follows. Idempotent: one that this run already made is adopted."""

    def follows(self, copy: Copy) -> Ready:
        """Wait until it follows. NotMeasured where it never does."""

    def hold(self, copy: Copy) -> Seen:
        """Read what it holds: the recovery point, once one is chosen. NotMeasured where it follows no more."""

    def asked_before(self) -> None:
        """Note that an earlier process of the run may have asked for its promotion."""


class Client(Protocol):
    """A client that writes to a copy, number by number, in its own time; durations are drill seconds."""

    def begin(self) -> None:
        """Write from now on; NotMeasured where the copy lets it not."""

    def acknowledged(self) -> int:
        """How many writes were acknowledged so far; what ended the client by itself is raised here."""

    def answered(self) -> bool:
        """Whether the last write was acknowledged."""

    def disturbed(self, since: float = 0.0) -> bool:
        """Whether a write failed since then by the monotonic clock, or was not answered; also one under way then."""

    def serves_again(self, since: float = 0.0) -> bool:
        """Whether writes failed since then, and all the last ones were acknowledged."""

    def end(self) -> None:
        """Write no more."""

    def outage(self) -> Outage | None:
        """The outage that it saw, by the monotonic clock; None where it saw none that ended."""

    def count(self) -> Counted:
        """Read back what is there, and tell what became of each number."""

    def gone(self, before: Counted) -> int:
        """How many writes are there no more that were acknowledged to an earlier client of the copy, and were there."""
