"""Waiting: no wait is endless or blind, whatever AWS does not say."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.watcher import PATIENCE, SLOWEST, States
from dr_orchestrator.errors import Aborted, NotRecoverable, Transient
from tests.support.watched import FLAPPING, HOUR, STATES, Wait


def test_a_wait_is_bounded() -> None:
    """A copy that is never ready ends at the ceiling, which is named."""
    wait = Wait([(0, "creating")])
    with pytest.raises(NotRecoverable, match=r"still 'creating' after 26\.0 h; gave up"):
        wait.run(ceiling=26 * HOUR)
    assert 26 * HOUR <= wait.clock.monotonic() <= 26 * HOUR + 2 * SLOWEST


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
    assert fault.silent == pytest.approx(PATIENCE, abs=2 * SLOWEST)  # what went well before is no part of it
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


@pytest.mark.parametrize(
    ("noting", "asking", "states", "kept"),
    [
        ({}, (0, 0), STATES, 0),
        ({"available": 40}, (0, 0), STATES, 40),
        ({"available": 40}, (0, 0), FLAPPING, 40),
        ({"creating": 40}, (0, 0), STATES, 0),
        ({"creating": 900}, (0, 0), STATES, 900),
        ({}, (300, 40), STATES, 0),
        ({}, (590, 40), STATES, 40),
        ({"available": 7}, (590, 40), STATES, 47),
    ],
)
def test_what_kept_it_from_looking_is_told_where_it_would_have_seen_the_end(
    noting: dict[str, float], asking: tuple[float, float], states: States, kept: float
) -> None:
    """A note or a question that took long is lost time only where the copy was ready at the next look."""
    wait = Wait([(600, "creating"), (0, "available")], noting=noting, asking=asking)
    assert wait.run(states) == "available"
    assert wait.kept == [kept]


@pytest.mark.parametrize(("at", "until", "lost"), [(100, 500, []), (590, 900, [310.0]), (590, 590.5, [])])
def test_a_process_that_stood_still_tells_for_how_long_where_it_would_have_seen_the_end(
    monkeypatch: pytest.MonkeyPatch, at: float, until: float, lost: list[float]
) -> None:
    """Stopped by Ctrl-Z, or with its machine asleep: lost only where the copy was ready at the next look."""
    wait = Wait([(600, "creating"), (0, "available")])
    sleep, pending = wait.clock.sleep, [until - at]

    def stopped(seconds: float) -> None:
        sleep(seconds)
        if pending and wait.clock.monotonic() >= at:
            sleep(pending.pop())

    monkeypatch.setattr(wait.clock, "sleep", stopped)
    assert wait.run() == "available"
    assert [round(seconds, -1) for seconds in wait.lost] == [round(seconds, -1) for seconds in lost]
