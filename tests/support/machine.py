"""The machine's own clock, by which the leases of runs and exercises live, under a test's hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.clock import MachineClock
from dr_orchestrator.runner import lease


class Machine:
    """A clock that stands still however busy the real machine is; nothing but a test moves it."""

    def __init__(self) -> None:
        self.at = MachineClock().now()

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Leases neither run out nor are renewed behind a test's back: time stands still, and no heart beats by itself."""
    made = Machine()
    monkeypatch.setattr(MachineClock, "now", lambda _self: made.at)
    monkeypatch.setattr(lease, "BEAT", timedelta(days=1))
    return made
