"""The states of what RDS keeps: they pass with the lab's time, and never get ahead of the database behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.lifecycle import Timeline
from dr_orchestrator.lab.cloud.world import Database, world

_UNBORN = ("creating", "deleting", "gone")


class Passing:
    """A thing whose state passes; to be put before moto's class of it, which sets the state once, for good."""

    timeline: Timeline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.timeline = lifecycle.settled("available")
        super().__init__(*args, **kwargs)

    @property
    def status(self) -> str:
        """The state by now."""
        return self.standing(self.timeline.at(world().now()))

    @status.setter
    def status(self, value: str) -> None:
        self.timeline = lifecycle.settled(value)

    def standing(self, planned: str) -> str:
        """The state where the timeline says that it is `planned`."""
        return planned


class OnDatabase(Passing):
    """A thing with a physical database behind it, where there is one."""

    database: Database | None = None
    changing = "modifying"
    """The state while a standby is being made, or takes its place."""

    def standing(self, planned: str) -> str:
        """The state: never further than the database really is."""
        if self.database is None or planned in _UNBORN:
            return planned
        if self.database.failed:
            return "incompatible-restore"
        if planned == "available" and self.database.switching:
            return self.changing
        return planned if self.database.ready else "creating"


class OfData(Passing):
    """A snapshot; `written` tells whether its physical copy is complete, where there is one."""

    written: Callable[[], bool] | None = None

    def standing(self, planned: str) -> str:
        """The state: not available before its physical copy is complete."""
        return "creating" if planned == "available" and self.written and not self.written() else planned

    @property
    def percent_progress(self) -> int:
        """How far along it is."""
        return 100 if self.status == "available" else min(99, self.timeline.percent(world().now()))

    @percent_progress.setter
    def percent_progress(self, value: int) -> None:
        """Nothing: moto says 100 of each."""
