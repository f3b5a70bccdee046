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
from typing import Any

import pytest

from dr_orchestrator import engine, prefect_runner, settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring import App, sweeping
from tests.support import clicks
from tests.support.clicks import AWAY, DRILL, HOME, Ground
from tests.support.machine import sleep
from tests.support.shop import FULL

pytestmark = pytest.mark.xdist_group("killed clicks")  # one nursery for all of them
FACTOR = 300.0
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
WRITES = 56
"""How often the drill writes to its ledger."""
INTENDED, ASKED, NAMED, CONSUMER_INTENDED, CONSUMER_MADE = 11, 13, 17, 19, 27
"""The writes that say so."""
SOME = ((INTENDED, "after"), (ASKED, "after"), (NAMED, "before"), (CONSUMER_MADE, "before"))
CASES = [(at, when) for at in range(2, WRITES) for when in ("before", "after")] if FULL else SOME
RESUMED, SWEPT = (CASES, CASES) if FULL else (CASES[::2], CASES[1::2])
"""In the short form a place is either gone on from or swept."""
Victim = Callable[..., Run]


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
    environment = {**os.environ, **engine.QUIET, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert told(running, {}) == 0  # it has read the program
        yield running
        running.communicate()


def told(nursery: subprocess.Popen[str], asked: dict[str, Any]) -> int:
    """What the nursery says to a request."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(json.dumps(asked) + "\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


@pytest.fixture
def here(made: Ground, pace: Pace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The process that comes after: the lease of the dead one has run out."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setenv("DRO_CLOCK_PACE", f"{pace.factor!r}@{pace.origin!r}")
    sleep(monkeypatch, 2 * LEASE)
    with wiring.using(clicks.world(tmp_path, made.clock, pace)) as world:
        assert settings.load().pace == pace
        yield world


@pytest.fixture
def victim(made: Ground, here: App, nursery: subprocess.Popen[str]) -> Victim:
    """Runs the drill in a process of its own, which is killed at its `at`th write; what is left of it."""

    def run(at: int, when: str = "after") -> Run:
        clicks.beat(made)
        given = {"environment": {**os.environ}, "folder": str(here.settings.home), "types": "tests.support.clicks"}
        assert told(nursery, {**given, "drill": DRILL, "at": at, "when": when}) == -signal.SIGKILL
        return here.ledger.queries.runs()[0]

    return run


def ended(here: App, run: str) -> Run:
    """The run, once nothing is left of it and it was judged."""
    found = here.ledger.queries.run(run)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert all(row.state in TERMINAL for row in found.copies)
    return found


@pytest.mark.campaign(1)
@pytest.mark.slow
@pytest.mark.parametrize(("at", "when"), RESUMED)
def test_a_killed_drill_is_finished_by_resume(made: Ground, here: App, victim: Victim, at: int, when: str) -> None:
    """Another process goes on and passes; each copy was asked for once, where only the job is known, too."""
    before, made_before = made.streams().keys(), made.asked("CreateStream")
    asked_before = made.asked("CreateStream", took_effect=False)
    dead = victim(at, when)
    with wiring.resuming(dead.header.id):
        run = ended(here, prefect_runner.run_drill(DRILL))
    assert run.closing is not None
    assert run.closing.verdict in GREEN, run.closing.reasons
    assert made.asked("CreateStream") - made_before == 1
    lost = (at, when) == (ASKED, "before")  # the answer, with the job in it: AWS is asked again, and refuses
    assert made.asked("CreateStream", took_effect=False) - asked_before == 1 + lost
    assert len(run.copies) == 3
    assert made.streams().keys() == before


@pytest.mark.campaign(1)
@pytest.mark.slow
@pytest.mark.parametrize(("at", "when"), SWEPT)
def test_a_killed_drill_is_cleaned_up_by_sweep(made: Ground, here: App, victim: Victim, at: int, when: str) -> None:
    """A sweep looks in the other region, takes consumers before their stream, and proves it by both inventories."""
    before = made.streams().keys()
    dead = victim(at, when)
    done = sweeping.sweep(here)
    assert done.proof.before.regions == (HOME, AWAY)
    assert not done.proof.unread
    assert done.left == []
    assert done.orphans == []
    ended(here, dead.header.id)
    assert made.streams().keys() == before


@pytest.mark.slow
def test_what_aws_has_only_named_a_job_of_is_waited_for_and_then_swept(made: Ground, here: App, victim: Victim) -> None:
    """Absence is no proof while a job may still make it: the sweep waits for the stream, and deletes it."""
    dead = victim(ASKED)
    (row,) = dead.copies
    assert (row.asked, row.state, row.identity) == (True, CopyState.INTENDED, None)
    assert f"{AWAY}/{row.copy.id}" in made.streams()
    sweeping.sweep(here)
    (gone,) = ended(here, dead.header.id).copies
    assert gone.state is CopyState.DELETED


@pytest.mark.slow
def test_a_consumer_that_only_its_intent_tells_of_keeps_nothing(made: Ground, here: App, victim: Victim) -> None:
    """Killed between intent and call, a consumer was never made; its stream goes all the same."""
    dead = victim(CONSUMER_INTENDED)
    assert [row.state for row in dead.copies] == [CopyState.CREATED, CopyState.INTENDED]
    sweeping.sweep(here)
    ended(here, dead.header.id)


@pytest.mark.slow
def test_no_write_is_left_out(here: App, victim: Victim) -> None:
    """After its last write the drill has passed: the figures above are still how often it writes."""
    assert victim(WRITES).closing is not None
