"""The time of what is added to a game day: by the ledger's own clock, so that no machine's sets the log ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from dr_orchestrator.wiring.app import App


def now(here: App) -> datetime:
    """Now, as entries are written; where the ledger is a file of this machine, by the clock of that."""
    return here.clock.now() + ahead(here)


def ahead(here: App) -> timedelta:
    """How far the ledger's clock is ahead of this machine's, in the drill's time."""
    told = here.ledger.time()
    return timedelta() if told is None else (told - here.machine.now()) * here.clock.pace
