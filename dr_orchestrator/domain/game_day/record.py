"""A game day as the ledger holds it: its plan, what its log came to, and its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.verdict import Verdict

SEEDED_ENDING = "-seeded"
"""The end of the ids of those that were never held: the history that a sample company is given."""


@dataclass(frozen=True)
class Record:
    """A game day that was opened; its plan is that of its file until it starts, and stays from then on.

    A verdict is there from its end on, and is the last one once it is closed.
    """

    id: str
    plan: GameDay
    simulated: bool
    opened_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    verdict: Verdict | None = None

    @property
    def seeded(self) -> bool:
        """Whether it was never held, and is of a made-up history."""
        return self.simulated and self.id.endswith(SEEDED_ENDING)
