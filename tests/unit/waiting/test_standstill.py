"""A process that did not run for a while knows for how long, whoever asks first."""

from __future__ import annotations

import threading

import pytest

from dr_orchestrator.waiting.standstill import FELT_S, Standstill
from dr_orchestrator.waiting.stops import TICK_S


class Steady:
    """A machine's steady seconds, which pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread watch: what is seen is seen by whoever asks."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)


def test_what_it_did_not_run_is_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pause that was far too long counts by how much; one that a busy machine makes does not."""
    asleep(monkeypatch)
    steady = Steady()
    still = Standstill(steady)
    with still.watched():
        for passed, so_far in (
            (TICK_S, 0),
            (TICK_S + FELT_S / 2, 0),
            (TICK_S + 20, 20),
            (TICK_S, 20),
            (TICK_S + 5, 25),
        ):
            steady.now += passed
            assert still.seconds() == pytest.approx(so_far)


def test_nobody_watches_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two that watch, and before the first, nothing counts; within the outer of two, all does."""
    asleep(monkeypatch)
    steady = Steady()
    still = Standstill(steady)
    steady.now += 100
    assert still.seconds() == 0
    with still.watched():
        with still.watched():
            steady.now += TICK_S + 10
        steady.now += TICK_S + 7
        assert still.seconds() == pytest.approx(17 + TICK_S)
    steady.now += 100
    with still.watched():
        assert still.seconds() == pytest.approx(17 + TICK_S)


def test_a_thread_watches_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks by itself, again and again, and is gone when nobody watches any more."""
    looked = threading.Semaphore(0)
    monkeypatch.setattr("dr_orchestrator.waiting.standstill.TICK_S", 0.001)
    still = Standstill(lambda: (looked.release(), 0.0)[1])
    with still.watched():
        (watcher,) = [each for each in threading.enumerate() if each.name == "standstill"]
        for _ in range(5):
            assert looked.acquire(timeout=30)
    watcher.join(30)
    assert not watcher.is_alive()
