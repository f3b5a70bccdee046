"""AWS's clock beside ours."""

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.run import Observation
from dr_orchestrator.reporting.measure.server import beside
from tests.support.golden import sample


def test_ours_is_held_against_the_same_copy_and_state() -> None:
    """The difference is ours less AWS's; a state that nobody saw has none, and is listed all the same."""
    run = sample.passed()
    assert [each.difference for each in beside(run)] == [timedelta(seconds=-4.25), timedelta(seconds=21.4)]
    unseen = replace(run, observations=tuple(replace(seen, copy="another") for seen in run.observations))
    assert [(each.seen_at, each.difference) for each in beside(unseen)] == [(None, None), (None, None)]


def test_the_nearest_sighting_of_a_repeated_state_is_taken() -> None:
    """An instance that is available twice is held against the time that AWS speaks of."""
    run = sample.passed()
    seen = run.observations[-1]
    hour = timedelta(hours=1)
    before, after = (Observation(seen.copy, seen.state.upper(), seen.at + by, seen.offset + by) for by in (-hour, hour))
    assert beside(replace(run, observations=(before, *run.observations, after)))[-1].seen_at == seen.at
