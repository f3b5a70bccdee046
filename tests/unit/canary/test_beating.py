"""The rhythm of a heartbeat: kept by the clock, through failures, until it is no more wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from dr_orchestrator.canary.beating import Beat, Told, attempt, keep
from dr_orchestrator.errors import NotMeasured, UsageError
from tests.support.fakes import FakeClock

MINUTE = timedelta(minutes=1)


class Source:
    """A source that takes so many seconds to answer, and is gone for the tries named."""

    def __init__(self, clock: FakeClock, takes: float = 0.0, gone: range = range(0)) -> None:
        self.clock, self.takes, self.gone = clock, takes, gone
        self.tries, self.at = 0, [clock.now()][:0]

    def beat(self) -> Beat:
        self.tries += 1
        self.at.append(self.clock.now())
        self.clock.sleep(self.takes)
        if self.tries in self.gone:
            raise NotMeasured("connection refused")
        return Beat(self.tries, self.at[-1])

    def close(self) -> None:
        """Nothing to close."""


def until(clock: FakeClock, beats: int) -> Callable[[float], bool]:
    """Wait on the fake clock; ends after so many beats."""
    left = [beats]

    def wait(seconds: float) -> bool:
        left[0] -= 1
        clock.sleep(seconds)
        return left[0] == 0

    return wait


def kept(source: Source, beats: int, interval: timedelta = MINUTE) -> list[Told]:
    told: list[Told] = []
    keep(source, interval, told.append, source.clock.monotonic, until(source.clock, beats))
    return told


def test_the_rhythm_does_not_drift() -> None:
    """However long a beat takes, the next begins a whole interval after the last began."""
    source = Source(FakeClock(), takes=17)
    kept(source, 5)
    assert [(at - source.at[0]).total_seconds() for at in source.at] == [0, 60, 120, 180, 240]


def test_what_fell_due_in_a_slow_beat_is_not_made_up_for() -> None:
    """A source that was slow for minutes gets one beat when it is back, not a burst of them."""
    source = Source(FakeClock(), takes=200)
    kept(source, 3)
    assert [(at - source.at[0]).total_seconds() for at in source.at] == [0, 200, 400]


def test_a_source_that_is_gone_is_waited_for_and_told_once() -> None:
    """Tries 2 to 4 fail: it is tried at every interval, the first failure and the first beat after it are news."""
    source = Source(FakeClock(), gone=range(2, 5))
    told = kept(source, 6)
    assert [each.beat is not None for each in told] == [True, False, False, False, True, True]
    assert [each.changed for each in told] == [True, True, False, False, True, False]


def test_a_source_that_was_never_there_is_waited_for_too() -> None:
    """The first beats fail: no crash, one message."""
    told = kept(Source(FakeClock(), gone=range(1, 9)), 3)
    assert [(each.fault is not None, each.changed) for each in told] == [(True, True), (True, False), (True, False)]


def test_a_mistake_is_not_waited_for() -> None:
    """What the user has to mend (a table that is no heartbeat) ends it."""

    class Mistaken(Source):
        def beat(self) -> Beat:
            raise UsageError("table orders is no heartbeat")

    with pytest.raises(UsageError):
        kept(Mistaken(FakeClock()), 3)
    with pytest.raises(UsageError):
        attempt(Mistaken(FakeClock()))
