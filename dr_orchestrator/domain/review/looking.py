"""A machine's look at a document and its services: what each check saw, kept as it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.review.plan import Check
from dr_orchestrator.domain.verdict import Outcome

FRESH = timedelta(days=1)
"""How long a person may sign by a look."""


@dataclass(frozen=True)
class Looked:
    """The result of a check on one thing: a resource, a link, a contact; `service` is empty for the document's own."""

    check: Check
    subject: str
    outcome: Outcome
    told: str
    service: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was seen to hold."""
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class Look:
    """All that was seen at once; `digest` is the document's, empty where that is not known. `findings` are those of
    the services that were open then, in words. `operator` is whose hands made it, for whomever it is `by`.
    """

    id: str
    review: str
    by: str
    at: datetime
    document: str
    digest: str
    simulated: bool
    results: tuple[Looked, ...]
    findings: tuple[str, ...] = ()
    operator: str = ""

    def of(self, check: Check) -> Outcome:
        """The outcome of a check on all that it looked at; of one that looked at nothing nothing is known."""
        return worst(each.outcome for each in self.results if each.check is check)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several together; of none at all, INCONCLUSIVE."""
    order = [Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.PASSED]
    return min(outcomes, key=order.index, default=Outcome.INCONCLUSIVE)


@dataclass(frozen=True)
class Sighting:
    """The digest that a document had at an instant; `source` is the look or the run that saw it."""

    document: str
    digest: str
    at: datetime
    source: str


def in_force(sightings: Sequence[Sighting], run: str, ended: datetime) -> str:
    """The digest of a document when a run ended: as the run itself saw it, or as it was seen alike before and after.

    Empty where that is not known.
    """
    own = [each.digest for each in sightings if each.source == run]
    if own:
        return own[-1]
    told = sorted(sightings, key=lambda each: each.at)
    before = [each.digest for each in told if each.at <= ended]
    after = [each.digest for each in told if each.at >= ended]
    return before[-1] if before and after and before[-1] == after[0] else ""
