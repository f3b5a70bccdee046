"""A game day as a console sees it at a look, and what of that is true at an instant after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dr_orchestrator.domain.game_day.acts.during import CONTROL
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import Standing


@dataclass(frozen=True)
class Seen:
    """A game day by the last look at the ledger, for one person."""

    record: Record
    standing: Standing
    entries: tuple[Entry, ...]
    by: str

    @property
    def knows_injects(self) -> bool:
        """Whether whoever sits here is told what is to come: players are not."""
        return bool(set(CONTROL) & set(self.record.plan.roles_of(self.by)))

    def at(self, now: datetime) -> Seen:
        """The same while nothing new is known: its clocks go on, and what is due becomes so."""
        return replace(self, standing=replace(self.standing, now=max(now, self.standing.now)))
