"""Overdue drills: one whose period ended unproven is a finding, and the runs that prove it are its retest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.domain.finding import Severity, finding
from dr_orchestrator.domain.findings.retest import Proof
from dr_orchestrator.domain.findings.sighting import Sighting
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.programme import DueState, period_start
from dr_orchestrator.domain.rule import Rule

_INSTANT = timedelta(microseconds=1)
_GRAVE = 1
"""The last tier of which a drill that is overdue is a grave matter."""


@dataclass(frozen=True)
class Known:
    """The facts that the ledger holds of a drill: since when it is declared, or was run, and when those of its runs
    began that passed on real AWS.
    """

    since: datetime
    passed: Sequence[datetime] = field(default=())


def ended_unproven(state: DueState, known: Known, now: datetime) -> datetime | None:
    """The end of the period that a drill let pass unproven; None where it did not.

    It is not overdue before its own first period has ended, nor where it was proven then as it was defined then, nor
    while its resource is excluded.
    """
    every = state.drill.every
    ended = period_start(every, now)
    began = period_start(every, ended - _INSTANT)
    if not state.due or state.excluded or known.since >= ended:
        return None
    return None if sum(began <= each < ended for each in known.passed) >= state.drill.selection.runs else ended


def sightings(
    states: Iterable[DueState], known: Mapping[str, Known], now: datetime, *, simulated: bool
) -> list[Sighting]:
    """The drills that are overdue, each seen once for each period that it lets pass."""
    ended = [(each, ended_unproven(each, known[each.drill.name], now)) for each in states]
    return [_sighting(state, end, now, simulated) for state, end in ended if end is not None]


def _sighting(state: DueState, ended: datetime, now: datetime, simulated: bool) -> Sighting:
    drill, service = state.drill, state.drill.service
    severity = Severity.HIGH if service.tier.number <= _GRAVE else Severity.MEDIUM
    told = f"The {drill.every} that ended on {ended - _INSTANT:%Y-%m-%d} ended without a proof: {state.why}."
    found = finding(
        severity,
        f"Drill {drill.name} is overdue",
        f"{told} Run it: `dro run {drill.name}`.",
        owner=service.owner,
        cause=(service.name, drill.name, Rule.OVERDUE.value),
        rule=Rule.OVERDUE,
    )
    period = f"{drill.every} until {ended:%Y-%m-%d}"
    about = (service.name, service.title, service.tier.number, drill.name, drill.kind.value)
    return Sighting(found, RaisedBy.OVERDUE, period, now, simulated, *about)


def proofs(states: Iterable[DueState], runs: Mapping[str, str], now: datetime) -> dict[tuple[str, str], Proof]:
    """The proofs of drills that are proven in their period, by service and drill; `runs` are their newest real ones."""
    proven = [each for each in states if not each.due and each.drill.name in runs]
    return {
        (each.drill.service.name, each.drill.name): Proof(
            runs[each.drill.name], now, f"run {runs[each.drill.name]} proves the drill: {each.why}"
        )
        for each in proven
    }
