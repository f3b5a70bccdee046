"""The session's teardown: every copy is attempted, last first, and what is left is known with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import LeaseLost, NotMeasured, NotRecoverable, Transient, UnsafeToDelete
from dr_orchestrator.runner import Components, Session
from dr_orchestrator.runner.sweep.runs import unsettled
from dr_orchestrator.runner.teardown import taken_down, was_outlived
from tests.support.rehearsal import COPY, RUN, Drill


def copies(*names: str) -> list[Copy]:
    return [replace(COPY, id=f"dro-{RUN}-{name}") for name in names]


def with_copies(drill: Drill, ways: dict[str, Any], error: BaseException | None = None) -> Session:
    """A run of several copies, each created, with its own way of being destroyed: a state, or an exception."""

    def way(state: Any) -> Callable[[Copy], CopyState]:
        def destroy(copy: Copy) -> CopyState:
            drill.act(f"destroy {copy.id.rsplit('-', 1)[-1]}")
            if isinstance(state, BaseException):
                raise state
            return CopyState(state)

        return destroy

    session = drill.session()
    with session as run:
        for copy, state in zip(copies(*ways), ways.values(), strict=True):
            run.at_exit(f"destroy {copy.id}", way(state), copy)
            run.create(f"create {copy.id}", lambda of: Asked(Identity(f"arn:{of.id}", of.id)), copy=copy)
        if error is not None:
            raise error
    return session


def test_copies_are_destroyed_last_first() -> None:
    """What was made last may rest on what was made before it, so it goes first."""
    drill = Drill()
    with_copies(drill, {"a": CopyState.DELETED, "b": CopyState.DELETED, "c": CopyState.DELETED})
    assert [line for line in drill.ledger.story if line.startswith("!")] == [
        "! destroy c",
        "! destroy b",
        "! destroy a",
    ]


def test_a_name_goes_before_what_it_may_still_lead_to() -> None:
    """However a run ended, no name of its own is left behind that leads to a host which is anybody's by then."""
    drill, gone = Drill(), []
    name, environment = replace(COPY, type=NAME_TYPE, id=f"Z1/dro-{RUN}-a.example.com"), copies("b")[0]

    def destroy(copy: Copy) -> CopyState:
        gone.append(copy.type)
        return CopyState.DELETED

    with drill.session() as run:
        for copy in (name, environment):
            run.at_exit(f"destroy {copy.id}", destroy, copy)
            run.create(f"create {copy.id}", lambda of: Asked(Identity(f"arn:{of.id}", of.id)), copy=copy)
        left = [CopyRecord(copy, CopyState.CREATED, None, drill.clock.now()) for copy in (name, environment)]
        assert unsettled(SimpleNamespace(copies=left))[0].copy == name, "a sweep does the same"  # type: ignore[arg-type]
    assert gone == [NAME_TYPE, COPY.type]


@pytest.mark.parametrize("stubborn", ["a", "b", "c"])
@pytest.mark.parametrize("error", [UnsafeToDelete("not ours"), NotMeasured("denied"), KeyError("defect")])
def test_one_that_resists_does_not_keep_the_others(stubborn: str, error: Exception) -> None:
    """Every copy is attempted whatever another one says; what is left is known, with its reason."""
    drill = Drill()
    ways = {name: error if name == stubborn else CopyState.DELETED for name in "abc"}
    run = with_copies(drill, ways)
    assert len([line for line in drill.ledger.story if line.startswith("!")]) == 3
    assert run.cleanup is Cleanup.LEFTOVERS
    states = {row.copy.id[-1]: row.state for row in drill.ledger.rows.values()}
    assert states == {name: CopyState.LEFTOVER if name == stubborn else CopyState.DELETED for name in "abc"}
    assert drill.ledger.closing is not None
    (why,) = drill.ledger.closing.cleanup_reasons
    assert f"dro-{RUN}-{stubborn} in us-east-1" in why
    assert str(getattr(error, "message", "defect")) in why
    assert Moment.CLEAN not in {event.moment for event in drill.ledger.events}


@pytest.mark.parametrize("error", [NotRecoverable("the first error"), KeyboardInterrupt(), ZeroDivisionError("first")])
def test_a_failing_teardown_does_not_hide_the_first_error(error: BaseException) -> None:
    """Verdict and exception are those of what went wrong first; the teardown's trouble is the clean-up's."""
    drill = Drill()
    ways = {"a": NotMeasured("the second error")}
    if isinstance(error, NotRecoverable):
        run = with_copies(drill, ways, error)
        assert run.verdict is Verdict.FAILED
    else:
        with pytest.raises(type(error)) as passed_on:
            with_copies(drill, ways, error)
        assert passed_on.value is error
    assert "the second error" not in "; ".join(drill.reasons)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.cleanup is Cleanup.LEFTOVERS


def test_a_ledger_that_fails_in_a_teardown_does_not_keep_the_other_copies() -> None:
    """One write lost to a locked database leaves that copy unproven, and the rest are destroyed all the same."""
    drill = Drill()

    def locked(line: str) -> None:
        if "-c deleted" in line:
            raise OSError("database is locked")

    drill.ledger.before = locked
    run = with_copies(drill, dict.fromkeys("abc", CopyState.DELETED))
    assert len([line for line in drill.ledger.story if line.startswith("!")]) == 3
    assert run.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.closing is not None
    assert "database is locked" in drill.ledger.closing.cleanup_reasons[0]


def test_a_copy_that_was_never_made_is_clean() -> None:
    """NEVER_CREATED is as good as DELETED for the clean-up."""
    drill = Drill()
    run = with_copies(drill, {"a": CopyState.NEVER_CREATED, "b": CopyState.DELETED})
    assert run.cleanup is Cleanup.CLEAN


def test_what_may_never_have_been_made_is_unproven() -> None:
    """An intended copy whose destruction fails may or may not exist: UNPROVEN, which is not CLEAN."""
    drill = Drill(failing={"restore": NotMeasured("connection lost"), "destroy": NotMeasured("denied")})
    run = drill.run()
    assert run.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.rows[COPY.id].state is CopyState.UNPROVEN
    assert drill.reasons[0] == "connection lost"


def test_a_second_interrupt_stops_the_teardown_at_once() -> None:
    """It is not swallowed; the run is closed as aborted, its clean-up as unproven, and the sweep finds its copies."""
    drill = Drill(failing={"ready": KeyboardInterrupt(), "destroy": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        drill.run()
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.ABORTED
    assert drill.ledger.closing.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED


def test_a_leftover_is_a_finding_of_a_passed_run() -> None:
    """The recovery passed and the copy stayed: both are told."""
    drill = Drill(failing={"destroy": UnsafeToDelete("not ours")})
    run = drill.run()
    assert (run.verdict, run.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.LEFTOVERS)
    assert "A copy may still exist" in drill.reasons


def test_a_ledger_that_does_not_take_the_step_keeps_no_copy() -> None:
    """The step of the teardown is not written down: the copy is destroyed all the same, once, and its end is kept."""
    drill = Drill()

    def locked(line: str) -> None:
        if line == "start destroy":
            raise OSError("database is locked")

    drill.ledger.before = locked
    run = drill.run()
    assert drill.ledger.story.count("! destroy") == 1
    assert drill.ledger.rows[COPY.id].state is CopyState.DELETED
    assert run.cleanup is Cleanup.CLEAN


def test_a_copy_is_not_destroyed_twice_because_the_ledger_lost_it() -> None:
    """It was asked to go, and only its step could not be closed: what became of it is told as unproven or left."""
    drill = Drill()

    def locked(line: str) -> None:
        if line.startswith("finish destroy"):
            raise OSError("database is locked")

    drill.ledger.before = locked
    run = drill.run()
    assert drill.ledger.story.count("! destroy") == 1
    assert run.cleanup is Cleanup.LEFTOVERS


def outlived(by: str | Exception, state: CopyState = CopyState.DELETED) -> tuple[Drill, list[Copy]]:
    """A run of one copy that is gone as `state` says, and of which `by` is still there; of which copies was asked."""
    drill, asked = Drill(), list[Copy]()

    def outlives(copy: Copy) -> str:
        asked.append(copy)
        if isinstance(by, Exception):
            raise by
        return by

    session = drill.session()
    session.use(Components(drill, restorer=drill, outlives=outlives))
    drill.destroy = lambda copy: drill.act(f"destroy {copy.id}", state)  # type: ignore[method-assign]
    drill.run(session)
    return drill, asked


def test_a_copy_of_which_something_is_left_is_left_over() -> None:
    """It is deleted, and the clean-up is not clean: the step and the reasons say what is there."""
    drill, asked = outlived("a recovery point")
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.cleanup is Cleanup.LEFTOVERS
    assert "not all of it is gone: a recovery point" in drill.ledger.closing.cleanup_reasons[0]
    assert [row.state for row in drill.ledger.copies(RUN)] == [CopyState.LEFTOVER]
    assert asked == [COPY]
    assert was_outlived(COPY, drill.ledger.closing.cleanup_reasons)


@pytest.mark.parametrize("fault", [Transient("nobody answers"), NotRecoverable("refused"), NotMeasured("501")])
def test_a_copy_that_could_not_be_asked_after_is_unproven(fault: Exception) -> None:
    """It is deleted, and the words say so: nothing was seen that is left over."""
    drill, _ = outlived(fault)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.cleanup is Cleanup.UNPROVEN
    told = f"it is deleted; whether AWS Backup kept anything of it could not be asked: {fault}"
    assert told in drill.ledger.closing.cleanup_reasons[0]
    assert [row.state for row in drill.ledger.copies(RUN)] == [CopyState.UNPROVEN]
    assert not was_outlived(COPY, drill.ledger.closing.cleanup_reasons)


def test_who_lost_the_run_writes_nothing_of_what_outlived_a_copy() -> None:
    """What became of it is not ours to write."""

    def outlives(_copy: Copy) -> str:
        raise LeaseLost.to_another("r-1")

    with pytest.raises(LeaseLost):
        taken_down(lambda _: CopyState.DELETED, outlives, COPY)


def test_a_copy_of_which_nothing_is_left_is_gone() -> None:
    """Each that was deleted is asked after, and none that never was."""
    drill, asked = outlived("")
    assert drill.ledger.closing is not None
    assert (drill.ledger.closing.cleanup, asked) == (Cleanup.CLEAN, [COPY])
    drill, asked = outlived("a recovery point", CopyState.NEVER_CREATED)
    assert drill.ledger.closing is not None
    assert (drill.ledger.closing.cleanup, asked) == (Cleanup.CLEAN, [])
