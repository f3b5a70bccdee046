"""Every restorer: when a copy was ready, by AWS's own clock, and by its endpoint's word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.resources.rds_instance.points import RdsSnapshot
from tests.support.estate import Estate, seen_as_ever
from tests.support.ways import Make, Way
from tests.support.ways.rds_instance import instance_of


def test_rds_tells_when_the_copy_was_really_there(way_of: Make) -> None:
    """Not when it was seen, but when it was: the lab's own instant, to the millisecond, with the raw message."""
    way = way_of("rds-snapshot")
    way.restored()
    (told,) = way.restorer.server_times(way.copy)
    true = instance_of(way).timeline.ends
    assert abs(told.at - true) < timedelta(seconds=1)
    assert (told.state, told.source) == ("available", "rds:DescribeEvents: DB instance created")
    (asked,) = way.calls("DescribeEvents")
    assert (asked["SourceIdentifier"], asked["SourceType"]) == (way.copy.id, "db-instance")
    way.restorer.destroy(way.copy)


def test_a_stack_tells_its_own_times_and_not_those_of_its_resources(way_of: Make) -> None:
    """One time for each state of the stack itself, in their order."""
    way = way_of("stack")
    way.restored()
    times = way.restorer.server_times(way.copy)
    assert [told.state for told in times] == ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert times[0].at <= times[1].at < times[2].at
    way.restorer.destroy(way.copy)


def asked_at(way: Way, answers: Callable[[Copy], bool] | None) -> tuple[timedelta, str]:
    """Wait for a copy that makes a first backup: how long after its creation it counts as ready, and its last state."""
    way.restored(ready=False)
    instance_of(way).timeline = lifecycle.passing([("creating", 600.0), ("backing-up", 900.0)], "available")
    created = instance_of(way).timeline.steps[0][0]
    way.made.toolkit.clock.sleep(1)
    RdsSnapshot(way.resource, way.selection, way.made.toolkit, answers).ready(way.copy)
    told = way.made.clock.now() - created, way.made.ledger.seen[-1][1]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    return told


def test_an_endpoint_that_answers_ends_the_wait_while_the_first_backup_is_made(way_of: Make, unhurried: None) -> None:
    """An instance serves in 'backing-up': where its database can be asked, that counts, and else only 'available'."""
    late, state = asked_at(way_of("rds-snapshot"), lambda _: True)
    assert (late < timedelta(seconds=20), state) == (True, "backing-up")
    late, state = asked_at(way_of("rds-snapshot"), None)
    assert (late > timedelta(seconds=800), state) == (True, "available")


def test_an_endpoint_is_asked_only_where_there_may_be_one(way_of: Make, unhurried: None) -> None:
    """While the instance is being created nobody knocks; the copy is what is asked."""
    way, knocked = way_of("rds-snapshot"), list[str]()

    def answers(copy: Copy) -> bool:
        assert copy == way.copy
        knocked.append(instance_of(way).status)
        return True

    asked_at(way, answers)
    assert knocked == ["backing-up", "backing-up"]


@pytest.mark.parametrize("after", [300.0, 10**9])
def test_an_available_instance_whose_endpoint_is_silent_is_waited_on_for_a_while(
    way_of: Make, unhurried: None, after: float
) -> None:
    """Until it answers, or for ten minutes: then the checks are to tell why."""
    way = way_of("rds-snapshot")
    since: list[datetime] = []

    def answers(_: Copy) -> bool:
        now = way.made.clock.now()
        if instance_of(way).status == "available":
            since.append(now)
        return bool(since) and (now - since[0]).total_seconds() >= after

    late, state = asked_at(way, answers)
    assert state == "available"
    assert late > timedelta(seconds=800)
    assert min(after, 600) <= (since[-1] - since[0]).total_seconds() <= min(after, 600) + 40


@pytest.fixture
def unhurried(made: Estate) -> Iterator[None]:
    """Short ticks, as against AWS."""
    made.clock.pace, before = 1.0, made.clock.pace
    with seen_as_ever():
        yield
    made.clock.pace = before
