"""The things that a ticket lacks, told by a pure function: to be made, comments, another status or assignee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.findings.tracked import LIVE, Act, State
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import Item, News, Ticket


@dataclass(frozen=True)
class Wanted:
    """All that is to be done, in this order; `lapse` is the end of an acceptance that ran out and was not told."""

    make: bool = False
    news: tuple[News, ...] = ()
    lapse: datetime | None = None
    move: State | None = None
    assign: bool = False

    def __bool__(self) -> bool:
        return self.make or bool(self.news) or self.lapse is not None or self.move is not None or self.assign


def wanted(of: Item, policy: TrackerPolicy, now: datetime) -> Wanted:
    """All that is to be done for a finding's ticket, by the state in which it stands now."""
    finding, ticket = of.finding, of.ticket
    state = finding.state_at(now)
    if ticket is None or not ticket.remote:
        return Wanted(make=_to_be_made(ticket, state, policy) and policy.takes(finding))
    lapsed = finding.accepted_until if finding.state is not state else None
    return Wanted(
        news=tuple(each for each in of.news if each.number > ticket.told and each.entry.act is not Act.RAISED),
        lapse=lapsed if lapsed != ticket.lapse else None,
        move=state if ticket.moved != state and policy.status(state) else None,
        assign=finding.owner != ticket.owner and bool(policy.person(finding.owner)),
    )


def _to_be_made(ticket: Ticket | None, state: State, policy: TrackerPolicy) -> bool:
    """Of one whose making was begun it has to be known what became of that, whatever the finding is by now."""
    if ticket is not None and ticket.gone_at is not None and not policy.anew:
        return False
    return state in LIVE or (ticket is not None and ticket.unsure)
