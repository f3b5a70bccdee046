"""The name of a drill: made before the disruption, led to what comes back, and back again; its servers say when."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from dr_orchestrator.domain import planes
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import DrillName, Led, Told, Turned, ways
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner.making import Making
from dr_orchestrator.runner.patience import RECOVERING

GIVEN_UP_S = 1800.0
"""Drill seconds after which a name is given up; Route 53 tells of 60 until a change is everywhere."""

LOOK_S = 5.0


class Leading(Making):
    """The steps of a name; those before the disruption, and those of the way back, are off the recovery clock."""

    def name_it(self, name: str = "make the drill's name", *, teardown: str = "destroy the drill's name") -> None:
        """Make the name, and wait until it leads to what stands in for the side that will be lost."""
        names = self._names
        self.at_exit(teardown, names.destroy, names.copy)
        for part in names.stands_on:
            self.at_exit(f"destroy {part.title}", part.destroy, part.copy)
        if all(each.name != planes.CHECK for each in self._journal.checks):
            self._journal.check(names.planes())
        if self._journal.passed_before(name, Phase.PREPARE):
            return

        prepare = partial(self._perform, phase=Phase.PREPARE, patience=RECOVERING)  # something is made by then
        for part in names.stands_on:
            prepare(f"make {part.title}", partial(self._make, part))

        def make() -> Seen:
            self._write_made(names.copy, names.make().identity)
            _, _, told = self._waited(names, Way.BACK, self._journal.offset())
            return Seen(f"{names.copy.id.partition('/')[2]}: {told.words}")

        prepare(name, make)

    def lead(self, name: str, way: Way) -> None:
        """Have the name lead that way, wait until each name server says so and, on the way there, until nobody can
        have kept an older answer: that counts, for people are only then served again.

        Asked for again it changes nothing, so that a run that was resumed goes on; its time is from the first time on.
        """
        if way in ways(self._journal.checks):
            return
        names, phase = self._names, Phase.RECOVER if way is Way.THERE else Phase.TEARDOWN
        turned: list[Turned] = []

        def ask() -> Seen:
            turned[:] = [names.lead(way, self.copy)]
            return Seen(str(turned[0]))

        self._perform(name, ask, phase=phase)
        times = [step.offset for step in self._journal.steps if (step.name, step.phase) == (name, phase)]
        asked = times[0]
        led: list[Led] = []

        def wait() -> Seen:
            first, every, told = self._waited(names, way, asked)
            to, by = turned[0].to, turned[0].by
            led[:] = [Led(way, asked, first, every, names.ttl, told.asked, to, at_most=len(times) > 1, by=by)]
            return Seen(told.words)

        self._perform(f"{name}: wait until it leads there", wait, phase=phase)
        if way is Way.THERE:
            self._perform(f"{name}: outwait the answers of before", self._outwait, names.ttl)
        self._journal.check(led[0].result)

    def _make(self, part: Part) -> Ready:
        """Make what a name stands on, and wait for it; it is in the ledger as soon as AWS has named it."""
        self._write_made(part.copy, part.ask().identity)
        return part.ready()

    @property
    def _names(self) -> DrillName:
        if self.components.name is None:
            raise TypeError(f"{self.header.kind} has no name")
        return self.components.name

    def _waited(self, names: DrillName, way: Way, asked: timedelta) -> tuple[timedelta, timedelta, Told]:
        """How long after it was asked for the first name server led that way, and the last; and what they say.

        Its patience is from now on: what another process waited is no reason to give up. NotMeasured where nobody
        could be asked to the end, for then nobody saw the name lead elsewhere.
        """
        first, began = None, self._journal.offset()
        while True:
            told, now = names.told(way), self._journal.offset()
            if told.led and first is None:
                first = now - asked
            if told.all and first is not None:
                return first, now - asked, told
            if (now - began).total_seconds() > GIVEN_UP_S:
                late = f"{format_duration(now - asked)} after it was asked for"
                message = f"{told.led} of {told.asked} name servers lead there {late}; {told.words}"
                raise (NotRecoverable if told.elsewhere else NotMeasured)(message)
            self._context.raise_if_stopped()
            self._clock.sleep(LOOK_S)

    def _outwait(self, ttl: timedelta) -> Seen:
        self._clock.sleep(ttl.total_seconds())
        return Seen(f"{format_duration(ttl)}, the TTL of the records")
