"""A failover of a copy that RDS runs, asked for once, whatever becomes of the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import events
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import Transient

UNCHANGED = 300.0
"""Drill seconds for which AWS may go on telling the old zone of a copy that is available, and serves again."""


class FailsOver(ABC):
    """The asking for a failover, of an instance or of a cluster: once, and never again where AWS may have heard it."""

    usual: ClassVar[tuple[timedelta, timedelta]]
    """The outage that AWS tells of for such a failover."""

    asks: ClassVar[str]
    """The call that asks for it."""

    busy: ClassVar[str]
    """The code by which AWS refuses it while one is under way."""

    _known: Sequence[ServerTime] | None = None
    """The failovers that AWS told of before it was asked for the one whose answer is missing; None where none is."""

    @abstractmethod
    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether AWS shows a failover under way, and the zones that it tells."""

    @abstractmethod
    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of the copy."""

    @abstractmethod
    def _ask_for_it(self, copy: Copy) -> None:
        """Ask for it."""

    @abstractmethod
    def _since(self, copy: Copy) -> datetime:
        """When the copy was intended: what AWS tells of before is another's."""

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby."""
        return self.seen(copy)[1]

    def fail_over(self, copy: Copy, before: Zones) -> Seen:
        """Ask for the failover, once: where the answer to that was lost, AWS's own events tell whether it was heard.

        Transient where those tell nothing: what AWS describes may be old, so it is not asked again for that.
        """
        under_way, zones = self.seen(copy)
        if under_way or zones.serving != before.serving:
            self._known = None
            return Seen("asked for before; its answer was lost")
        if self._known is not None:
            return self._heard(copy, self._known)
        self._known = self._failovers(copy)
        try:
            self._ask_for_it(copy)
        except Refused as refused:
            self._known = None
            if refused.code == self.busy and self.seen(copy)[0]:
                return Seen("asked for, and taken, though its answer was lost")
            raise
        self._known = None
        return Seen(f"{before.serving} is to be left, for {before.standby}")

    def _heard(self, copy: Copy, known: Sequence[ServerTime]) -> Seen:
        """The words of AWS's events on a failover that was asked for, beyond those known before."""
        new = [each for each in self._failovers(copy) if each not in known and each.state == events.STARTED]
        if not new:
            told = "the answer was lost, and AWS's events tell of no failover: it is not asked for again"
            raise Transient(told, "run the drill anew", self.asks)
        self._known = None
        return Seen(f"asked for before; its answer was lost, and AWS tells of it at {new[0].at.isoformat()}")

    def _failovers(self, copy: Copy) -> list[ServerTime]:
        return self.told(copy, self._since(copy))
