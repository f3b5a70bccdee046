"""The name of a drill: made before the disruption, led to what comes back, and back again; its servers say when."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import DrillName, Led, ways
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.runner.making import Making

GIVEN_UP_S = 1800.0
"""Drill seconds after which a name is given up; Route 53 tells of 60 until a change is everywhere."""

LOOK_S = 5.0


class Leading(Making):
    """The steps of a name; those before the disruption, and those of the way back, are off the recovery clock."""

    def name_it(self, name: str = "make the drill's name", *, teardown: str = "destroy the drill's name") -> None:
        """Make the name, and wait until it leads to what stands in for the side that will be lost."""
        names = self._names
        self.at_exit(teardown, names.destroy, names.copy)
        if self._journal.passed_before(name, Phase.PREPARE):
            return

        def make() -> Seen:
            self._write_made(names.copy, names.make().identity)
            return Seen(
                f"{names.copy.id.partition('/')[2]}: {self._waited(names, Way.BACK, self._journal.offset())[2]}"
            )

        self._perform(name, make, phase=Phase.PREPARE)

    def lead(self, name: str, way: Way) -> None:
        """Have the name lead that way, wait until each name server says so and, on the way there, until nobody can
        have kept an older answer: that counts, for people are only then served again.

        Asked for again it changes nothing, so that a run that was resumed goes on; its time is from the first time on.
        """
        if way in ways(self._journal.checks):
            return
        names, phase = self._names, Phase.RECOVER if way is Way.THERE else Phase.TEARDOWN
        to: list[str] = []

        def ask() -> Seen:
            to[:] = [names.lead(way, self.copy)]
            return Seen(f"to {to[0]}")

        self._perform(name, ask, phase=phase)
        asked = next(step.offset for step in self._journal.steps if (step.name, step.phase) == (name, phase))
        led: list[Led] = []

        def wait() -> Seen:
            first, every, words, servers = *self._waited(names, way, asked), names.told(way).asked
            led[:] = [Led(way, asked, first, every, names.ttl, servers, to[0])]
            return Seen(words)

        self._perform(f"{name}: wait until it leads there", wait, phase=phase)
        if way is Way.THERE:
            self._perform(f"{name}: outwait the answers of before", self._outwait, names.ttl)
        self._journal.check(led[0].result)

    @property
    def _names(self) -> DrillName:
        if self.components.name is None:
            raise TypeError(f"{self.header.kind} has no name")
        return self.components.name

    def _waited(self, names: DrillName, way: Way, asked: timedelta) -> tuple[timedelta, timedelta, str]:
        """How long after it was asked for the first name server led that way, and the last; and what they say."""
        first: timedelta | None = None
        while True:
            told, after = names.told(way), self._journal.offset() - asked
            if told.led and first is None:
                first = after
            if told.all and first is not None:
                return first, after, told.words
            if after.total_seconds() > GIVEN_UP_S:
                late = f"{format_duration(after)} after it was asked for"
                raise NotRecoverable(f"{told.led} of {told.asked} name servers lead there {late}; {told.words}")
            self._context.raise_if_stopped()
            self._clock.sleep(LOOK_S)

    def _outwait(self, ttl: timedelta) -> Seen:
        self._clock.sleep(ttl.total_seconds())
        return Seen(f"{format_duration(ttl)}, the TTL of the records")
