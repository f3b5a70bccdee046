"""Waiting: looks are few, and the time they tell is right all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.aws.watcher import EARLY, FASTEST, REAL_FLOOR, SLOWEST
from dr_orchestrator.errors import NotRecoverable
from tests.support.watched import FLAPPING, HOUR, STATES, Wait


@pytest.mark.slow
@settings(max_examples=20)
@given(st.floats(60, 26 * HOUR))
def test_the_time_seen_is_within_a_percent_of_the_true_one(true: float) -> None:
    """A long restore is looked at seldom, and still timed to a percent (or the slowest tick)."""
    wait = Wait([(true, "creating"), (0, "available")])
    wait.run(ceiling=27 * HOUR)
    late = wait.clock.monotonic() - true
    assert 0 <= late <= max(1.0, min(true * 0.011, SLOWEST))
    assert len(wait.cloud.asked) < 26 * HOUR / SLOWEST + 500


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


@pytest.mark.slow
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


def test_ticks_do_not_fall_below_a_real_floor() -> None:
    """In compressed time a tick is still a twentieth of a real second: the lab is not hammered."""
    wait = Wait([(600, "creating"), (0, "available")])
    wait.clock.pace = 1000.0
    wait.run()
    gaps = [later - earlier for earlier, later in zip(wait.cloud.asked, wait.cloud.asked[1:], strict=False)]
    assert min(gaps) >= REAL_FLOOR * 1000 * 0.9
