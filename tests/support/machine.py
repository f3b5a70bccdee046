"""The machine's own clocks, by which the leases of runs and exercises live, under a test's hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.clock import MachineClock
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.ledger.times import BootTimes, this_boot
from dr_orchestrator.runner import lease


def timed_by(ledger: SqlLedger, machine: Clock) -> None:
    """The leases of a ledger that is open are timed by another clock of this machine."""
    ledger.leases.times = ledger.exercise_leases.times = BootTimes(machine, this_boot())


class Machine:
    """A clock that stands still however busy the real machine is; a test moves it, and whoever sleeps on it."""

    def __init__(self) -> None:
        self.at = self._began = MachineClock().now()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - self._began).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Leases neither run out nor are renewed behind a test's back: time stands still, and no heart beats by itself."""
    made = Machine()
    monkeypatch.setattr(MachineClock, "now", lambda _self: made.at)
    monkeypatch.setattr(MachineClock, "monotonic", lambda _self: made.monotonic())
    monkeypatch.setattr(MachineClock, "sleep", lambda _self, seconds: made.sleep(seconds))
    monkeypatch.setattr(lease, "BEAT", timedelta(days=1))
    return made


def later(by: timedelta) -> AbstractContextManager[Any]:
    """Within: all of the machine's clocks are so much later, for every process of this test."""
    return mock.patch.multiple(MachineClock, **_ahead(by))


def sleep(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The machine sleeps for so long, with all its processes: from now on its clocks are so much later."""
    for name, way in _ahead(by).items():
        monkeypatch.setattr(MachineClock, name, way)


def _ahead(by: timedelta) -> dict[str, Callable[[MachineClock], Any]]:
    now, monotonic = MachineClock.now, MachineClock.monotonic
    return {"now": lambda self: now(self) + by, "monotonic": lambda self: monotonic(self) + by.total_seconds()}
