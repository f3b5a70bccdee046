"""Patience: what fails in passing is done again for as long as it is worth, and what that cost is told."""

from __future__ import annotations

import pytest

from dr_orchestrator.errors import Aborted, NotMeasured, Transient
from dr_orchestrator.runner.patience import LOOKING, RECOVERING, TEARING_DOWN, Patience, again
from tests.support.fakes import FakeClock


class Odd(Transient):
    answered = True


class Flaky:
    """Fails some times, each time a second after it was asked."""

    def __init__(self, clock: FakeClock, times: float, failure: type[Transient] = Transient) -> None:
        self.clock, self.left, self.failure, self.asked = clock, times, failure, 0

    def __call__(self) -> str:
        self.asked += 1
        self.clock.sleep(1)
        if self.left >= self.asked:
            raise self.failure("not now", call="rds:DescribeDBInstances")
        return "done"


def test_it_is_done_again_until_it_does_not_fail() -> None:
    """Pauses grow from a second to half a minute; the time between first failure and last try is told, with why."""
    clock, lost = FakeClock(), list[tuple[float, str]]()
    act, failed = Flaky(clock, 7), list[Transient]()
    assert again(act, RECOVERING, clock, failed.append, lost=lambda *told: lost.append(told)) == "done"
    assert act.asked == 8
    assert len(failed) == 7
    pauses, tries = 1 + 2 + 4 + 8 + 16 + 30 + 30, 6
    assert lost == [(pauses + tries, "rds:DescribeDBInstances: not now")]


def test_what_did_not_fail_costs_nothing() -> None:
    """Nothing is told where nothing was waited for."""
    clock, lost = FakeClock(), list[float]()
    assert again(Flaky(clock, 0), RECOVERING, clock, lost=lambda seconds, _: lost.append(seconds)) == "done"
    assert not lost


@pytest.mark.parametrize(
    ("patience", "failure", "seconds"),
    [(LOOKING, Transient, 0), (LOOKING, Odd, 60), (TEARING_DOWN, Transient, 0), (TEARING_DOWN, Odd, 3600)],
)
def test_it_ends_by_what_was_met(patience: Patience, failure: type[Transient], seconds: float) -> None:
    """Before anything is made a dead network is told at once; a strange answer is no reason to leave a copy."""
    clock = FakeClock()
    with pytest.raises(failure):
        again(Flaky(clock, float("inf"), failure), patience, clock)
    assert seconds <= clock.monotonic() <= seconds + 40


def test_what_does_not_pass_by_itself_is_not_waited_for() -> None:
    """A denial is the same a minute later."""
    clock = FakeClock()

    def denied() -> None:
        raise NotMeasured("AccessDenied")

    with pytest.raises(NotMeasured):
        again(denied, RECOVERING, clock)
    assert clock.monotonic() == 0


def test_a_stop_ends_the_wait() -> None:
    """Whoever stops the drill is heard before and after each pause."""
    clock, act = FakeClock(), None

    def stopped() -> None:
        if clock.monotonic() > 5:
            raise Aborted("stopped")

    act = Flaky(clock, float("inf"))
    with pytest.raises(Aborted):
        again(act, RECOVERING, clock, waits=stopped)
    assert clock.monotonic() < 10


class Long:
    """Goes well for some seconds at each try, and then fails; `silent` is for how long it says it was silent."""

    def __init__(self, clock: FakeClock, *tries: tuple[float, float | None]) -> None:
        self.clock, self.tries = clock, list(tries)

    def __call__(self) -> str:
        if not self.tries:
            return "done"
        lasted, silent = self.tries.pop(0)
        self.clock.sleep(lasted)
        failure = Transient("not now")
        failure.silent = silent
        raise failure


@pytest.mark.parametrize("silent", [None, 900.0])
def test_a_good_answer_begins_anew(silent: float | None) -> None:
    """A wait of hours that fails hours apart has lost neither those hours nor its patience."""
    clock, lost = FakeClock(), list[float]()
    act = Long(clock, (7200, silent), (7200, silent), (7200, silent))
    assert again(act, RECOVERING, clock, lost=lambda seconds, _: lost.append(seconds)) == "done"
    assert lost == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("lasted", "silent"), [(890, None), (890, 890.0), (1000, 890.0), (1000, None)])
def test_silence_that_goes_on_is_one(lasted: float, silent: float | None) -> None:
    """What took as long as its silence had no answer, and what fails alike after its first calls goes well no more."""
    clock, act = FakeClock(), None
    act = Long(clock, (7200, 890.0), *[(lasted, silent)] * 9)
    with pytest.raises(Transient):
        again(act, RECOVERING, clock)
    assert clock.monotonic() < 7200 + 2 * 1010


def test_no_patience_is_endless() -> None:
    """However well it goes in between: some day it is given up."""
    clock = FakeClock()
    with pytest.raises(Transient):
        again(Long(clock, *[(7200, 900.0)] * 99), RECOVERING, clock)
    assert 72 * 3600 < clock.monotonic() < 80 * 3600
