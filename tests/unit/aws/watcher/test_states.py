"""Waiting: every state has a meaning, and none is taken for another."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.toolkit import gone
from dr_orchestrator.aws.watcher import ABSENT, Watcher
from dr_orchestrator.errors import NotRecoverable
from tests.support.fakes import FakeClock
from tests.support.watched import FLAPPING, HOUR, STATES, Cloud, Wait


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


def test_a_state_that_flaps_is_believed_at_its_second_sighting() -> None:
    """Available, modifying, available: what was ready for a moment only is waited on, and all of it is reported."""
    wait = Wait([(60, "creating"), (60.4, "available"), (90, "modifying"), (0, "available")])
    assert wait.run(FLAPPING) == "available"
    assert wait.seen == ["creating", "available", "modifying", "available"]
    assert 90 <= wait.clock.monotonic() <= 91


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
