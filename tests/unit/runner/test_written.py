"""The session: what is written, when, and before which call."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner import Components, Store
from tests.support.records import POINT
from tests.support.rehearsal import COPY, IDENTITY, RUN, Drill


def test_everything_is_written_in_its_order() -> None:
    """Intent before the call; each step before its act, and after it before the next; the copy's end last."""
    drill = Drill()
    drill.run()
    told = [line for line in drill.ledger.story if not line.startswith("event")]
    assert told == [
        "open run",
        "start look",
        "! preflight",
        "finish look passed",
        "start choose",
        "! choose",
        "finish choose passed",
        f"point {POINT.id} of {RUN}",
        f"intend {COPY.id}",
        "start restore",
        "! restore",
        f"copy {COPY.id} created",
        "finish restore passed",
        "start ready",
        "! ready",
        "finish ready passed",
        "start verify",
        "! checks",
        f"check rows passed of {RUN}",
        f"check heartbeat passed of {RUN}",
        "finish verify passed",
        "start destroy",
        "! destroy",
        "finish destroy passed",
        f"copy {COPY.id} deleted",
        "start look back at the recovery points",
        "finish look back at the recovery points passed",
        "close PASSED",
    ]


def test_an_intent_that_cannot_be_written_creates_nothing() -> None:
    """Where the ledger does not take the intent, the creating call is never made."""
    drill = Drill()

    def refuse(line: str) -> None:
        if line.startswith("intend"):
            raise OSError("disk full")

    drill.ledger.before = refuse
    with pytest.raises(OSError, match="disk full"):
        drill.run()
    assert "! restore" not in drill.ledger.story
    assert drill.ledger.closing is not None


def test_the_identity_is_in_the_ledger_when_the_creating_step_ends() -> None:
    """What AWS calls the copy is written before the next step begins: a dead process leaves it findable."""
    drill = Drill(failing={"ready": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        drill.run()
    assert drill.ledger.rows[COPY.id].identity == IDENTITY


@pytest.mark.parametrize(
    ("fails", "state"), [({}, CopyState.DELETED), ({"destroy": NotMeasured("denied")}, CopyState.LEFTOVER)]
)
def test_a_member_is_in_the_ledger_before_it_is_filled_and_shares_its_stacks_end(
    fails: dict[str, BaseException], state: CopyState
) -> None:
    """A store of a rebuilt environment becomes a copy of the run before it is written to, and goes with the stack."""
    drill = Drill(failing=fails)
    session = drill.session()
    store = Store("sessions", "Config", drill, replace(COPY, id=f"dro-{RUN}-interim"))  # type: ignore[arg-type]
    session.use(Components(drill, environment=drill, stores=(store,)))  # type: ignore[arg-type]
    with session as run:
        run.at_exit("destroy environment", run.environment.destroy, run.copy)
        run.create("build", run.environment.build, copy=run.copy)
        for each in run.stores:
            run.step("fill", run.fill, each)
    story = drill.ledger.story
    member = f"{COPY.id}-Config"
    assert story.index(f"intend {member}") < story.index(f"copy {member} created") < story.index("! fill")
    assert {row.state for row in drill.ledger.rows.values()} == {state}


@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.INCONCLUSIVE), (2, Verdict.FAILED)])
def test_a_member_that_is_not_what_its_stack_names_is_believed_when_it_was_named_twice(
    times: int, verdict: Verdict
) -> None:
    """A garbled name fails no drill: it is asked for again (here the drill then has no check of its data)."""
    drill = Drill()
    answers = iter([NotRecoverable("made ☃, which is no dynamodb-table")] * times)

    def member(logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        for failure in answers:
            drill.clock.sleep(300)  # as long as a bucket that is not listed yet is looked for
            raise failure
        return Drill.member(drill, logical_id, copy)

    drill.member = member  # type: ignore[method-assign]
    session = drill.session()
    store = Store("sessions", "Config", drill, replace(COPY, id=f"dro-{RUN}-interim"))  # type: ignore[arg-type]
    session.use(Components(drill, environment=drill, stores=(store,)))  # type: ignore[arg-type]
    with contextlib.suppress(NotRecoverable), session as run:
        run.at_exit("destroy environment", run.environment.destroy, run.copy)
        run.create("build", run.environment.build, copy=run.copy)
        run.step("fill", run.fill, store)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is verdict


def test_every_step_goes_through_the_engine_once() -> None:
    """The engine around steps (a Prefect task, say) sees each under its name, teardown included; none is retried."""
    seen: list[str] = []

    def call(name: str, act: Callable[[], Any]) -> Any:
        seen.append(name)
        return act()

    drill = Drill()
    drill.run(drill.session(call))
    assert seen == [
        *("look", "choose", "restore", "ready", "verify", "destroy"),
        "look back at the recovery points",
    ]


def test_what_a_step_saw_is_kept() -> None:
    """What the preflight reports is the detail of its step."""
    drill = Drill()
    drill.run()
    assert drill.ledger.steps[1].detail == f"saw {COPY.id}"


def test_an_observed_state_is_kept_with_its_time() -> None:
    """States that AWS reports are evidence, with both clocks."""
    drill = Drill()
    with drill.session() as run:
        drill.clock.sleep(90)
        run._context.observe(COPY, "backing-up")
    (seen,) = drill.ledger.observations
    assert (seen.copy, seen.state, seen.offset) == (COPY.id, "backing-up", timedelta(seconds=90))
