"""Tickets as the ledger knows them: listed as they stand, and made anew by a person's word."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.findings.tracked import in_order
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import Item, Ticket
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.operator import operator

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App


def listing(here: App) -> tuple[list[Item], datetime]:
    """The findings that have a ticket, or are to have one, in the declared tracker, what is overdue first."""
    policy, now = here.tracker, here.clock.now()
    items = [each for each in here.ledger.tickets.listed(policy.name) if _is_listed(each, policy, now)]
    by_key = {each.finding.key: each for each in items}
    return [by_key[each.key] for each in in_order((each.finding for each in items), now)], now


def left_out(here: App) -> int:
    """How many findings have no ticket for a rehearsal alone saw them."""
    policy, now = here.tracker, here.clock.now()
    items = here.ledger.tickets.listed(policy.name)
    return sum(not policy.takes(each.finding) and not each.finding.state_at(now).closed for each in items)


def tickets_of(here: App, key: tuple[str, bool]) -> list[Ticket]:
    """The tickets of a finding that are there or were, in whichever trackers."""
    return here.ledger.queries.tickets([key], lost=True).get(key, [])


def make_anew(here: App, name: str) -> None:
    """Let the next sync make a ticket anew that is not there; who said so is kept with the finding."""
    found, policy = here.ledger.queries.finding(name), here.tracker
    who, now = operator(), here.clock.now()
    if found.state_at(now).closed:
        told = f"finding {found.fingerprint} is closed ({found.state_at(now)}): no ticket is made of it"
        raise UsageError(told, "`dro finding show` tells why; where it is seen again, it is open again")
    here.ledger.tickets.make_anew(found.key, policy.name)
    told = f"its ticket in {policy.name} is made anew"
    here.ledger.findings.act([found.key], Note(told), who, now)


def _is_listed(of: Item, policy: TrackerPolicy, now: datetime) -> bool:
    """A closed finding has no ticket to wait for."""
    has = of.ticket is not None and bool(of.ticket.remote or of.ticket.intended_at or of.ticket.gone)
    return has or (policy.takes(of.finding) and not of.finding.state_at(now).closed)
