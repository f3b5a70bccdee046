"""A drill of a type that no room knows is killed: it is finished by resume, or cleaned up by sweep, in its region."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dr_orchestrator import prefect_runner, settings, wiring
from dr_orchestrator.domain.clock import MachineClock, PacedClock
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring import World, sweeping
from tests.support import clicks
from tests.support.clicks import AWAY, DRILL, HOME, Ground

FACTOR = 600.0
FULL = os.environ.get("DRO_FAULTS") == "full"
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
WRITES = 54
"""How often the drill writes to its ledger."""
ASKED, NAMED, FIRST, SECOND = 16, 19, 23, 29
"""The writes after which the job is known, the stream has a name, and each consumer was intended."""
SOME = (ASKED - 1, ASKED, NAMED, FIRST, SECOND, 44)
CASES = range(1, WRITES + 1) if FULL else SOME
Victim = Callable[[int], Run]


@pytest.fixture(scope="module")
def pace() -> Pace:
    return Pace(FACTOR, time.time())


@pytest.fixture(scope="module")
def made(pace: Pace) -> Iterator[Ground]:
    with clicks.ground(PacedClock(pace)) as ground:
        yield ground


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process that victims are forked from."""
    command = [sys.executable, "-m", "tests.support.victim"]
    environment = {**os.environ, **prefect_runner.QUIET, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        yield running
        running.communicate()


@pytest.fixture
def here(made: Ground, pace: Pace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The process that comes after: the lease of the dead one has run out."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setenv("DRO_CLOCK_PACE", f"{pace.factor!r}@{pace.origin!r}")
    clicks.beat(made)
    later = MachineClock.now
    monkeypatch.setattr(MachineClock, "now", lambda clock: later(clock) + 2 * LEASE)
    with wiring.using(clicks.world(tmp_path, made.clock, pace)) as world:
        assert settings.load().pace == pace
        yield world


@pytest.fixture
def victim(here: World, nursery: subprocess.Popen[str]) -> Victim:
    """Runs the drill in a process of its own, which is killed right after so many writes; what is left of it."""

    def run(at: int) -> Run:
        asked = {"environment": {**os.environ}, "folder": str(here.settings.home), "types": "tests.support.clicks"}
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write(json.dumps({**asked, "drill": DRILL, "at": at, "when": "after"}) + "\n")
        nursery.stdin.flush()
        assert int(nursery.stdout.readline()) == -signal.SIGKILL
        return here.ledger.queries.runs()[0]

    return run


def ended(here: World, run: str) -> Run:
    """The run, once nothing is left of it and it was judged."""
    found = here.ledger.queries.run(run)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert all(row.state in TERMINAL for row in found.copies)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("at", [at for at in CASES if at < WRITES])
def test_a_killed_drill_is_finished_by_resume(made: Ground, here: World, victim: Victim, at: int) -> None:
    """Another process goes on and passes; each copy was asked for once, where only the job is known, too."""
    before, asked = made.streams().keys(), len(made.calls("CreateStream"))
    dead = victim(at)
    with wiring.resuming(dead.header.id):
        run = ended(here, prefect_runner.run_drill(DRILL))
    assert run.closing is not None
    assert run.closing.verdict in GREEN, run.closing.reasons
    assert len(made.calls("CreateStream")) - asked == 1
    assert len(run.copies) == 3
    assert made.streams().keys() == before


@pytest.mark.slow
@pytest.mark.parametrize("at", CASES)
def test_a_killed_drill_is_cleaned_up_by_sweep(made: Ground, here: World, victim: Victim, at: int) -> None:
    """A sweep looks in the other region, takes consumers before their stream, and proves it by both inventories."""
    before = made.streams().keys()
    dead = victim(at)
    done = sweeping.sweep(here)
    assert done.proof.before.regions == (HOME, AWAY)
    assert not done.proof.unread
    assert done.left == []
    assert done.orphans == []
    ended(here, dead.header.id)
    assert made.streams().keys() == before


@pytest.mark.slow
def test_what_aws_has_only_named_a_job_of_is_waited_for_and_then_swept(
    made: Ground, here: World, victim: Victim
) -> None:
    """Absence is no proof while a job may still make it: the sweep waits for the stream, and deletes it."""
    dead = victim(ASKED)
    (row,) = dead.copies
    assert (row.asked, row.state, row.identity) == (True, CopyState.INTENDED, None)
    assert f"{AWAY}/{row.copy.id}" in made.streams()
    sweeping.sweep(here)
    (gone,) = ended(here, dead.header.id).copies
    assert gone.state is CopyState.DELETED


@pytest.mark.slow
def test_a_consumer_that_only_its_intent_tells_of_keeps_nothing(made: Ground, here: World, victim: Victim) -> None:
    """Killed between intent and call, a consumer was never made; its stream goes all the same."""
    dead = victim(FIRST)
    assert [row.state for row in dead.copies] == [CopyState.CREATED, CopyState.INTENDED]
    sweeping.sweep(here)
    ended(here, dead.header.id)


@pytest.mark.slow
def test_no_write_is_left_out(here: World, victim: Victim) -> None:
    """After its last write the drill has passed: the figures above are still how often it writes."""
    assert victim(WRITES).closing is not None
    assert SqlLedger.close_run
