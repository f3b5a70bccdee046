"""A process that slept, and whose run is another's by now: whatever it was about to do, it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.run import SegmentKind, ServerTime
from dr_orchestrator.errors import LeaseLost, NotMeasured
from tests.support.rehearsal import COPY, RUN, Drill


class Telling(Drill):
    """A drill whose copy AWS tells a time of."""

    def server_times(self, copy: Copy) -> Sequence[ServerTime]:
        return self.act("server times", [ServerTime(copy.id, "available", self.clock.now(), "rds:DescribeEvents")])


def asleep_in(name: str, failing: dict[str, BaseException] | None = None) -> Drill:
    """A drill that another process drives from one of its acts on."""
    drill = Telling(failing=failing or {})
    drill.elsewhere = lambda: f"! {name}" in drill.ledger.story
    return drill


def run(drill: Drill) -> None:
    with pytest.raises(LeaseLost, match=f"run {RUN} was taken over by another process"):
        drill.run()
    assert drill.ledger.closing is None


@pytest.mark.parametrize("name", ["restore", "ready", "checks"])
def test_its_copies_are_the_other_processs(name: str) -> None:
    """Wherever it fell asleep: it takes nothing down, asks AWS for no times, and does not close the run."""
    drill = asleep_in(name)
    run(drill)
    assert not {"! server times", "! destroy"} & set(drill.ledger.story)
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED


def test_a_fault_of_its_own_closes_nothing_either() -> None:
    """What failed here while it slept is no end of a run that goes on elsewhere."""
    drill = asleep_in("ready", failing={"ready": NotMeasured("connection lost")})
    run(drill)
    assert "! destroy" not in drill.ledger.story


def test_a_loss_that_is_met_at_a_step_ends_it_there() -> None:
    """Before each step it is asked whose the run is: that one is not performed, and no copy is touched."""
    drill = Drill()

    def lost() -> None:
        if "! restore" in drill.ledger.story:
            raise LeaseLost.to_another(RUN)

    drill.stopped = lost  # type: ignore[method-assign]
    run(drill)
    assert [line for line in drill.ledger.story if line.startswith("!")] == ["! preflight", "! choose", "! restore"]
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED


def test_a_run_that_is_lost_while_copies_go_keeps_the_others() -> None:
    """It slept in the middle of its teardown: the copy that is still there is not deleted by it."""
    drill = asleep_in("destroy")
    parent, child = COPY, replace(COPY, id=f"{COPY.id}-x")
    with pytest.raises(LeaseLost), drill.session() as session:
        for copy in (parent, child):
            session.at_exit(f"destroy {copy.id}", drill.destroy, copy)
            session.create(f"create {copy.id}", drill.build, copy=copy)
    assert drill.ledger.story.count("! destroy") == 1
    assert drill.ledger.rows[parent.id].state is CopyState.CREATED
    assert drill.ledger.closing is None


def test_a_run_that_was_lost_is_not_closed_because_its_new_driver_died() -> None:
    """It was told once that the run is another's: what is left of it is a sweep's, whatever the lease says next."""
    drill = Drill()
    answers = iter([True])
    drill.elsewhere = lambda: "! checks" in drill.ledger.story and next(answers, False)
    run(drill)
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED


def test_a_run_that_is_lost_in_its_last_look_is_not_judged() -> None:
    """The verdict is the other process's: this one's figures end where it fell asleep."""
    drill = asleep_in("look back")
    drill.worst_case = lambda until: drill.act("look back")  # type: ignore[method-assign]
    run(drill)
    assert drill.ledger.rows[COPY.id].state is CopyState.DELETED


def test_a_run_that_is_lost_within_a_deletion_is_not_written_of() -> None:
    """The guard refused the call, for the run is another's: that is no leftover of ours, and no end."""
    drill = Drill(failing={"destroy": LeaseLost.to_another(RUN)})
    run(drill)
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED
    assert drill.ledger.story.count("! destroy") == 1


def test_a_former_driver_writes_no_step() -> None:
    """The step that it was in when it fell asleep stays as it was: how it ended is the other process's to write."""
    drill = asleep_in("ready")
    run(drill)
    assert [step.name for step in drill.ledger.steps.values() if step.outcome is None] == ["ready"]
    assert drill.ledger.story[-1] == "! ready"


def test_a_former_driver_tells_of_no_hold() -> None:
    """What it waited for while the run became another's is no segment of that run; the loss itself ends it."""
    drill = asleep_in("ready")
    with pytest.raises(LeaseLost), drill.session() as session, session.held(SegmentKind.HOLD, "out of hours"):
        session.step("ready", drill.ready, COPY)
    assert drill.ledger.segments == []
