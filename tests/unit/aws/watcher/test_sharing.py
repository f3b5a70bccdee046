"""Waiting: one look serves all that wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from dr_orchestrator.aws.watcher import Feed, Sighting, Watcher
from dr_orchestrator.errors import Transient
from tests.support.fakes import FakeClock
from tests.support.watched import HOUR, STATES, Cloud


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
