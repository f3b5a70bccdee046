"""The machine's clock against AWS's and the ledger's: measured, told, and above a limit nothing is started by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.run import Clocks
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.wiring.identity import Asking
from dr_orchestrator.wiring.planning.clocks import look
from tests.support.fakes import FakeClock


class Machine(FakeClock):
    pace = 1.0


def skew(ahead: float, error: float = 0.5) -> Skew:
    return Skew(timedelta(seconds=ahead), timedelta(seconds=error))


def told(clock: FakeClock, after: float) -> datetime:
    """What a clock tells that is five minutes behind, so many seconds after it was asked."""
    clock.sleep(after)
    return clock.now() - timedelta(minutes=5)


def test_a_clock_is_compared_with_the_middle_of_the_wait() -> None:
    """Half of what the answer took is error: the truth is within it, whenever in that time the other clock was read."""
    clock = Machine()
    asked = Asking(clock)
    at = told(clock, after=0.5)
    clock.sleep(1.5)
    found = asked.skew(at)
    assert found == Skew(timedelta(minutes=5, seconds=0.5), timedelta(seconds=1))
    assert found.least == timedelta(minutes=4, seconds=59.5)


def test_whole_seconds_are_half_a_second_of_error() -> None:
    """An HTTP date is cut down: on the average it is half a second behind, and no nearer is known."""
    clock = Machine()
    asked = Asking(clock)
    at = (clock.now() + timedelta(seconds=0.9)).replace(microsecond=0)
    assert asked.skew(at, timedelta(seconds=1)) == Skew(timedelta(seconds=-0.5), timedelta(seconds=0.5))
    assert asked.skew(None) is None


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("of", ["aws", "ledger"])
def test_a_clock_that_is_wrong_by_a_minute_starts_nothing(of: str, side: int) -> None:
    """Ahead or behind, of whichever clock, where it is sure; below that it is told, and a few seconds are nothing."""
    right = Clocks(skew(0), skew(0))

    def seen(seconds: float) -> str:
        return look(Clocks(**{**vars(right), of: skew(side * seconds)}))

    with pytest.raises(NotMeasured, match=r"60\.51 s \(give or take 0\.50 s\)") as refused:
        seen(60.51)
    assert "NTP" in refused.value.hint
    with pytest.raises(Doubt, match=r"60\.50 s"):
        seen(60.5)
    with pytest.raises(Doubt):
        seen(5.51)
    words = seen(5.5)
    assert ("5.50 s (give or take 0.50 s) " + ("ahead of" if side > 0 else "behind")) in words
    assert all(name in words for name in ("AWS", "the ledger's database"))


def test_a_clock_is_not_called_wrong_because_the_answer_was_slow() -> None:
    """What is within the error may be no skew at all."""
    assert "70.00 s (give or take 68.00 s) ahead of AWS" in look(Clocks(aws=skew(70, error=68)))


def test_no_other_clock_is_nothing_to_look_at() -> None:
    """In a lab on a ledger that is a file there is none, and that is said."""
    with pytest.raises(NotApplicable):
        look(Clocks())
