"""Follows a game day from anywhere: what others add is read as it comes, and nothing is read twice."""

from __future__ import annotations

from dr_orchestrator.domain.game_day.fold import state_of
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import Standing
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.times import ahead


class Following:
    """A game day as this process sees it; made anew it goes on where it was, for all of it is in the ledger."""

    def __init__(self, here: App, name: str) -> None:
        """`name` is its id, the beginning of one, or the name of a plan, of which the newest is meant."""
        self._here = here
        self.record: Record = here.ledger.game_days.find(name)
        self.entries: list[Entry] = []
        self._ahead = ahead(here)

    def look(self) -> Standing:
        """How it stands now, by what was added since the last look, whoever did; a few small queries."""
        ledger = self._here.ledger.game_days
        # The record is read before what is newer than it: a plan that is changed in between is seen at the next look.
        self.record = ledger.find(self.record.id)
        last = self.entries[-1].number if self.entries else 0
        self.entries.extend(ledger.entries_after(self.record.id, last))
        return self.standing()

    def standing(self) -> Standing:
        """How it stands now by what is known of it here, with its runs as they stand in the ledger."""
        now = self._here.clock.now() + self._ahead
        if self.entries:
            now = max(now, self.entries[-1].at)
        found = state_of(self.record.plan, self.entries, now)
        runs = self._here.ledger.game_days.outcomes(each.run for each in found.drills) if found.drills else {}
        return state_of(self.record.plan, self.entries, now, runs)
