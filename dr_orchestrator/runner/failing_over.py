"""Failovers of a copy under a client that goes on writing: measured by the client, and asked for once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.failover import FAILOVER, Outage, Switched, Zones, switches
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.domain.taking_over import Client, Standby
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner.making import Making

STEADY_S, STEADY_WRITES = 30.0, 100
"""Drill seconds, and writes, of a client that nothing disturbs, before anything is failed over."""

GIVEN_UP_S = 1800.0
"""Drill seconds after which a copy that takes no write yet is given up; thirty times what AWS tells of."""

PRODUCTION_S = 600.0
"""Drill seconds likewise, of production: ten minutes without a write are told, and nobody writes into it any longer."""

_LOOK_S, _AGAIN_S = 1.0, 5.0


class FailingOver(Making):
    """The steps of a failover, and of the way back."""

    @property
    def on_copy(self) -> bool:
        """Whether a restored copy is failed over; else production itself is, and nothing is made."""
        return not self.components.production

    @property
    def returns(self) -> bool:
        """Whether it is failed back."""
        return self.components.returns

    def stand_by(self, name: str = "give the copy a standby") -> None:
        """Give the copy a standby in another zone, and wait until it follows."""
        self.step(name, self._standby.stand_by, self.copy)

    def fail_over(self, name: str, way: str = FAILOVER) -> None:
        """Fail the copy over while a client writes, and count what became of what was acknowledged.

        What another process of this run asked for is not asked for again: its client died with it, so nothing of that
        can be told. Where the client saw the service again, the clock of a failover is the client's.
        """
        if (kept := switches(self._journal.checks).get(way)) is not None:
            self._write_clock(kept)
            return
        self._refuse_twice(name)
        make = self.components.client
        if make is None:
            raise TypeError(f"{self.header.kind} has no client")
        client = make(self.copy)
        try:
            switched = self._switch(name, way, client)
        finally:
            client.end()
        self._journal.check(switched.result)
        self._write_clock(switched)
        if not self.on_copy:
            self.stand_by(f"{name}: wait until production has a standby again")

    @property
    def _called(self) -> str:
        """The name by which messages call what fails over: on production no copy has one."""
        return self.copy.id if self.on_copy else f"production's {self.header.resource_id}"

    @property
    def _standby(self) -> Standby:
        if self.components.standby is None:
            raise TypeError(f"{self.header.kind} has no standby")
        return self.components.standby

    def _switch(self, name: str, way: str, client: Client) -> Switched:
        began = self._journal.offset()
        self._perform(f"{name}: a client writes", self._steady, client)
        earlier = switches(self._journal.checks).get(FAILOVER) if way != FAILOVER else None
        before: list[Zones] = []
        first: list[float] = []

        def ask() -> Seen:
            if not before:
                before.append(self._zones_as_left(earlier))
                if not before[0].standby:
                    raise NotRecoverable(f"{self._called} has no standby: {before[0]}")
                first.append(self._clock.monotonic())
            seen = self._standby.fail_over(self.copy, before[0], way)
            if seen.sent is not None:  # what was looked up before that is no outage of it
                first[:] = [seen.sent]
            return seen

        self._perform(name, ask)
        asked = timedelta(seconds=first[0] - self._journal.zero)
        after: list[Zones] = []

        def wait() -> Seen:
            served = partial(self._served, client, first[0])
            after[:] = [self._standby.failed_over(self.copy, before[0], served)]
            client.end()
            return Seen(str(after[0]))

        self._perform(f"{name}: wait until it serves again", wait)
        told: list[Switched] = []

        def count() -> Seen:
            counted, outage = client.count(), client.outage()
            own = _shifted(outage, self._journal.zero) if outage else None
            gone = client.gone(earlier.counted) if earlier else 0
            usual = self._standby.usual
            told[:] = [
                Switched(
                    way,
                    asked,
                    before[0],
                    after[0],
                    asked - began,
                    counted,
                    own,
                    gone,
                    usual,
                    self.components.production,
                    self.header.kind.spans,
                )
            ]
            return Seen(str(told[0]))

        self._perform(f"{name}: count what was acknowledged", count)
        return told[0]

    def _zones_as_left(self, earlier: Switched | None) -> Zones:
        """The zones now; NotMeasured where the way before left another one serving, which process soever went it.

        What is led back would be another's failover, or lead away what somebody has put back. It is looked at twice:
        AWS may tell the zone of before for a moment.
        """
        zones = self._standby.zones(self.copy)
        if earlier is None or zones.serves_like(earlier.after):
            return zones
        self._clock.sleep(_AGAIN_S)
        if (zones := self._standby.zones(self.copy)).serves_like(earlier.after):
            return zones
        by = f" ({zones.server})" if zones.server else ""
        raise NotMeasured(
            f"{self._called} failed over by another since the failover of this run, which left that "
            f"{earlier.after}: now {zones}{by}. Nothing is asked for",
            "look who failed it over: there is nothing that this run could lead back",
        )

    def _steady(self, client: Client) -> Seen:
        """Have a client write for a while; NotMeasured where its writes fail before anything was done."""
        client.begin()
        began = self._clock.monotonic()
        while True:
            lasted = self._clock.monotonic() - began
            if client.disturbed() or lasted > GIVEN_UP_S:
                raise NotMeasured("the client's writes are not answered, though nothing was failed over yet")
            if lasted >= STEADY_S and client.acknowledged() >= STEADY_WRITES and client.answered():
                return Seen(f"{client.acknowledged()} writes, all acknowledged")
            self._clock.sleep(_LOOK_S)

    def _served(self, client: Client, since: float) -> bool:
        """Whether the client is served again; True also where it noticed nothing for long since it was asked for."""
        if client.serves_again(since):
            return True
        if self._clock.monotonic() - since < (GIVEN_UP_S if self.on_copy else PRODUCTION_S):
            return False
        if client.disturbed(since):
            lasted = format_duration(timedelta(seconds=self._clock.monotonic() - since))
            raise NotRecoverable(f"no write was acknowledged again for {lasted} after the failover was asked for")
        return True

    def _refuse_twice(self, name: str) -> None:
        """Raise NotMeasured where another process asked for the failover, as the ledger has it; told is what AWS saw
        of it.
        """
        before = next((step for step in self._journal.steps if (step.phase, step.name) == (Phase.RECOVER, name)), None)
        if before is None:
            return

        def look() -> Seen:
            seen = [each.state for each in self._standby.told(self.copy, before.started_at)]
            told, now = ", ".join(seen) or "nothing of one", "" if self.on_copy else "production now serves from "
            raise NotMeasured(
                f"the process that asked for '{name}' died, and its client with it: by AWS's events {told}; "
                f"{now}{self._standby.zones(self.copy)}. It is not asked for again",
                "run the drill anew: the outage of this one was seen by nobody",
            )

        self._perform(f"{name}: look what became of it", look)

    def _write_clock(self, switched: Switched) -> None:
        """Write the moments of the recovery as the client had them: nobody had to notice, or to decide."""
        outage, reach = switched.outage, self._journal.reach
        if switched.way != FAILOVER or outage is None or not switched.measured:
            return
        began = self._journal.at(outage.began)
        for moment in (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED):
            reach(moment, began, outage.began)
        reach(Moment.SERVICE_VERIFIED, self._journal.at(outage.ended), outage.ended)


def _shifted(outage: Outage, zero: float) -> Outage:
    """An outage by the run's own clock, which began at `zero`."""
    off = timedelta(seconds=zero)
    return replace(outage, began=outage.began - off, ended=outage.ended - off)
