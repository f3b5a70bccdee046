"""How the findings of a report stand at the time at which it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dr_orchestrator.domain.findings.telling import standing
from dr_orchestrator.domain.findings.tracked import TrackedFinding
from dr_orchestrator.domain.tickets.ticket import Ticket
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.wording import iso

NOT_FOLLOWED = "not followed up"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TicketLink:
    """A ticket as a report names it; `url` is empty where nobody could follow it."""

    ref: str
    url: str
    status: str


@dataclass(frozen=True)
class Standings:
    """The findings that are followed up, by fingerprint and whether simulated, and the instant that is told of; and the
    ticket of each, where one is known.
    """

    now: datetime = _NEVER
    of: Mapping[tuple[str, bool], TrackedFinding] = field(default_factory=dict)
    tickets: Mapping[tuple[str, bool], Ticket] = field(default_factory=dict)

    def words(self, fingerprint: str, simulated: bool) -> str:
        """How one stands, in words."""
        found = self.of.get((fingerprint, simulated))
        return standing(found, self.now) if found is not None else NOT_FOLLOWED

    def owner(self, fingerprint: str, simulated: bool, then: str) -> str:
        """The owner by now; the one of then where nobody follows it up."""
        found = self.of.get((fingerprint, simulated))
        return found.owner if found is not None else then

    def overdue(self, fingerprint: str, simulated: bool) -> bool:
        """Whether it should have been done by now."""
        found = self.of.get((fingerprint, simulated))
        return found is not None and found.overdue_at(self.now)

    def ticket(self, fingerprint: str, simulated: bool) -> TicketLink | None:
        """The ticket of one; it is a link only where it leads somewhere."""
        found = self.tickets.get((fingerprint, simulated))
        if found is None:
            return None
        return TicketLink(found.ref, found.url if found.url.startswith(("https://", "http://")) else "", found.status)

    def json(self, fingerprint: str, simulated: bool) -> Json:
        """How one stands, for programs; None of what is not known."""
        found = self.of.get((fingerprint, simulated))
        return {
            "state": found.state_at(self.now).value if found else None,
            "opened_at": iso(found.opened_at if found else None),
            "due_at": iso(found.due if found else None),
            "overdue": found.overdue_at(self.now) if found else None,
            "as_of": iso(self.now if found else None),
            "ticket": _json(self.tickets.get((fingerprint, simulated))),
        }


def _json(of: Ticket | None) -> Json | None:
    if of is None:
        return None
    return {"ref": of.ref, "url": of.url or None, "status": of.status or None, "read_at": iso(of.seen_at)}


NO_STANDINGS = Standings()
"""Of a report that nobody asked the ledger's findings for."""
