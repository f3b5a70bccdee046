"""A lab with the sample company, for processes of their own that are killed: no databases stand behind it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve

FACTOR = 600.0
MAKES = (
    *("RestoreTableToPointInTime", "ExecuteChangeSet"),
    *("RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime", "StartRestoreJob"),
)
"""The calls that make copies: a change set is only prepared, as often as that is asked for."""


@dataclass
class Ground:
    """A lab with the sample company (no databases behind it), and the environment that points a process at it."""

    lab: Lab
    environment: dict[str, str]
    pace: Pace

    def inventory(self) -> dict[str, Any]:
        """All that is in the account but what the writer keeps fresh."""
        state = httpx.get(f"{self.lab.endpoint}/lab/state", trust_env=False).json()
        return {
            "instances": {name: each["resource_id"] for name, each in state["instances"].items()},
            "tables": {name: each["tags"] for name, each in state["tables"].items()},
            "stacks": {name: each["tags"] for name, each in state["stacks"].items() if "DELETE" not in each["status"]},
        }

    def restores(self) -> int:
        return sum(1 for call in self.lab.journal if call.action in MAKES and call.status == 200)


@contextmanager
def laid_out() -> Iterator[Ground]:
    """Within: such a lab is served, by this process."""
    pace = Pace(FACTOR, time.time())
    with serve(PacedClock(pace), estate=True) as lab:
        lab.application.journal = deque()  # all of it: copies are counted there
        environment = {**lab.environment(), "DRO_CLOCK_PACE": f"{pace.factor!r}@{pace.origin!r}"}
        yield Ground(lab, environment, pace)
