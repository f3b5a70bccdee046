"""The console's hands: it looks and acts by the same functions as the verbs of `dro game-day`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dr_orchestrator.cli.console.forms import Begin, Draft
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.domain.game_day.acts import Abort, Close, Start
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import Unanswered
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.aborting import abort
from dr_orchestrator.wiring.game_days.acting import act, open_by_plan, who
from dr_orchestrator.wiring.game_days.declaring import plan_of
from dr_orchestrator.wiring.game_days.drilling import start_drill
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.game_days.publishing import publish_game_day

STOPPED_IN_S = 3600.0
"""Real seconds for which the ends of aborted drills are waited for; leaving ends the wait, and not the stopping."""


class Hands:
    """One person's hands on one game day."""

    def __init__(self, here: App, name: str, by: str) -> None:
        self._here, self._following = here, Following(here, name)
        self.by = who(by)

    @property
    def record(self) -> Record:
        """The game day, by the last look."""
        return self._following.record

    def now(self) -> datetime:
        """The time of the record."""
        return self._here.clock.now()

    def machine(self) -> float:
        """The machine's own time, by which it is told for how long the ledger has been silent."""
        return self._here.machine.monotonic()

    def look(self) -> Seen:
        """Read how it stands in the ledger."""
        standing = self._following.look()
        return Seen(self._following.record, standing, tuple(self._following.entries), self.by)

    def perform(self, draft: Draft) -> None:
        """Do what was asked for; tried again after a silence it is done once."""
        wish = draft.wish
        if isinstance(wish, Begin):
            self._begin(wish)
            return
        if isinstance(wish, Start):
            self._read_the_plan_anew()
        act(self._here, self.record.id, wish, self.by, at=draft.at, token=draft.token)
        if isinstance(wish, Close):
            publish_game_day(self._here, self.record.id)

    def stop(self, reason: str, asked: Callable[[str], None]) -> None:
        """Stop what runs of an aborted game day, and wait for it; done again it goes on with that."""
        abort(self._here, self.record.id, Abort(reason), self.by, STOPPED_IN_S, asked)
        publish_game_day(self._here, self.record.id)

    def _begin(self, wish: Begin) -> None:
        try:
            start_drill(self._here, self.record.id, wish.drill, self.by)
        except Unanswered as silent:
            told = f"it is not known whether {wish.drill} was asked for: {silent.message}"
            raise UsageError(told, "look at the drills once the ledger answers, then start it anew") from silent

    def _read_the_plan_anew(self) -> None:
        """The file may have been changed since: then what was approved has lapsed."""
        if self.record.started_at is None:
            open_by_plan(self._here, plan_of(self._here, self.record.plan.name), self.by)
