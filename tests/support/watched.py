"""A wait for one object of a cloud whose states follow from the clock, and what the wait reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_orchestrator.aws.watcher import ABSENT, Sighting, States, Watcher
from dr_orchestrator.errors import Aborted, DrillFault
from tests.support.fakes import FakeClock

STATES = States(frozenset({"available"}), frozenset({"failed"}), frozenset({"creating", ABSENT}))
FLAPPING = replace(STATES, progress=STATES.progress | {"modifying"}, sightings=2)
HOUR = 3600.0


@dataclass
class Cloud:
    """Objects whose state follows from the time; counts how often it is asked, and may fail for a while."""

    clock: FakeClock
    timeline: list[tuple[float, str]] = field(default_factory=list)
    error: DrillFault | None = None
    broken: tuple[float, float] = (0.0, 0.0)
    asked: list[float] = field(default_factory=list)
    names: list[tuple[str, ...]] = field(default_factory=list)
    seconds: float = 0.0

    def state(self) -> str:
        now = self.clock.monotonic()
        return next((state for until, state in self.timeline[:-1] if now < until), self.timeline[-1][1])

    def describe(self, names: Iterable[str]) -> Mapping[str, Sighting]:
        now = self.clock.monotonic()
        self.asked.append(now)
        self.names.append(tuple(names))
        if self.error is not None and self.broken[0] <= now < self.broken[1]:
            raise self.error
        state = self.state()
        self.clock.sleep(self.seconds)
        return {} if state == ABSENT else {name: Sighting(state) for name in self.names[-1]}


@dataclass
class Wait:
    """A wait for one object, with what it reported."""

    timeline: list[tuple[float, str]]
    error: DrillFault | None = None
    broken: tuple[float, float] = (0.0, 0.0)
    stop_at: float = float("inf")
    seen: list[str] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    noting: dict[str, float] = field(default_factory=dict)
    """Seconds that it takes to note a state."""
    asking: tuple[float, float] = (0.0, 0.0)
    """From when on it takes how many seconds to ask whether somebody stopped the wait."""

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.clock.pace = 1.0
        self.cloud = Cloud(self.clock, self.timeline, self.error, self.broken)
        self.watcher = Watcher(self.clock)

    def raise_if_stopped(self) -> None:
        if self.clock.monotonic() >= self.stop_at:
            raise Aborted("stopped on request")
        since, seconds = self.asking
        if seconds and self.clock.monotonic() >= since:
            self.asking = (0.0, 0.0)
            self.clock.sleep(seconds)

    def observe(self, state: str) -> None:
        self.seen.append(state)
        self.clock.sleep(self.noting.get(state, 0.0))

    def run(self, states: States = STATES, ceiling: float = HOUR) -> str:
        feed = self.watcher.feed(("rds",), self.cloud.describe)
        found = self.watcher.wait(
            feed,
            "copy",
            states,
            ceiling=ceiling,
            observe=self.observe,
            raise_if_stopped=self.raise_if_stopped,
            delayed=self.delayed,
            kept=self.kept.append,
            stood_still=self.lost.append,
        )
        self.ready_at = found.answered
        return found.status

    def delayed(self, seconds: float, _why: str) -> None:
        self.lost.append(seconds)
