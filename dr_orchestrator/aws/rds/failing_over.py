"""A failover of what RDS runs, a copy or production's own, asked for once, whatever becomes of the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from dr_orchestrator.aws.calls.api import Denied, Refused, Throttled
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.failover import FAILOVER, Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import DrillFault, NotMeasured, Transient

UNCHANGED = 300.0
"""Drill seconds for which AWS may go on telling the old zone of what is available, and serves again."""

_EVENTS_S = 10.0
"""Drill seconds between two looks at AWS's events while a failover is waited for."""


_LOOK_S = 5.0
"""Drill seconds between two looks where AWS tells that one goes on of what has settled."""


class FailsOver(ABC):
    """The asking for a failover, of an instance or of a cluster: once, and never again where AWS may have heard it.

    Production's own is told by a copy that bears its name.
    """

    usual: ClassVar[tuple[timedelta, timedelta]]
    """The outage that AWS tells of for such a failover."""

    asks: ClassVar[str]
    """The call that asks for it."""

    busy: ClassVar[frozenset[str]]
    """The codes by which AWS refuses it while one is under way."""

    anew: ClassVar[str] = "run the drill anew"
    """The words on how another failover is asked for, by another run."""

    given_up: ClassVar[frozenset[str]] = frozenset({events.ABANDONED})
    """AWS's events after which none is measured. Of a copy AWS tried the others: that its standby did not take over is
    what the drill was to find out.
    """

    _toolkit: Toolkit

    _asked: tuple[Zones, Sequence[ServerTime]] | None = None
    """The zones that the one under way was asked for from, and the failovers that AWS told of until then."""

    @abstractmethod
    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether AWS shows a failover under way, and the zones that it tells."""

    @abstractmethod
    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of it."""

    @abstractmethod
    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:
        """The call that asks for it, once it was looked up who is to serve; Transient where nobody tells."""

    @abstractmethod
    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Wait until it is whole again and `served`, or kept its zone for long."""

    @abstractmethod
    def _since(self, copy: Copy) -> datetime:
        """When it was intended, or first looked at: what AWS tells of before is another's."""

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby; Transient where AWS tells of none that serves."""
        zones = self.seen(copy)[1]
        if not zones.serving:
            raise Transient(f"AWS tells of none that serves {copy.id}", "has it failed over by itself?", self.asks)
        return zones

    def fail_over(self, copy: Copy, before: Zones, way: str = FAILOVER) -> Seen:
        """Ask for the failover, once: where the answer to that was lost, AWS's own events tell whether it was heard.

        Transient where those tell nothing: what AWS describes may be old, so it is not asked again for that.
        NotMeasured where one is under way, or took place, before this run asked for any: that is another's.
        """
        under_way, zones = self.seen(copy)
        moved = zones.serving != before.serving
        if self._asked is None or self._asked[0] != before:
            if under_way or (moved and zones.serving):
                raise self._of_another(f"{copy.id} {'fails' if under_way else 'failed'} over: {zones}")
            return self._ask_once(copy, before, way)
        if under_way or moved:
            return Seen("asked for before; its answer was lost")
        return self._heard(copy, self._asked[1])

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        """Wait until it is whole again; its zones once all was waited for, those of before if it stayed.

        `served` tells whether the client's writes are acknowledged again. NotMeasured where AWS's events tell that it
        gave the failover up.
        """
        began = self._toolkit.clock.monotonic()
        served = self._watched(copy, served)
        while True:
            self._settle(copy, before, served)
            under_way, zones = self.seen(copy)
            if zones.serving and not under_way:
                if zones.serving == before.serving:
                    self._raise_if_given_up(copy)
                self._asked = None
                return zones
            if self._toolkit.clock.monotonic() - began > self._toolkit.ceiling:
                raise NotMeasured(f"AWS goes on telling that {copy.id} fails over: {zones}", call=self.asks)
            self._toolkit.pause(_LOOK_S)

    def _ask_once(self, copy: Copy, before: Zones, way: str) -> Seen:
        asking, known = self._asking(copy, way), self._failovers(copy)
        self._asked = before, known
        try:
            asking()
        except Refused as refused:
            if refused.code in self.busy and self.seen(copy)[0]:
                if refused.repeated:
                    return Seen("asked for, and taken, though its answer was lost")
                self._asked = None
                raise self._of_another(f"{copy.id} fails over: {refused.message}") from refused
            if refused.code in self.busy and refused.repeated:
                return self._heard(copy, known)  # what is shown may be old, or it has ended already
            self._asked = None
            raise self._told_of(refused) from refused
        except (Denied, Throttled) as refused:
            if not refused.repeated:
                self._asked = None  # AWS says itself that nothing came of it: no answer was lost
            raise
        return Seen(f"{before.serving} is to be left, for {before.standby}")

    def _told_of(self, refused: Refused) -> DrillFault:
        """The meaning for the drill of a refusal of AWS's."""
        return refused

    def _called(self, copy: Copy) -> str:
        """The name by which messages call it."""
        return copy.id

    def _watched(self, copy: Copy, served: Callable[[], bool]) -> Callable[[], bool]:
        """`served`, which looks now and then whether AWS gave the failover up: NotMeasured then."""
        clock = self._toolkit.clock
        looked = [clock.monotonic()]

        def watched() -> bool:
            again = served()
            if clock.monotonic() - looked[0] >= _EVENTS_S:
                looked[0] = clock.monotonic()
                with suppress(Transient):
                    self._raise_if_given_up(copy)
            return again

        return watched

    def _raise_if_given_up(self, copy: Copy) -> None:
        """NotMeasured, with AWS's words, where its events tell that it did not go through with what was asked for."""
        known = self._asked[1] if self._asked is not None else ()
        told = [each for each in self._failovers(copy) if each not in known and each.state in self.given_up]
        if told:
            words = told[0].source.partition(": ")[2]
            raise NotMeasured(f"AWS gave up the failover of {self._called(copy)}: {words}", self.anew, self.asks)

    def _heard(self, copy: Copy, known: Sequence[ServerTime]) -> Seen:
        """The words of AWS's events on a failover that was asked for, beyond those known before."""
        self._raise_if_given_up(copy)
        new = [each for each in self._failovers(copy) if each not in known and each.state == events.STARTED]
        if not new:
            told = f"the answer was lost, and AWS's events tell of no failover of {copy.id}: it is not asked for again"
            raise Transient(told, self.anew, self.asks)
        return Seen(f"asked for before; its answer was lost, and AWS tells of it at {new[0].at.isoformat()}")

    def _failovers(self, copy: Copy) -> list[ServerTime]:
        return self.told(copy, self._since(copy))

    def _of_another(self, told: str) -> NotMeasured:
        """The failure of a failover that this run did not ask for: its outage is nobody's measure."""
        return NotMeasured(f"{told}, and this run asked for none yet", f"{self.anew} once it has ended", self.asks)
