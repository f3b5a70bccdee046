"""Waiting on AWS: one describe a tick feeds all that wait on a service, and every state has a known meaning."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.aws.api import Transient
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import NotRecoverable

ABSENT = "absent"
PATIENCE = 900.0
"""Drill seconds for which a describe may fail in passing (throttled, unreachable) before the wait gives up."""

FASTEST, SLOWEST = 1.0, 15.0
REAL_FLOOR = 0.05
"""No tick is shorter than this in real seconds, however compressed the drill's time."""


@dataclass(frozen=True)
class Sighting:
    """The state of one object as last described; `status` is ABSENT where AWS knows no such object."""

    status: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class States:
    """What the states of a resource type mean. One in none of the sets is unknown: it is reported and waited on."""

    ready: frozenset[str]
    dead: frozenset[str] = frozenset()
    progress: frozenset[str] = frozenset()

    def known(self, status: str) -> bool:
        """Whether the state's meaning is known."""
        return status in self.ready | self.dead | self.progress


Describe = Callable[[Iterable[str]], Mapping[str, Sighting]]


class Feed:
    """The states of all objects of a type that somebody waits for, described at most once a tick."""

    def __init__(self, describe: Describe, clock: Clock) -> None:
        self._describe, self._clock = describe, clock
        self._waiting: Counter[str] = Counter()
        self._sightings: Mapping[str, Sighting] = {}
        self._taken = float("-inf")
        self._lock = threading.Lock()

    @contextmanager
    def awaited(self, name: str) -> Any:
        """While inside, the object is among those described."""
        with self._lock:
            self._waiting[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[name] -= 1
                self._waiting += Counter()

    def sight(self, name: str, max_age: float, since: float = float("-inf")) -> Sighting:
        """The object's state, not older than `max_age` drill seconds; whoever comes first describes for all.

        Nor was it seen before `since`: what was true before a call says nothing about what the call did.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now - self._taken >= max_age or self._taken < since or name not in self._sightings:
                asked = frozenset(self._waiting) | {name}
                found = self._describe(sorted(asked))
                self._sightings = {each: found.get(each, Sighting(ABSENT)) for each in asked}
                self._taken = now
            return self._sightings[name]


class Watcher:
    """Waits for copies; shared by all runs of the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._feeds: dict[tuple[str, ...], Feed] = {}
        self._lock = threading.Lock()

    def feed(self, key: tuple[str, ...], describe: Describe) -> Feed:
        """The feed of an account, region and service; the first to ask says how it is described."""
        with self._lock:
            return self._feeds.setdefault(key, Feed(describe, self._clock))

    def wait(
        self,
        feed: Feed,
        name: str,
        states: States,
        *,
        ceiling: float,
        observe: Callable[[str], None],
        ready: Callable[[Sighting], bool] = lambda _: True,
        heed: Callable[[], None] = lambda: None,
    ) -> Sighting:
        """Wait until the object is in a ready state; NotRecoverable where it died or passed the ceiling (seconds).

        `heed` is called at every look, and raises where the wait is to end: somebody stopped the drill, say.
        """
        started = self._clock.monotonic()
        seen, silent_since = "", started
        with feed.awaited(name):
            while True:
                heed()
                now = self._clock.monotonic()
                tick = self._tick(now - started)
                try:
                    sighting = feed.sight(name, tick * 0.9, started)
                    silent_since = now
                except Transient:
                    if now - silent_since > PATIENCE:
                        raise
                    self._clock.sleep(tick)
                    continue
                if sighting.status != seen:
                    _refuse_the_vanished(name, seen, sighting.status, states)
                    seen = sighting.status
                    observe(seen if states.known(seen) else f"{seen} (unknown state)")
                if seen in states.ready and ready(sighting):
                    return sighting
                _refuse_the_dead(name, seen, states)
                if now - started > ceiling:
                    raise NotRecoverable(f"{name} was still '{seen}' after {ceiling / 3600:.1f} h; gave up waiting")
                self._clock.sleep(tick)

    def _tick(self, age: float) -> float:
        """Look often while young, seldom when old: within about one percent of the true time."""
        return max(min(max(FASTEST, age * 0.01), SLOWEST), REAL_FLOOR * self._clock.pace)


def _refuse_the_dead(name: str, status: str, states: States) -> None:
    if status in states.dead:
        raise NotRecoverable(
            f"{name} ended as '{status}'", "the console and CloudTrail tell why; see the observed states"
        )


def _refuse_the_vanished(name: str, before: str, now: str, states: States) -> None:
    if now == ABSENT and before and ABSENT not in states.ready:
        raise NotRecoverable(f"{name} was '{before}' and then vanished", "did somebody else delete it?")
