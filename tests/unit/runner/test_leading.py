"""The wait for a name: how long it took, whose patience it is, and what nobody could see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import Led, Told, ways
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner.leading import GIVEN_UP_S, Leading
from tests.support.fakes import FakeClock

LONG_AGO = timedelta(seconds=2 * GIVEN_UP_S)
NOWHERE, EVERYWHERE = Told(4, 0, "all lead elsewhere"), Told(4, 4, "all lead there", everywhere=True)


def waited(told: Callable[[float], Told], asked: timedelta = timedelta()) -> tuple[timedelta, timedelta, Told]:
    """Wait as a run does; `told` is what name servers tell so many seconds after the wait began."""
    clock = FakeClock()
    clock.sleep(LONG_AGO.total_seconds())
    began = clock.monotonic()
    runs = SimpleNamespace(
        _journal=SimpleNamespace(offset=lambda: timedelta(seconds=clock.monotonic())),
        _clock=clock,
        _context=SimpleNamespace(raise_if_stopped=lambda: None),
    )
    names = SimpleNamespace(told=lambda _: told(clock.monotonic() - began))
    return Leading._waited(cast("Any", runs), cast("Any", names), Way.THERE, asked)


def test_patience_is_from_the_start_of_this_process() -> None:
    """A run that was resumed has waited for nobody yet; how long it took is from the first process's word on."""
    first, every, told = waited(lambda after: EVERYWHERE if after >= 20 else NOWHERE)
    assert first == every == LONG_AGO + timedelta(seconds=20)
    assert told is EVERYWHERE


def test_it_leads_there_when_route_53_says_so_too() -> None:
    """The wait ends with the later of the two."""
    first, every, _ = waited(lambda after: Told(4, 4, "", everywhere=after >= 40), LONG_AGO)
    assert (first, every) == (timedelta(), timedelta(seconds=40))


def test_a_name_that_is_seen_elsewhere_fails() -> None:
    """Some server answered something else to the end."""
    with pytest.raises(NotRecoverable, match="1 of 4 name servers lead there"):
        waited(lambda _: Told(4, 1, "", silent=2))


@pytest.mark.parametrize(("led", "silent"), [(0, 4), (3, 1)])
def test_servers_that_do_not_answer_are_no_failure_of_what_is_drilled(led: int, silent: int) -> None:
    """Nobody was seen to be led elsewhere: it was not measured."""
    with pytest.raises(NotMeasured, match=f"{led} of 4 name servers lead there"):
        waited(lambda _: Told(4, led, "", silent=silent))


def test_spans_of_an_interrupted_run_are_told_as_upper_bounds() -> None:
    """In the check, and after it was read back from the ledger."""
    spans = [timedelta(seconds=each) for each in (10, 20, 30, 60)]
    led = Led(Way.THERE, *spans, 4, "env.example.com", at_most=True)
    assert "led to env.example.com at most 30 s after it was asked for, the first at most 20 s" in led.result.observed
    assert ways([led.result]) == {Way.THERE: led}
