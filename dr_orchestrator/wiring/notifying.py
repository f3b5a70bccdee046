"""A sync of notices: all that is to be told raised, of days and contacts, too, and what waits sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.domain.findings.tracked import LIVE, State
from dr_orchestrator.domain.notices import notice, seeing
from dr_orchestrator.domain.notices.notice import Letter, Raised
from dr_orchestrator.errors import DroError, Exit, UsageError
from dr_orchestrator.wiring.calendar import agenda_of
from dr_orchestrator.wiring.contacts import doubts_of
from dr_orchestrator.wiring.notices.delivering import deliver
from dr_orchestrator.wiring.notices.raising import look
from dr_orchestrator.wiring.silences import beside

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

_STUCK = (notice.State.FAILED, notice.State.UNKNOWN)


class NotTold(DroError):
    """A sync left messages that a person has to see to; `dro notices` tells which."""

    exit_code = Exit.INCONCLUSIVE


@dataclass(frozen=True)
class Synced:
    """A sync: how many notices it raised, what it sent, what it left, and why it could not see all."""

    raised: int = 0
    sent: list[str] = field(default_factory=list)
    left: Mapping[str, str] = field(default_factory=dict)
    waits: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)
    stuck: list[Letter] = field(default_factory=list)
    blind: str = ""

    @property
    def told(self) -> str:
        """All of it in a sentence."""
        stuck = f", {len(self.stuck)} failed or unknown" if self.stuck else ""
        blind = f". Not all was looked at: {self.blind}" if self.blind else ""
        waits = f", {len(self.waits)} wait for the end of quiet hours" if self.waits else ""
        waits += f", {len(self.stale)} settled as stale" if self.stale else ""
        return f"{self.raised} raised, {len(self.sent)} sent, {len(self.left)} left{waits}{stuck}{blind}."

    @property
    def in_line(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.left and not self.stuck and not self.blind


def sync(here: App) -> Synced:
    """Raise what is new, and send what waits; it may be called as often as one likes. Silences are synced, too."""
    beside.now(here)
    if not here.notices.channels:
        return Synced()
    days, blind = _of_days(here, here.clock.now())
    raised = look(here, days)
    done = deliver(here)
    stuck = here.ledger.notices.listed(states=_STUCK)
    return Synced(len(raised), done.sent, done.left, done.waits, done.stale, stuck, blind)


def _of_days(here: App, now: datetime) -> tuple[list[Raised], str]:
    """The events that a day brings, and why not all: where the drill files cannot be read, the findings alone."""
    findings = here.ledger.queries.findings((*LIVE, State.ACCEPTED))
    try:
        tickets = here.ledger.tickets.listed(here.tracker.name)
        agenda, contacts = agenda_of(here), seeing.contacts(doubts_of(here, now), now)
    except UsageError as wrong:
        return seeing.overdue([], findings, now), wrong.message
    slots = seeing.upcoming(agenda.planned, agenda.appointments, now)
    seen = seeing.overdue(agenda.appointments, findings, now, here.catalogue.services.values(), tickets)
    return [*seen, *seeing.reminders(slots, here.notices.remind_before, now), *contacts], ""
