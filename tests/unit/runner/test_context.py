"""What a run is told while it goes on: kept where there is a run, and no matter where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.runner import RunContext, Session
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.records import HEADER
from tests.support.rehearsal import COPY, RUN, Drill


def test_who_only_looks_writes_nothing() -> None:
    """A plan or a sweep meets the same states, throttling and failures in passing: none is an entry of any run."""
    ledger = MemoryLedger()
    context = RunContext(RUN, FakeClock(), ledger)
    context.observe(COPY, "available")
    context.delayed(SegmentKind.THROTTLING, "rds:DescribeDBInstances was throttled", 90)
    context.asked_again("rds:DescribeDBInstances: timed out")
    context.kept(90)
    with context.waiting():
        pass
    assert ledger.story == []


def test_a_run_keeps_what_it_waited_for_and_what_it_asked_again() -> None:
    """The step under way tells how often it tried, and why; the wait is a segment of the run."""
    drill = Drill()
    with drill.session() as run:

        def ready() -> None:
            for _ in range(2):
                run._context.asked_again("rds:DescribeDBInstances: timed out")
            drill.clock.sleep(120)
            run._context.delayed(SegmentKind.THROTTLING, "rds:DescribeDBInstances was throttled", 90)

        run.step("ready", ready)
        run.step("next", lambda: drill.clock.sleep(60))
    ready_, next_ = list(drill.ledger.steps.values())[:2]
    assert (ready_.attempts, next_.attempts) == (3, 1)
    assert ready_.detail == "asked again after rds:DescribeDBInstances: timed out, 2 times"
    (segment,) = drill.ledger.segments
    assert (segment.kind, segment.duration.total_seconds()) == (SegmentKind.THROTTLING, 90)


def test_a_bucket_is_written_down_before_a_run_leaves_anything_there() -> None:
    """Whoever cleans up after it looks there, too; who is no run leaves nothing anywhere."""
    ledger = MemoryLedger()
    RunContext(RUN, FakeClock(), ledger).leaves_in("templates")
    RunContext(RUN, FakeClock()).leaves_in("templates")
    assert ledger.story == [f"bucket templates of {RUN}"]


def test_a_run_that_nobody_would_know_of_is_not_begun() -> None:
    """Without a ledger a copy could not be found again: the session is refused before anything is made."""
    with pytest.raises(TypeError, match="a run is nothing without a ledger"):
        Session(HEADER, COPY, RunContext(RUN, FakeClock()))


def test_what_a_step_is_to_tell_is_told_by_that_step_alone() -> None:
    """However it ends, and though nothing was asked again; where there is no run, nobody is told."""
    drill = Drill()
    with drill.session() as run:
        run.step("ready", lambda: run.context.told("nobody may ask"))
        run.step("next", lambda: drill.clock.sleep(60))
    ready_, next_ = list(drill.ledger.steps.values())[:2]
    assert (ready_.detail, ready_.attempts, next_.detail) == ("nobody may ask", 1, "")
    RunContext(RUN, FakeClock()).told("nobody may ask")


def test_what_goes_with_a_copy_is_seen_of_it_once() -> None:
    """Another process of the run reads it in the ledger, this one knows it; of another copy there is nothing."""
    drill = Drill()
    with drill.session() as run:
        for _ in range(2):
            run.context.holds(COPY, "arn:volume")
        assert run.context.held_by(COPY) == ("arn:volume",)
        assert run.context.held_by(replace(COPY, id="another")) == ()
    assert [each.state for each in drill.ledger.observations] == ["holds arn:volume"]
