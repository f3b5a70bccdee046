"""Raising: whatever sees that something is wrong says so here; a repeat is the same finding, seen once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.findings.before import stood
from dr_orchestrator.domain.findings.tracked import (
    MACHINE,
    Act,
    Change,
    Entry,
    RaisedBy,
    State,
    TrackedFinding,
    anew,
    as_of,
)
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Standing, Stood
from dr_orchestrator.domain.run import Closing, RunHeader

_SEVERITIES = [*Severity]


@dataclass(frozen=True)
class Sighting:
    """A finding as one source saw it, once: `source` is the run, the look or the period, and is seen no second time."""

    finding: Finding
    raised_by: RaisedBy
    source: str
    at: datetime
    simulated: bool
    service: str
    service_title: str
    tier: int | None
    drill: str = ""
    kind: str = ""
    account: str = ""

    @property
    def key(self) -> tuple[str, bool]:
        """The key of the finding that it is of."""
        return self.finding.fingerprint, self.simulated


def of_run(header: RunHeader, closing: Closing) -> list[Sighting]:
    """The findings of a run that has ended."""
    simulated = header.provenance.simulated
    named = (simulated, header.service, header.service_title, header.tier, header.drill, header.kind.value)
    account = header.provenance.account
    return [
        Sighting(each, RaisedBy.RUN, header.id, closing.ended_at, *named, account=account) for each in closing.findings
    ]


def of_look(look: Look, rows: Iterable[Stood]) -> list[Sighting]:
    """The shortfalls that a look at the posture saw; what nobody claims has neither tier nor owner."""
    return [_shortfall(look, each) for each in rows if each.ruling.standing is Standing.SHORT]


def _shortfall(look: Look, row: Stood) -> Sighting:
    nobodys, found = row.service == NOBODY, row.finding
    tier, owner = (None, "") if nobodys else (row.tier, row.owner)
    about = (look.simulated, row.service, row.title, tier)
    return Sighting(
        replace(found, owner=owner), RaisedBy.POSTURE, source_of(look), look.at, *about, account=look.account
    )


def source_of(look: Look) -> str:
    """The name of a look in a history."""
    return f"look of {look.at:%Y-%m-%d %H:%M:%S.%f} UTC"


def seen(known: TrackedFinding | None, sighting: Sighting, deadlines: Deadlines) -> Change | None:
    """A finding that was seen: raised, seen again, or reopened; None where that very sighting is in it already.

    A drill that is still overdue is reopened within its period, too: no word closes it for as long as that is so.
    """
    if known is None:
        return _raised(sighting, deadlines)
    if known.last_source == sighting.source and not _stands(known, sighting):
        return None
    found, known = sighting.finding, as_of(known, sighting.at)
    told = replace(
        known,
        rule=found.rule,
        severity=found.severity,
        title=found.title,
        detail=found.detail,
        service_title=sighting.service_title,
        tier=sighting.tier,
        kind=sighting.kind,
        last_seen=max(known.last_seen, sighting.at),
        last_source=sighting.source,
        account=sighting.account,
        seen=known.seen + 1,
    )
    if known.state.closed:
        return _reopened(known, told, sighting, deadlines)
    if not known.assigned and known.state is not State.ACCEPTED:  # who accepted it is not its owner, and stays so
        told = replace(told, owner=found.owner)
    told = replace(told, due=_sooner(known, sighting, deadlines))
    by_run = sighting.raised_by is RaisedBy.RUN  # a look of each day would fill the history with the same
    return Change(told, _entry(sighting, Act.SEEN) if by_run else None)


def _stands(known: TrackedFinding, sighting: Sighting) -> bool:
    """Whether a drill that was closed is overdue all the same, in the very period that it was seen in."""
    return sighting.raised_by is RaisedBy.OVERDUE and known.state.closed


def _raised(sighting: Sighting, deadlines: Deadlines) -> Change:
    found, at = sighting.finding, sighting.at
    made = TrackedFinding(
        fingerprint=found.fingerprint,
        simulated=sighting.simulated,
        raised_by=sighting.raised_by,
        service=sighting.service,
        service_title=sighting.service_title,
        tier=sighting.tier,
        drill=sighting.drill,
        kind=sighting.kind,
        rule=found.rule,
        severity=found.severity,
        title=found.title,
        detail=found.detail,
        owner=found.owner,
        first_seen=at,
        opened_at=at,
        last_seen=at,
        last_source=sighting.source,
        due=deadlines.due(sighting.tier, found.severity, at),
        account=sighting.account,
    )
    return Change(made, _entry(sighting, Act.RAISED))


def _reopened(known: TrackedFinding, told: TrackedFinding, sighting: Sighting, deadlines: Deadlines) -> Change:
    at, severity = sighting.at, sighting.finding.severity
    owner = told.owner if told.assigned else sighting.finding.owner
    since, due = at, deadlines.due(sighting.tier, severity, at)
    if known.state is State.NOT_REPRODUCIBLE:  # it was never mended: a word that was wrong gives nobody more time
        since, due = known.opened_at, _sooner(known, sighting, deadlines)
    return Change(
        anew(told, State.OPEN, opened_at=since, due=due, owner=owner, reopened=told.reopened + 1),
        _entry(sighting, Act.REOPENED, stood(known)),
    )


def _sooner(known: TrackedFinding, sighting: Sighting, deadlines: Deadlines) -> datetime | None:
    """The due date of a repeat: the one that it has; a first one, or an earlier one, where it is graver by now."""
    due = deadlines.due(sighting.tier, sighting.finding.severity, sighting.at)
    graver = _SEVERITIES.index(sighting.finding.severity) < _SEVERITIES.index(known.severity)
    if known.due is None or due is None:
        return known.due or due
    return min(known.due, due) if graver else known.due


def _entry(sighting: Sighting, act: Act, more: str = "") -> Entry:
    return Entry(sighting.at, MACHINE, act, f"{sighting.finding.title}{more}", sighting.source)


def merged(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """The sightings of one source, each finding once: where several are of one cause, the gravest."""
    best: dict[tuple[str, bool], Sighting] = {}
    for each in sightings:
        other = best.setdefault(each.key, each)
        if _SEVERITIES.index(each.finding.severity) < _SEVERITIES.index(other.finding.severity):
            best[each.key] = each
    yield from best.values()
