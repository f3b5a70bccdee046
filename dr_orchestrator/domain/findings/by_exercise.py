"""Findings of exercises of people: the gaps that one showed, and those that a later one shows mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.finding import Severity, finding, fingerprint
from dr_orchestrator.domain.findings.retest import Proof
from dr_orchestrator.domain.findings.sighting import Sighting
from dr_orchestrator.domain.findings.tracked import RaisedBy, TrackedFinding
from dr_orchestrator.domain.rule import Rule


@dataclass(frozen=True)
class About:
    """The service that something is about, with its tier; of several, or of none, the tier is None."""

    service: str
    title: str
    tier: int | None = None


@dataclass(frozen=True)
class Gap:
    """A thing that an exercise showed to be wrong; `subject` is the criterion, the contact or the check, by name."""

    rule: Rule
    subject: str
    severity: Severity
    title: str
    detail: str
    about: About
    owner: str = ""


Shown = tuple[str, Rule, str]
"""A service, a rule and a subject that an exercise looked at, and found to hold."""


@dataclass(frozen=True)
class Held:
    """An exercise of people as it ended: `name` is that of its file, `id` that of its record.

    `corrects` are the records of the same sitting that this one supersedes: it is no later one than they are.
    """

    raised_by: RaisedBy
    id: str
    name: str
    began: datetime
    ended: datetime
    simulated: bool
    gaps: tuple[Gap, ...]
    shown: frozenset[Shown]
    corrects: frozenset[str] = frozenset()


def sightings(held: Held) -> list[Sighting]:
    """Its gaps, each cause once."""
    found = {_fingerprint(held, each.rule, each.subject): each for each in held.gaps}
    return [_sighting(held, each) for each in found.values()]


def proof(held: Held, of: TrackedFinding) -> Proof | None:
    """The proof that a later exercise of the same name and sort gives: it looked at the very thing, which holds.

    It began after that was last seen wrong; one that is simulated proves nothing, and a real one settles what a
    rehearsal saw.
    """
    if held.simulated or (of.raised_by, of.drill) != (held.raised_by, held.name) or of.last_source in held.corrects:
        return None
    if (not of.simulated and held.began <= of.last_seen) or of.fingerprint not in set(_shown(held)):
        return None
    return Proof(held.id, held.ended, f"{held.raised_by} {held.id} of {held.name} shows that it holds")


def retold(held: Held, of: TrackedFinding) -> bool:
    """Whether a correction tells once more of what was closed since: nobody saw it again."""
    return of.state.closed and of.last_source in held.corrects


def _shown(held: Held) -> Iterator[str]:
    """The fingerprints of what holds; what it found wrong under the same name does not."""
    wrong = {_fingerprint(held, each.rule, each.subject) for each in held.gaps}
    for _, rule, subject in held.shown:
        if (found := _fingerprint(held, rule, subject)) not in wrong:
            yield found


def _sighting(held: Held, gap: Gap) -> Sighting:
    found = finding(
        gap.severity,
        gap.title,
        gap.detail,
        owner=gap.owner,
        cause=_cause(held, gap.rule, gap.subject),
        rule=gap.rule,
    )
    about = (gap.about.service, gap.about.title, gap.about.tier, held.name, held.raised_by.value)
    return Sighting(found, held.raised_by, held.id, held.ended, held.simulated, *about)


def _fingerprint(held: Held, rule: Rule, subject: str) -> str:
    return fingerprint(_cause(held, rule, subject))


def _cause(held: Held, rule: Rule, subject: str) -> tuple[str, ...]:
    """The cause of a gap: without its services, for one may join an exercise, or be named before another."""
    return held.raised_by.value, held.name, f"{rule.value} {subject}"
