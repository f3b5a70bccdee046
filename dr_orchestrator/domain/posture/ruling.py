"""The ruling on one aspect of a resource's backups: held, short, not known, or of no meaning there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Finding, Severity, finding
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource, Service
from dr_orchestrator.errors import Exit

NEVER = "never"
"""The word for a look that fails for no shortfall."""

LEVELS = (*(each.value for each in Severity), NEVER)


class Standing(StrEnum):
    """How a rule of the posture stands."""

    HELD = "held"
    SHORT = "short"
    UNKNOWN = "not known"
    NONE = "does not apply"


TITLES = {
    Rule.POSTURE_NEWEST: "Newest recovery point",
    Rule.POSTURE_DAILY: "A point each day",
    Rule.POSTURE_RETENTION: "Retention",
    Rule.POSTURE_ENCRYPTION: "Encryption",
    Rule.POSTURE_ELSEWHERE: "Copy in another region",
    Rule.POSTURE_LOCK: "Immutability",
    Rule.POSTURE_CONTINUOUS: "Point-in-time recovery",
    Rule.POSTURE_DELETION: "Deletion protection",
    Rule.POSTURE_PROVEN: "Last proven restore",
    Rule.UNCLAIMED: "Declaration",
    Rule.UNDRILLED: "Drill",
}
"""The rules of the posture, in the order in which they are told, with their words for people."""


NOBODY = "(nobody)"
"""The service of what no service claims: no drill file can name one so."""

LAST = 100
"""Its tier, behind all that there can be."""


@dataclass(frozen=True)
class Ruling:
    """How a rule stands, with its evidence and the call that told it; of a shortfall its severity and remedy, of what
    is not known what to do about that.
    """

    rule: Rule
    standing: Standing
    evidence: str
    call: str = ""
    severity: Severity | None = None
    remedy: str = ""
    denied: bool = False


@dataclass(frozen=True)
class Stood:
    """A ruling on a resource of a service; `since` is when it came to stand so, None before the ledger holds it."""

    service: str
    title: str
    owner: str
    tier: int
    resource: str
    type: str
    id: str
    region: str
    ruling: Ruling
    since: datetime | None = None

    @property
    def finding(self) -> Finding:
        """The shortfall as a finding; its fingerprint is the same each day."""
        told = self.ruling
        return finding(
            told.severity or Severity.LOW,
            f"{TITLES[told.rule]} of {self.resource} falls short",
            f"{told.evidence}. {told.remedy}",
            owner=self.owner,
            cause=(self.service, self.resource, self.id, told.rule.value),
            rule=told.rule,
        )


@dataclass(frozen=True)
class Look:
    """One look at the posture: when, where and of which services; a simulated one is never evidence.

    `at` is when all had been read, `began` when the first call went out; None of a look that was kept before that was.
    """

    at: datetime
    simulated: bool
    account: str
    revision: str
    services: tuple[str, ...]
    began: datetime | None = None


def stood(service: Service, resource: Resource, rulings: Iterable[Ruling]) -> list[Stood]:
    """The rulings on a resource, each with what it is about."""
    named = (service.name, service.title, service.owner, service.tier.number)
    about = (resource.name, resource.type, resource.id, resource.region)
    return [Stood(*named, *about, each) for each in rulings]


def exit_code(rows: Sequence[Stood], least: str) -> Exit:
    """The exit code of a look: failed where something falls short at least so much (a severity, or NEVER), inconclusive
    where something could not be asked.
    """
    if least != NEVER and as_grave(rows, Severity(least)):
        return Exit.FAILED
    return Exit.INCONCLUSIVE if of_standing(rows, Standing.UNKNOWN) else Exit.PASSED


def summary(rows: Sequence[Stood]) -> str:
    """How many resources there are, and how their rules stand, in a sentence."""
    resources = {(each.service, each.resource) for each in rows}
    short, held = (len(of_standing(rows, each)) for each in (Standing.SHORT, Standing.HELD))
    silent = len(of_standing(rows, Standing.UNKNOWN))
    told = f"{counted(short, 'shortfall')}, {silent:,} not known, {held:,} held"
    return f"{counted(len(resources), 'resource')}: {told}."


def _grave(of: Stood) -> int:
    return _GRAVE.index(of.ruling.severity or Severity.LOW)


_GRAVE = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)


def shortfalls(rows: Iterable[Stood]) -> list[Stood]:
    """Those that fall short, the gravest first, tier 0 before the others."""
    short = [each for each in rows if each.ruling.standing is Standing.SHORT]
    return sorted(short, key=lambda each: (_grave(each), each.tier))


def as_grave(rows: Iterable[Stood], least: Severity) -> list[Stood]:
    """The shortfalls of at least that severity."""
    return [
        each for each in shortfalls(rows) if _GRAVE.index(each.ruling.severity or Severity.LOW) <= _GRAVE.index(least)
    ]


def of_standing(rows: Iterable[Stood], standing: Standing) -> list[Stood]:
    """Those that stand so."""
    return [each for each in rows if each.ruling.standing is standing]
