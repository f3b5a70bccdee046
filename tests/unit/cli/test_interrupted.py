"""Ctrl-C, however often: the first cleans up, the second leaves it to a sweep, and none shows a traceback."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.cli.commands import running
from dr_orchestrator.cli.commands.running import stopping_on_signals
from dr_orchestrator.cli.undisturbed import undisturbed
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import Exit, UsageError
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.told import Wait, waiting_for
from dr_orchestrator.wiring import sweeping
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.golden import sample

RUN = replace(sample.passed().header, exercise="")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    with wiring.using(workspace.world(tmp_path, FakeClock())) as made:
        yield made


@pytest.fixture
def abandoned(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What tells the process to end without its drills; a new one, for this process goes on."""
    made = threading.Event()
    monkeypatch.setattr(prefect_runner, "abandoned", made)
    return made


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def interrupt(*_given: object) -> NoReturn:
    raise KeyboardInterrupt


def test_a_third_leaves_an_exercise_its_end(here: wiring.App) -> None:
    """The second is the last that does anything: whatever comes after does not cut its end into a traceback."""
    with stopping_on_signals(here, once=True):
        press()
        assert here.stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            press()
        press()
        press()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (signal.SIGINT, "stopped on request: Ctrl-C (SIGINT)"),
        (signal.SIGTERM, "its process was told to end (SIGTERM)"),
        (signal.SIGHUP, "its terminal, or the process that had started it, went away (SIGHUP)"),
    ],
)
def test_the_signal_that_stops_is_named(here: wiring.App, number: signal.Signals, why: str) -> None:
    """Drills that are stopped say why, and whatever breaks them off says by which signal."""
    with stopping_on_signals(here):
        signal.raise_signal(number)
        assert here.stop.why == why
        with pytest.raises(KeyboardInterrupt, match=re.escape(why)):
            signal.raise_signal(number)


def test_an_exercise_ends_in_peace(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dro quarterly` writes what there is to write after the second, whoever goes on pressing; then it is ABORTED."""
    ended = []

    def performed(*_given: object) -> str:
        press()
        try:
            press()
        finally:
            press()
            ended.append("page")
        return "not reached"

    monkeypatch.setattr(prefect_runner, "run_quarterly", performed)

    assert main.run(["quarterly"]) == Exit.ABORTED

    assert ended == ["page"]


def test_a_third_stops_the_teardown_of_a_run(here: wiring.App) -> None:
    """A single run's teardown is what the second begins, and it can be stopped too."""
    with stopping_on_signals(here):
        press()
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                press()


def nothing() -> None:
    """Nobody stops it."""


def test_a_stop_is_seen_to_act(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """At once it is told what happens now and what is waited for, the second time, too; then nothing waits for long."""
    with stopping_on_signals(here), stops.heeding(nothing, "r-1", "a-drill"), waiting_for("the ledger (full)"):
        with mock.patch.object(Wait, "seconds", 12.0):
            press()
        first = capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            press()
        assert not stops.leaving
        second = capsys.readouterr().err
    assert first == f"\n{running.STOPPING}\n  waiting for the ledger (full), 12 s (a-drill)\n"
    assert second == f"\n{running.STOPPING_NOW}\n"


def test_a_stop_in_the_teardown_says_that_it_goes_on(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """The first changes nothing there, and says so; the second leaves, and waits for a few seconds in all."""
    with stopping_on_signals(here), stops.heeding(nothing, "r-1", "a-drill"):
        stops.heed_no_more()
        press()
        assert capsys.readouterr().err == f"\n{running.TAKING_DOWN}\n"
        with pytest.raises(KeyboardInterrupt):
            press()
        assert capsys.readouterr().err == f"\n{running.LEAVING}\n"
        assert stops.leaving
    assert not stops.leaving


def test_a_ledger_that_tells_nothing_leaves_copies(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who leaves while the ledger is gone is told of every run that it drove, with exit code 5."""

    def gone(*_given: object) -> NoReturn:
        raise UsageError("the ledger does not answer")

    def performed(*_given: object) -> str:
        here.driven.add("r-7")
        raise KeyboardInterrupt

    monkeypatch.setattr(prefect_runner, "run_quarterly", performed)
    monkeypatch.setattr(type(here.ledger.queries), "named", gone)
    assert main.run(["quarterly"]) == Exit.LEFTOVERS


def test_what_is_said_at_the_end_is_said(here: wiring.App) -> None:
    """Ctrl-C does not interrupt what tells of copies that may be left, and works again after it."""
    before = signal.getsignal(signal.SIGINT)
    with undisturbed():
        press()
    assert signal.getsignal(signal.SIGINT) is before


def cancelled(here: wiring.App, monkeypatch: pytest.MonkeyPatch, within: threading.Event) -> list[str]:
    """An exercise of one drill, cancelled while that is under way; the drill ends when asked to stop, or when freed."""
    began, ended = threading.Event(), list[str]()

    def drill(name: str, _exercise: str) -> None:
        began.set()
        within.wait(30)
        ended.append(name)

    async def exercise() -> None:
        running = asyncio.create_task(prefect_runner.side_by_side(["sessions-pitr"], 1, "e"))
        while not began.is_set():
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    monkeypatch.setattr(prefect_runner, "_in_exercise", drill)
    asyncio.run(exercise())
    return ended


def test_a_second_stop_does_not_wait_for_drills(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch, abandoned: threading.Event
) -> None:
    """Who had asked for a stop and asks again goes at once: the drills are left as they are, for a sweep."""
    here.stop.set()
    here.stop_now.set()
    freed = threading.Event()
    ended = cancelled(here, monkeypatch, freed)
    assert ended == []
    freed.set()
    assert abandoned.is_set()


def test_a_cancelled_exercise_waits_for_its_drills(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch, abandoned: threading.Event
) -> None:
    """Whoever cancels it once stops its drills, and they clean up before it ends; that somebody asked is not said."""
    assert cancelled(here, monkeypatch, here.stop) == ["sessions-pitr"]
    assert here.stop.why == "its process was broken off (CancelledError)"
    assert not abandoned.is_set()


def test_an_abandoned_exercise_ends_the_process_at_once(
    monkeypatch: pytest.MonkeyPatch, abandoned: threading.Event
) -> None:
    """With the code that was found, and without waiting for the threads of drills that are still under way."""
    left: list[int] = []

    def leave(code: int) -> NoReturn:
        left.append(code)
        raise SystemExit(code)

    abandoned.set()
    monkeypatch.setattr(main, "run", lambda _arguments: Exit.LEFTOVERS)
    monkeypatch.setattr(main, "_leave_at_once", leave)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit):
            main.main(["quarterly"])
        press()  # nothing is left to interrupt
    finally:
        signal.signal(signal.SIGINT, before)
    assert left == [Exit.LEFTOVERS]


def closed(ledger: SqlLedger, cleanup: Cleanup) -> None:
    closing = sample.passed().closing
    assert closing is not None
    ledger.close_run(RUN.id, replace(closing, cleanup=cleanup))


@pytest.mark.parametrize(
    ("cleanup", "code"), [(None, Exit.LEFTOVERS), (Cleanup.LEFTOVERS, Exit.LEFTOVERS), (Cleanup.CLEAN, Exit.ABORTED)]
)
def test_an_interrupted_sweep_tells_what_is_left(
    here: wiring.App,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cleanup: Cleanup | None,
    code: Exit,
) -> None:
    """Exit code 5 while a run is dead or its copies resisted, with its name; 4 only where nothing is left."""
    here.ledger.open_run(RUN)
    if cleanup:
        closed(here.ledger, cleanup)
        there = here.ledger.queries.runs() if cleanup is not Cleanup.CLEAN else []
        monkeypatch.setattr(sweeping, "resistant_runs", lambda _here: there)
    monkeypatch.setattr(sweeping, "sweep", interrupt)

    assert main.run(["sweep"]) == code

    assert (RUN.id in capsys.readouterr().err) == (code is Exit.LEFTOVERS)


def test_an_interrupted_abort_tells_what_is_left(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the copies of a dead run are taken down, an interrupt leaves some, and says so."""
    here.ledger.open_run(RUN)
    monkeypatch.setattr(sweeping, "sweep_run", interrupt)

    assert main.run(["abort", RUN.id]) == Exit.LEFTOVERS

    assert f"run {RUN.id} may have left copies" in capsys.readouterr().err


def test_an_exercise_without_a_verdict_says_so(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was not closed, for a run of it is still open, is not told as None: a sweep closes both."""
    exercise: Any = replace(sample.exercise(), ended_at=None, verdict=None)
    here.ledger.open_exercise(exercise)
    here.driven.add(exercise.id)
    here.ledger.open_run(replace(RUN, exercise=exercise.id))
    monkeypatch.setattr(prefect_runner, "run_quarterly", lambda *_given: exercise.id)

    assert main.run(["quarterly"]) == Exit.LEFTOVERS

    assert f"exercise {exercise.id}: not closed, for runs of it did not end" in capsys.readouterr().out
