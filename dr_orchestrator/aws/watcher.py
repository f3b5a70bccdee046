"""Waiting on AWS: one describe a tick feeds all that wait on a service, and every state has a known meaning."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dr_orchestrator.aws.calls.throttling import apart
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import NotRecoverable, Transient
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.standstill import FELT_S, STOOD_STILL

ABSENT = "absent"
PATIENCE = 900.0
"""Drill seconds for which a describe may fail in passing (throttled, unreachable) before the wait gives up."""

FASTEST, SLOWEST, EARLY = 1.0, 15.0, 10.0
SHARE = 0.0095
"""How long a tick is, as a share of the age: the error of the time at which something is seen to be ready, at most."""

VANISHED = 3
"""In how many describes, one after the other, what was seen must be absent: AWS may forget it for a moment."""

REAL_FLOOR = 0.05
"""No tick is shorter than this in real seconds, however compressed the drill's time."""


STOPPED = f"{STOOD_STILL}; it may have been ready at any time meanwhile"
UNSEEN = "describes were throttled or failed in passing; it may have been ready at any time meanwhile"


class GaveUp(NotRecoverable):
    """It was neither ready nor seen to fail until the ceiling."""


@dataclass(frozen=True)
class Sighting:
    """The state of one object as last described; `status` is ABSENT where AWS knows no such object.

    `taken` is when the describe began and `answered` when it ended (monotonic); of an object that was waited for, the
    first of those that saw it ready. `lost` is how many drill seconds of it were throttled.
    """

    status: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    taken: float = 0.0
    answered: float = 0.0
    lost: float = 0.0


@dataclass(frozen=True)
class States:
    """The meaning of a resource type's states. One in none of the sets is unknown: it is reported and waited on.

    `sightings` is in how many describes, one after the other, it must be ready to be believed; `soonest` is the age
    (drill seconds) before which none was ever ready, so that looks are few until then.
    """

    ready: frozenset[str]
    dead: frozenset[str] = frozenset()
    progress: frozenset[str] = frozenset()
    sightings: int = 1
    soonest: float = 0.0

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
        self._taken = self._failed = float("-inf")
        self.cost = 0.0  # drill seconds that the last describe took
        self._failure: Transient | None = None
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
        arrived = self._clock.monotonic()  # its age then: else each that queued for a slow describe would take its own
        with stops.holding(self._lock):
            if self._failure is not None and arrived - self._failed < max_age and self._failed >= since:
                raise self._failure  # nor does each that waits ask anew what AWS has just refused to tell
            if arrived - self._taken >= max_age or self._taken < since or name not in self._sightings:
                self._look(frozenset(self._waiting) | {name}, self._clock.monotonic())
            return self._sightings[name]

    def _look(self, names: frozenset[str], now: float) -> None:
        try:
            with apart() as lost:
                found = self._describe(sorted(names))
        except Transient as failure:
            self._failure, self._failed = failure, self._clock.monotonic()
            raise
        seen = {each: found.get(each, Sighting(ABSENT)) for each in names}
        answered, gone = self._clock.monotonic(), sum(lost)
        self._sightings = {
            each: replace(sighting, taken=now, answered=answered, lost=gone) for each, sighting in seen.items()
        }
        self._taken, self._failure = now, None
        self.cost = answered - now - gone


class _Timed:
    """Calls others, and adds up how many drill seconds that took."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.seconds = clock, 0.0

    def call(self, other: Callable[..., None], *args: Any) -> None:
        began = self._clock.monotonic()
        other(*args)
        self.seconds += self._clock.monotonic() - began


class _Pauses:
    """Pauses, and adds up how many drill seconds longer they took than they were to: the process stood still then."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.overslept = clock, 0.0

    def sleep(self, seconds: float) -> None:
        began = self._clock.monotonic()
        self._clock.sleep(seconds)
        longer = self._clock.monotonic() - began - seconds
        self.overslept += longer if longer > FELT_S * self._clock.pace else 0.0

    def tell(self, stood_still: Callable[[float], None]) -> None:
        if self.overslept:
            stood_still(self.overslept)


class Watcher:
    """Waits for copies; shared by all runs of the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._feeds: dict[tuple[str, ...], Feed] = {}
        self._in_vain: dict[str, float] = {}
        self._lock = threading.Lock()

    def give_up(self, what: str) -> None:
        """Remember that something was waited for in vain: who waits for the same next need not, all over again."""
        self._in_vain[what] = self._clock.monotonic()

    def gave_up(self, what: str, within: float) -> bool:
        """Whether it was, by any that waits here, within so many drill seconds."""
        return self._clock.monotonic() - self._in_vain.get(what, -math.inf) < within

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
        raise_if_stopped: Callable[[], None] = lambda: None,
        delayed: Callable[[float, str], None] = lambda _seconds, _why: None,
        kept: Callable[[float], None] = lambda _: None,
        stood_still: Callable[[float], None] = lambda _: None,
    ) -> Sighting:
        """Wait until the object is in a ready state; NotRecoverable where it died, GaveUp past the ceiling (seconds).

        `raise_if_stopped` is called at every look, and raises where the wait is to end: somebody stopped the drill,
        say. `delayed` is told how long (drill seconds) the end of the wait may have gone unseen, and why; `kept`, how
        long its own callers kept it from looking once more, since it was last seen not to be ready; `stood_still`, how
        long the process itself did not run since then.
        """
        callers, pauses = _Timed(self._clock), _Pauses(self._clock)
        started = since = self._clock.monotonic()
        seen, streak, missing, first, silent_since = "", 0, 0, 0.0, None
        with feed.awaited(name):
            while True:
                callers.call(raise_if_stopped)
                now = self._clock.monotonic()
                tick = self._tick(now - started, states, feed.cost)
                try:
                    sighting = feed.sight(name, tick * 0.9, since)
                except Transient as failure:
                    silent_since = _silent(failure, now, silent_since)
                    if now - silent_since > PATIENCE:
                        delayed(now - silent_since, str(failure))
                        raise
                    pauses.sleep(tick)
                    continue
                if sighting.status not in states.ready:
                    callers.seconds = pauses.overslept = 0.0  # it was not kept waiting
                missing = missing + 1 if _vanished(seen, sighting.status, states) else 0
                if missing == 1:
                    observe(ABSENT)
                if 0 < missing < VANISHED:
                    streak, silent_since = 0, None
                    pauses.sleep(tick)
                    continue
                if sighting.status != seen:
                    _refuse_the_vanished(name, seen, sighting.status, states)
                    seen = sighting.status
                    callers.call(observe, seen if states.known(seen) else f"{seen} (unknown state)")
                asked = self._clock.monotonic()
                if seen in states.ready and ready(sighting):
                    streak += 1
                    probing = self._clock.monotonic() - asked
                    first = sighting.answered + probing if streak == 1 else first
                    # What was merely still being made was not kept waiting by a describe that failed.
                    if lost := self._unseen(sighting, silent_since):
                        delayed(lost, UNSEEN)
                    if streak >= states.sightings:
                        kept(callers.seconds)
                        pauses.tell(stood_still)
                        return replace(sighting, answered=first)
                    since = math.nextafter(sighting.taken, math.inf)
                    tick = self._fastest()
                else:
                    streak = 0
                silent_since = None
                _refuse_the_dead(name, seen, states)
                if now - started > ceiling:
                    raise GaveUp(f"{name} was still '{seen}' after {ceiling / 3600:.1f} h; gave up waiting")
                # From when it was taken: those that share a describe also wake together for the next.
                pauses.sleep(max(sighting.taken + tick - self._clock.monotonic(), tick / 2))

    def _unseen(self, sighting: Sighting, silent_since: float | None) -> float:
        return sighting.lost if silent_since is None else self._clock.monotonic() - silent_since

    def _fastest(self) -> float:
        return max(FASTEST, REAL_FLOOR * self._clock.pace)

    def _tick(self, age: float, states: States, cost: float) -> float:
        """Look often while young, seldom when old: within a second or one percent of the true time.

        What a look costs is within that too, but for at most half of it: slow describes must not make more of them.
        """
        if age < states.soonest:
            return max(min(EARLY, states.soonest - age), self._fastest())
        return max(min(max(age * SHARE - cost, age * SHARE / 2), SLOWEST), self._fastest())


def _silent(failure: Transient, now: float, since: float | None) -> float:
    """Since when nothing was answered well, which the failure tells, too."""
    since = now if since is None else since
    failure.silent = now - since
    return since


def _refuse_the_dead(name: str, status: str, states: States) -> None:
    if status in states.dead:
        raise NotRecoverable(
            f"{name} ended as '{status}'", "the console and CloudTrail tell why; see the observed states"
        )


def _vanished(before: str, now: str, states: States) -> bool:
    return now == ABSENT and before not in ("", ABSENT) and ABSENT not in states.ready


def _refuse_the_vanished(name: str, before: str, now: str, states: States) -> None:
    if _vanished(before, now, states):
        raise NotRecoverable(f"{name} was '{before}' and then vanished", "did somebody else delete it?")
