"""Waiting: every state has a meaning, one look serves all, and no wait is endless or blind."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.aws.api import Denied, Transient
from dr_orchestrator.aws.bench import gone
from dr_orchestrator.aws.watcher import (
    ABSENT,
    EARLY,
    FASTEST,
    PATIENCE,
    REAL_FLOOR,
    SLOWEST,
    Feed,
    Sighting,
    States,
    Watcher,
)
from dr_orchestrator.errors import Aborted, DrillFault, NotRecoverable
from tests.fakes import FakeClock

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

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.clock.pace = 1.0
        self.cloud = Cloud(self.clock, self.timeline, self.error, self.broken)
        self.watcher = Watcher(self.clock)

    def heed(self) -> None:
        if self.clock.monotonic() >= self.stop_at:
            raise Aborted("stopped on request")

    def run(self, states: States = STATES, ceiling: float = HOUR) -> str:
        feed = self.watcher.feed(("rds",), self.cloud.describe)
        seen = self.seen.append
        found = self.watcher.wait(
            feed, "copy", states, ceiling=ceiling, observe=seen, heed=self.heed, delayed=self.delayed
        )
        self.ready_at = found.answered
        return found.status

    def delayed(self, seconds: float, _why: str) -> None:
        self.lost.append(seconds)


def test_each_state_is_reported_once_in_its_order() -> None:
    """The transitions are the evidence: every change is observed, and nothing else."""
    wait = Wait([(30, "creating"), (60, "backing-up"), (0, "available")])
    assert wait.run() == "available"
    assert wait.seen == ["creating", "backing-up (unknown state)", "available"]


def test_an_unknown_state_is_waited_on_and_said_to_be_unknown() -> None:
    """A state that AWS invents tomorrow is neither ready nor dead."""
    wait = Wait([(90, "converting-to-volcano"), (0, "available")])
    wait.run()
    assert wait.seen[0] == "converting-to-volcano (unknown state)"


def test_an_unknown_state_for_ever_ends_at_the_ceiling() -> None:
    """It is never taken for ready."""
    with pytest.raises(NotRecoverable, match=r"still 'odd' after 1\.0 h"):
        Wait([(0, "odd")]).run()


def test_a_dead_state_ends_the_wait_at_once() -> None:
    """What will never be ready is not waited for."""
    wait = Wait([(10, "creating"), (0, "failed")])
    with pytest.raises(NotRecoverable, match="copy ended as 'failed'"):
        wait.run()
    assert wait.clock.monotonic() < 15
    assert wait.seen[-1] == "failed"


def test_what_vanishes_is_told() -> None:
    """An object that was there and is not any more was deleted by somebody: not a reason to go on waiting."""
    with pytest.raises(NotRecoverable, match="was 'creating' and then vanished"):
        Wait([(30, "creating"), (0, ABSENT)]).run()


def test_what_is_not_there_yet_is_waited_for() -> None:
    """Describe may lag behind create: NotFound right after the call is no verdict."""
    wait = Wait([(30, ABSENT), (60, "creating"), (0, "available")])
    assert wait.run() == "available"
    assert wait.seen == [ABSENT, "creating", "available"]


def test_a_wait_is_bounded() -> None:
    """A copy that is never ready ends at the ceiling, which is named."""
    wait = Wait([(0, "creating")])
    with pytest.raises(NotRecoverable, match=r"still 'creating' after 26\.0 h; gave up"):
        wait.run(ceiling=26 * HOUR)
    assert 26 * HOUR <= wait.clock.monotonic() <= 26 * HOUR + 2 * SLOWEST


@settings(max_examples=20)
@given(st.floats(60, 26 * HOUR))
def test_the_time_seen_is_within_a_percent_of_the_true_one(true: float) -> None:
    """A long restore is looked at seldom, and still timed to a percent (or the slowest tick)."""
    wait = Wait([(true, "creating"), (0, "available")])
    wait.run(ceiling=27 * HOUR)
    late = wait.clock.monotonic() - true
    assert 0 <= late <= max(1.0, min(true * 0.011, SLOWEST))
    assert len(wait.cloud.asked) < 26 * HOUR / SLOWEST + 500


def test_a_state_that_flaps_is_believed_at_its_second_sighting() -> None:
    """Available, modifying, available: what was ready for a moment only is waited on, and all of it is reported."""
    wait = Wait([(60, "creating"), (60.4, "available"), (90, "modifying"), (0, "available")])
    assert wait.run(FLAPPING) == "available"
    assert wait.seen == ["creating", "available", "modifying", "available"]
    assert 90 <= wait.clock.monotonic() <= 91


def test_each_sighting_that_counts_is_a_describe_of_its_own() -> None:
    """A describe that is read again proves nothing new; the confirming looks follow fast."""
    wait = Wait([(0, "available")])
    wait.run(replace(STATES, sightings=3))
    assert len(wait.cloud.asked) == 3
    assert wait.clock.monotonic() == pytest.approx(2 * FASTEST)
    assert wait.ready_at == 0.0
    shared = Wait([(0, "available")])
    shared.clock.pace = 3000.0  # a tick of 150 s: by its age the first sighting would do
    shared.run(FLAPPING)
    assert len(shared.cloud.asked) == 2


@settings(max_examples=30)
@given(st.floats(1, 26 * HOUR))
def test_confirming_costs_no_more_than_a_second_or_a_percent(true: float) -> None:
    """Also with a second sighting the time reported is within max(1 s, 1 %) of the true one."""
    wait = Wait([(true, "creating"), (0, "available")])
    wait.run(FLAPPING, ceiling=27 * HOUR)
    assert 0 <= wait.ready_at - true <= max(1.0, min(true * 0.01, SLOWEST)) + 1e-6
    assert wait.clock.monotonic() - wait.ready_at <= FASTEST + 1e-6


@settings(max_examples=20)
@given(st.floats(500, 1400))
def test_what_describes_take_is_within_the_percent_too(true: float) -> None:
    """A slow describe makes looks no rarer: the tick counts from when the last began, and leaves it its time."""
    wait = Wait([(true, "creating"), (0, "available")])
    wait.cloud.seconds = 0.8
    wait.run(FLAPPING)
    assert 0 <= wait.ready_at - true <= true * 0.01 + 1e-6


def test_looks_are_few_before_a_copy_can_be_ready() -> None:
    """What is never ready in its first minutes is looked at seldom until then, and as often as ever from then on."""
    wait = Wait([(300, "creating"), (0, "available")])
    wait.run(replace(FLAPPING, soonest=100.0))
    assert sum(at < 100 for at in wait.cloud.asked) == 100 / EARLY
    assert wait.ready_at <= 303
    early = Wait([(31, "creating"), (0, "failed")])
    with pytest.raises(NotRecoverable):
        early.run(replace(FLAPPING, soonest=100.0))
    assert early.clock.monotonic() <= 31 + EARLY


def test_a_failing_look_serves_all_that_wait_too() -> None:
    """While AWS throttles, not each of a hundred waits asks it again; after a tick somebody does."""
    clock = FakeClock()
    cloud = Cloud(clock, [(0, "available")], Transient("throttled"), (0, 4))
    feed = Feed(cloud.describe, clock)
    for name in ("one", "two", "three"):
        with pytest.raises(Transient):
            feed.sight(name, 3)
    assert len(cloud.asked) == 1
    clock.sleep(5)
    assert feed.sight("two", 3).status == "available"


def test_silence_is_told_as_lost_only_where_the_copy_was_ready_after_it() -> None:
    """A restore that goes on was not held up by a describe that failed; one that was ready meanwhile was."""
    going_on = Wait([(3000, "creating"), (0, "available")], Transient("throttled"), (100, 400))
    going_on.run()
    assert going_on.lost == []
    ready = Wait([(300, "creating"), (0, "available")], Transient("throttled"), (200, 500))
    ready.run()
    assert ready.lost == [pytest.approx(300, abs=6)]
    given_up = Wait([(0, "creating")], Transient("throttled"), (100, 10**9))
    with pytest.raises(Transient):
        given_up.run()
    assert given_up.lost == [pytest.approx(PATIENCE, abs=2 * SLOWEST)]


def test_ticks_do_not_fall_below_a_real_floor() -> None:
    """In compressed time a tick is still a twentieth of a real second: the lab is not hammered."""
    wait = Wait([(600, "creating"), (0, "available")])
    wait.clock.pace = 1000.0
    wait.run()
    gaps = [later - earlier for earlier, later in zip(wait.cloud.asked, wait.cloud.asked[1:], strict=False)]
    assert min(gaps) >= REAL_FLOOR * 1000 * 0.9


def test_a_failure_in_passing_is_waited_out() -> None:
    """Throttling for less than the patience does not end a wait."""
    wait = Wait([(3000, "creating"), (0, "available")], Transient("throttled"), (100, 100 + PATIENCE - 60))
    assert wait.run() == "available"


def test_failing_for_good_ends_the_wait_with_its_own_error() -> None:
    """Beyond the patience the error itself is told, not a guess about the copy; a look that worked starts it anew."""
    fault = Transient("throttled", "", "rds:DescribeDBInstances")
    wait = Wait([(0, "creating")], fault, (100, 10**9))
    with pytest.raises(Transient) as told:
        wait.run()
    assert told.value is fault
    assert 100 + PATIENCE <= wait.clock.monotonic() < 100 + PATIENCE + 3 * SLOWEST


def test_what_is_not_transient_is_not_waited_out() -> None:
    """Credentials that expire mid-wait end it at once: INCONCLUSIVE, and never 'gone'."""
    wait = Wait([(0, "creating")], Denied("ExpiredToken"), (100, 10**9))
    with pytest.raises(Denied):
        wait.run()
    assert wait.clock.monotonic() < 120


def test_a_stop_is_heeded_within_a_tick() -> None:
    """Somebody who stops a drill does not wait for the restore."""
    wait = Wait([(0, "creating")], stop_at=500)
    with pytest.raises(Aborted):
        wait.run()
    assert wait.clock.monotonic() <= 500 + SLOWEST


def test_only_absence_ends_a_deletion() -> None:
    """No state that a copy can have counts as gone, not even one in which it was ready or dead."""
    after = gone(STATES)
    assert after.ready == {ABSENT}
    assert not after.dead
    wait = Wait([(60, "available"), (90, "deleting"), (120, "failed"), (0, ABSENT)])
    assert wait.run(after) == ABSENT
    with pytest.raises(NotRecoverable, match="still 'available'"):
        Wait([(0, "available")]).run(after)


def test_ready_may_ask_for_more_than_a_state() -> None:
    """An instance that is available but has no address is not ready."""
    wait = Wait([(0, "available")])
    feed = wait.watcher.feed(("rds",), wait.cloud.describe)
    addressed = lambda _: wait.clock.monotonic() > 100  # noqa: E731
    wait.watcher.wait(feed, "copy", STATES, ceiling=HOUR, observe=wait.seen.append, ready=addressed)
    assert wait.clock.monotonic() > 100
    assert wait.seen == ["available"]


class Lockstep(FakeClock):
    """A clock for threads that wait together: it moves on, to the earliest waker, once everybody sleeps."""

    def __init__(self, waiters: int) -> None:
        super().__init__()
        self.pace = 1.0
        self._waiters, self._wakers = waiters, [0.0][:0]
        self._turn = threading.Condition()

    def sleep(self, seconds: float) -> None:
        with self._turn:
            mine = self.monotonic() + seconds
            self._wakers.append(mine)
            if len(self._wakers) == self._waiters:
                self._move()
            while self.monotonic() < mine:
                assert self._turn.wait(10)

    def leave(self) -> None:
        with self._turn:
            self._waiters -= 1
            if self._waiters and len(self._wakers) == self._waiters:
                self._move()

    def _move(self) -> None:
        super().sleep(min(self._wakers) - self.monotonic())
        self._wakers = [each for each in self._wakers if each > self.monotonic()]
        self._turn.notify_all()


def test_one_look_serves_all_that_wait() -> None:
    """Thirty copies waited for at once cost about as many describes as one, and each is among those asked for."""
    many = 30

    def looks(waiters: int) -> Cloud:
        clock = Lockstep(waiters)
        cloud = Cloud(clock, [(1200, "creating"), (0, "available")])
        watcher = Watcher(clock)
        start = threading.Barrier(waiters)

        def wait(number: int) -> str:
            feed = watcher.feed(("rds",), cloud.describe)
            start.wait()
            try:
                told = watcher.wait(feed, f"copy-{number}", STATES, ceiling=HOUR, observe=lambda _: None)
                return told.status
            finally:
                clock.leave()

        with ThreadPoolExecutor(waiters) as threads:
            assert list(threads.map(wait, range(waiters))) == ["available"] * waiters
        return cloud

    alone, together = looks(1), looks(many)
    assert len(together.asked) <= len(alone.asked) + many
    assert max(map(len, together.names)) == many
    in_one_instant = Counter(at for at in together.asked if at > 0)
    assert max(in_one_instant.values()) == 1


class Arrivals(FakeClock):
    """A clock that tells when so many threads have looked at it."""

    def __init__(self, awaited: int) -> None:
        super().__init__()
        self._threads, self._awaited, self.all_here = set[int](), awaited, threading.Event()

    def monotonic(self) -> float:
        self._threads.add(threading.get_ident())
        if len(self._threads) == self._awaited:
            self.all_here.set()
        return super().monotonic()


def test_those_that_queue_for_a_slow_describe_take_its_answer() -> None:
    """A describe that takes longer than a tick does not make each of a hundred waits describe after the other."""
    many = 20
    clock = Arrivals(many)
    cloud = Cloud(clock, [(0, "available")])

    def slow(names: Iterable[str]) -> Mapping[str, Sighting]:
        assert clock.all_here.wait(10)
        clock.sleep(30)
        return cloud.describe(names)

    everybody = [f"copy-{number}" for number in range(many)]
    feed = Feed(slow, clock)
    with ExitStack() as waiting, ThreadPoolExecutor(many) as threads:
        for name in everybody:
            waiting.enter_context(feed.awaited(name))
        assert [sighting.status for sighting in threads.map(lambda name: feed.sight(name, 1), everybody)]
    assert len(cloud.asked) == 1


def test_a_feed_is_shared_by_key_and_forgets_who_left() -> None:
    """One account, region and service has one feed; what nobody waits for any more is not described."""
    clock = FakeClock()
    cloud = Cloud(clock, [(0, "available")])
    watcher = Watcher(clock)
    feed = watcher.feed(("a",), cloud.describe)
    assert watcher.feed(("a",), cloud.describe) is feed is not watcher.feed(("b",), cloud.describe)
    with feed.awaited("one"), feed.awaited("one"):
        feed.sight("two", 0)
    feed.sight("three", 0)
    assert cloud.names == [("one", "two"), ("three",)]


def test_a_sighting_is_no_older_than_asked() -> None:
    """A fresh sighting is reused, an old one is taken anew."""
    clock = FakeClock()
    cloud = Cloud(clock, [(0, "available")])
    feed = Feed(cloud.describe, clock)
    feed.sight("one", 5)
    clock.sleep(4)
    feed.sight("one", 5)
    clock.sleep(1)
    feed.sight("one", 5)
    assert cloud.asked == [0, 5]


def test_what_was_seen_before_a_wait_began_does_not_end_it() -> None:
    """A sighting from before the deletion was asked for cannot prove that the copy is gone, nor that it died."""
    clock = FakeClock()
    cloud = Cloud(clock, [(10, ABSENT), (60, "deleting"), (0, ABSENT)])
    watcher = Watcher(clock)
    feed = watcher.feed(("rds",), cloud.describe)
    clock.pace = 3000.0  # a tick of 150 s: the old sighting is young enough by its age
    with feed.awaited("copy"):
        assert feed.sight("copy", 100).status == ABSENT
    clock.sleep(20)
    seen: list[str] = []
    watcher.wait(feed, "copy", gone(STATES), ceiling=HOUR, observe=seen.append)
    assert seen == ["deleting (unknown state)", ABSENT]
