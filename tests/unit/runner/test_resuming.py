"""A run whose process died, in the next one: nothing is done twice, nothing is forgotten, and no time is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.runner import Components, Session, Store
from tests.support.rehearsal import COPY, RUN, Drill
from tests.support.resuming import dead_in, died, resumed

MEMBER = f"{COPY.id}-Config"


class Rebuild(Drill):
    """A drill of an environment with one store, which is filled."""

    def run(self, session: Session | None = None) -> Session:
        store = Store("sessions", "Config", self, replace(COPY, id=f"dro-{RUN}-interim"))
        with session or self.session() as run:
            run.use(Components(self, environment=self, stores=(store,)))
            run.at_exit("destroy environment", run.environment.destroy, run.copy)
            run.create("build", run.environment.build, copy=run.copy)
            run.choose("choose backup of sessions", store.restorer)
            run.step("fill", run.fill, store)
            run.verify()
        return run


class Probing(Drill):
    """A drill whose copy is probed once it is verified."""

    def session(self, call: object = None) -> Session:
        session = super().session()
        session.use(Components(self, restorer=self, isolated=self.isolated, probe=self.probe))
        return session

    def isolated(self, copy: Copy) -> Seen:
        return self.act("isolated", Seen(f"{copy.id} is alone"))

    def probe(self, copy: Copy) -> Probed:
        return self.act("probe", Probed(True, f"nothing answers {copy.id}"))


@dataclass
class Stopped(Drill):
    """A drill that somebody stops before its first step."""

    stop: bool = True


def test_what_a_sweep_found_never_made_is_intended_anew() -> None:
    """The sweep died, too, before it closed the run: the copy is asked for under an intent, as at first."""
    clock, ledger, run = dead_in("restore")
    ledger.change_copy(COPY, CopyState.NEVER_CREATED, clock.now())
    begun = len(ledger.story)

    drill = resumed(clock, ledger, run)

    told = [line for line in ledger.story[begun:] if line in {f"copy {COPY.id} intended", "! restore", "! destroy"}]
    assert told == [f"copy {COPY.id} intended", "! restore", "! destroy"]
    assert drill.ledger.rows[COPY.id].state is CopyState.DELETED


def test_a_member_that_was_being_filled_is_filled_again_as_the_same_copy() -> None:
    """Its process died in the middle: the store is one copy of the run, however often it is written to."""
    clock, ledger, run = dead_in("fill", make=Rebuild)

    resumed(clock, ledger, run, make=Rebuild)

    assert ledger.story.count("! fill") == 2
    assert ledger.story.count(f"intend {MEMBER}") == 1
    assert ledger.rows[MEMBER].state is CopyState.DELETED
    assert ledger.closing is not None
    assert ledger.closing.verdict is Verdict.PASSED


def test_what_was_verified_is_not_verified_again() -> None:
    """The process died in the probe: only that is done again, and the recovery took what it took."""
    clock, ledger, run = dead_in("probe", make=Probing)
    clock.sleep(7200)

    resumed(clock, ledger, run, make=Probing)

    assert (ledger.story.count("! checks"), ledger.story.count("! probe")) == (1, 2)
    assert ledger.closing is not None
    assert ledger.closing.measures.rta == timedelta(minutes=5)


@pytest.mark.parametrize(("seconds", "told"), [(100, False), (600, True)])
def test_a_clock_that_stands_before_what_was_written_is_doubted(seconds: float, told: bool) -> None:
    """Two machines may differ by a second; by more, time is missing and no figure of the run is evidence."""
    clock, ledger, run = dead_in("ready")
    seen = clock.now()
    clock.step(-timedelta(seconds=seconds))

    drill = resumed(clock, ledger, run, seen)

    doubts = [reason for reason in drill.reasons if "before what the dead process wrote: time is missing" in reason]
    assert len(doubts) == told
    assert not told or doubts[0].startswith("the wall clock stands 10 m before")
    assert ledger.closing is not None
    assert (ledger.closing.verdict is Verdict.PASSED) is not told


def deleted(story: list[str], copy: Copy) -> CopyState:
    story.append(f"! destroy {copy.id}")
    return CopyState.DELETED


@pytest.mark.parametrize(
    ("destroy", "cleanup", "state"),
    [(None, Cleanup.LEFTOVERS, CopyState.LEFTOVER), (deleted, Cleanup.CLEAN, CopyState.DELETED)],
)
def test_a_copy_that_was_not_come_to_again_is_taken_down_or_told(
    destroy: Callable[[list[str], Copy], CopyState] | None, cleanup: Cleanup, state: CopyState
) -> None:
    """The next process is stopped at once: the dead one's copy goes, or the run says who takes it down, and how."""
    clock, ledger, run = dead_in("ready")

    drill = resumed(clock, ledger, run, make=Stopped, destroy=destroy and partial(destroy, ledger.story))

    assert ledger.rows[COPY.id].state is state
    assert drill.ledger.closing is not None
    assert (drill.ledger.closing.verdict, drill.ledger.closing.cleanup) == (Verdict.ABORTED, cleanup)
    assert any(f"{COPY.id} was made by another process" in each for each in drill.ledger.closing.cleanup_reasons) is (
        destroy is None
    )
    assert ledger.story.count(f"! destroy {COPY.id}") == (destroy is not None)


def test_a_step_that_died_unwritten_is_done_again() -> None:
    """What the ledger does not have as passed has not passed: it was waited for, and is waited for once more."""
    drill = Drill()
    run = died(drill, lambda line: line.startswith("finish ready"))
    resumed(drill.clock, drill.ledger, run)
    assert (drill.ledger.story.count("! restore"), drill.ledger.story.count("! ready")) == (1, 2)
