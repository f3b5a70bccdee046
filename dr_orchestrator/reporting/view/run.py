"""A run as a template sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dr_orchestrator.domain.copy import CopyRecord
from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Observation, Run, Step
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.reporting import headline
from dr_orchestrator.reporting.chart.gantt import Gantt, gantt
from dr_orchestrator.reporting.measure.steps import origin, slowest
from dr_orchestrator.reporting.measure.target import targets
from dr_orchestrator.reporting.view.clock import ClockView, clock_view
from dr_orchestrator.reporting.view.context import not_exercised, promise_facts, provenance_facts, stamp, started_words
from dr_orchestrator.reporting.view.customers import CustomerView, customer_views
from dr_orchestrator.reporting.view.explained import WhyView, why_view
from dr_orchestrator.reporting.view.failover import FailoverView, failover_view
from dr_orchestrator.reporting.view.leading import LeadingView, leading_view
from dr_orchestrator.reporting.view.parity import ParityView, parity_view
from dr_orchestrator.reporting.view.paths import PathView, path_view
from dr_orchestrator.reporting.view.proof import Fact, ProofView, proof_view
from dr_orchestrator.reporting.view.standing import NO_STANDINGS, Standings, TicketLink
from dr_orchestrator.reporting.view.target import TargetView, target_view
from dr_orchestrator.reporting.view.template import TemplateView, template_view
from dr_orchestrator.reporting.wording import (
    COPIES,
    NOT_RECORDED,
    SEVERITIES,
    Badge,
    Figure,
    cleanup_badge,
    figure,
    instant,
    outcome_badge,
    real,
    spoken,
    told,
    verdict_badge,
)

_GRAVEST_FIRST = list(Severity)
_SETTLED = Badge("settled", "none")
_HISTORY = "A copy was left at the end of the run; it has been taken down since"
_TOP = 3
"""How many findings the first page has room for."""


@dataclass(frozen=True)
class StepRow:
    """A step of the run, in drill time and in real time."""

    seq: str
    name: str
    phase: str
    started: Figure
    took: Figure
    real: Figure
    attempts: str
    badge: Badge
    detail: str
    slowest: bool


@dataclass(frozen=True)
class CopyRow:
    """A copy and what became of it."""

    type: str
    id: str
    place: str
    parent: str
    unique_id: str
    arn: str
    badge: Badge
    created: str
    gone: str


@dataclass(frozen=True)
class ObservationRow:
    """A state that AWS reported."""

    copy: str
    state: str
    at: str
    offset: Figure


@dataclass(frozen=True)
class FindingRow:
    """Something to remediate."""

    badge: Badge
    title: str
    detail: str
    owner: str
    fingerprint: str
    standing: str
    overdue: bool
    ticket: TicketLink | None = None


@dataclass(frozen=True)
class RunView:
    """Everything that a template of a run may use."""

    id: str
    drill: str
    kind: str
    service: str
    title: str
    tier: str
    resource: str
    exercise: str
    started: str
    took: Figure
    closed: bool
    simulated: bool
    paced: bool
    stamp: str
    verdict: Badge
    sentence: str
    reasons: tuple[str, ...]
    cleanup: Badge
    cleanup_reasons: tuple[str, ...]
    copies_line: str
    rto: TargetView
    rpo: TargetView
    top_findings: tuple[FindingRow, ...]
    findings: tuple[FindingRow, ...]
    promise: tuple[Fact, ...]
    path: PathView
    why: WhyView
    clock: ClockView
    gantt: Gantt | None
    steps: tuple[StepRow, ...]
    failover: FailoverView | None
    leading: LeadingView | None
    proof: ProofView
    copies: tuple[CopyRow, ...]
    observations: tuple[ObservationRow, ...]
    parity: ParityView
    customers: tuple[CustomerView, ...]
    template: TemplateView | None
    not_exercised: tuple[str, ...]
    provenance: tuple[Fact, ...]


def run_view(run: Run, standings: Standings = NO_STANDINGS) -> RunView:
    """A run as a template sees it."""
    header, closing = run.header, run.closing
    simulated = header.provenance.simulated
    found = [(each, simulated) for each in closing.findings] if closing else []
    findings = finding_rows(found, settled(run), standings)
    rto, rpo = targets(run)
    return RunView(
        id=header.id,
        drill=header.drill,
        kind=spoken(header.kind.value),
        service=header.service,
        title=header.service_title,
        tier=f"tier {header.tier}",
        resource=header.resource,
        exercise=told(header.exercise, "none"),
        started=started_words(header.started_at, header.real_started_at, header.provenance.pace),
        took=figure(closing.ended_at - header.started_at if closing else None, "not closed"),
        closed=closing is not None,
        simulated=header.provenance.simulated,
        paced=header.provenance.pace != 1,
        stamp=stamp(header.provenance),
        verdict=verdict_badge(closing.verdict if closing else None),
        sentence=headline.of_run(run),
        reasons=_reasons(run),
        cleanup=cleanup_badge(closing.cleanup if closing else None),
        cleanup_reasons=_cleanup_reasons(run),
        copies_line=_copies_line(run),
        rto=target_view(rto),
        rpo=target_view(rpo),
        top_findings=findings[:_TOP],
        findings=findings,
        promise=promise_facts(run),
        path=path_view(run),
        why=why_view(run),
        clock=clock_view(run),
        gantt=gantt(run),
        steps=_steps(run),
        failover=failover_view(run),
        leading=leading_view(run),
        proof=proof_view(run),
        copies=tuple(map(_copy, run.copies)),
        observations=tuple(_observation(seen, run) for seen in run.observations),
        parity=parity_view(run),
        customers=customer_views(run),
        template=template_view(run.template),
        not_exercised=not_exercised(run),
        provenance=provenance_facts(run),
    )


def finding_rows(
    findings: Iterable[tuple[Finding, bool]], past: Collection[str], standings: Standings
) -> tuple[FindingRow, ...]:
    """Findings, each with whether it is simulated, the gravest first; those whose fingerprint is in `past` are about
    copies that are gone by now.
    """
    ordered = sorted(findings, key=lambda each: (each[0].fingerprint in past, _GRAVEST_FIRST.index(each[0].severity)))
    return tuple(
        FindingRow(
            badge=_SETTLED if found.fingerprint in past else severity_badge(found.severity),
            title=_HISTORY if found.fingerprint in past else found.title,
            detail=found.detail,
            owner=told(standings.owner(found.fingerprint, simulated, found.owner), "no owner"),
            fingerprint=found.fingerprint,
            standing=standings.words(found.fingerprint, simulated),
            overdue=standings.overdue(found.fingerprint, simulated),
            ticket=standings.ticket(found.fingerprint, simulated),
        )
        for found, simulated in ordered
    )


def settled(run: Run) -> frozenset[str]:
    """The fingerprint of the finding about leftovers, where a sweep has taken them down since the run ended."""
    if run.closing is None or run.closing.cleanup is not Cleanup.CLEAN:
        return frozenset()
    return frozenset(found.fingerprint for found in run.closing.findings if found.rule is Rule.LEFTOVER)


def _reasons(run: Run) -> tuple[str, ...]:
    past, grounds = settled(run), run.closing.grounds if run.closing else ()
    return tuple(_HISTORY if past and reason.rule is Rule.LEFTOVER else reason.text for reason in grounds)


def _cleanup_reasons(run: Run) -> tuple[str, ...]:
    """Why the clean-up stands as it does; what was so at the end of the run and is so no more says so."""
    reasons = run.closing.cleanup_reasons if run.closing else ()
    return (*(f"at the end of the run: {why}" for why in reasons[:-1]), *reasons[-1:]) if settled(run) else reasons


def severity_badge(severity: Severity) -> Badge:
    """How much a finding matters."""
    return Badge(severity.value, SEVERITIES[severity])


def _copies_line(run: Run) -> str:
    if not run.copies:
        return "No copy was made."
    states = [record.state.value for record in run.copies]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))


def _steps(run: Run) -> tuple[StepRow, ...]:
    zero, pace, longest = origin(run), run.header.provenance.pace, slowest(run.steps)
    return tuple(
        StepRow(
            seq=str(step.seq),
            name=step.name,
            phase=step.phase.value,
            started=figure(step.offset - zero),
            took=figure(step.duration, "under way"),
            real=figure(None, "under way") if step.duration is None else real(step.duration, pace),
            attempts=str(step.attempts),
            badge=_step_badge(step, run),
            detail=step.detail,
            slowest=step is longest,
        )
        for step in run.steps
    )


def _step_badge(step: Step, run: Run) -> Badge:
    """A step without an end in a closed run did not end well: its process died in it."""
    if step.outcome is None and run.closing is not None:
        return Badge("never ended", "unsure")
    return outcome_badge(step.outcome)


def _copy(record: CopyRecord) -> CopyRow:
    copy, identity = record.copy, record.identity
    return CopyRow(
        type=spoken(copy.type),
        id=copy.id,
        place=str(copy.place),
        parent=copy.parent,
        unique_id=told(identity.unique_id if identity else None, "not known"),
        arn=told(identity.arn if identity else None, "not known"),
        badge=Badge(record.state.value, COPIES[record.state]),
        created=instant(record.created_at, NOT_RECORDED),
        gone=instant(record.gone_at, "not proven gone"),
    )


def _observation(seen: Observation, run: Run) -> ObservationRow:
    return ObservationRow(seen.copy, seen.state, instant(seen.at), figure(seen.offset - origin(run)))
