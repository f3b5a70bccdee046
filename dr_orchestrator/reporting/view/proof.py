"""The proofs that the data is there, as a template sees it: recovery points, RPA and grade, checks, worst case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.judge.explain import explain, stores
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult, Measures, Run
from dr_orchestrator.domain.verdict import WorstCaseVerdict
from dr_orchestrator.reporting.wording import (
    NOT_KNOWN,
    NOT_MEASURED,
    NOT_REACHED,
    Badge,
    Figure,
    above_worst_case,
    as_far_as_known,
    figure,
    grade_words,
    instant,
    outcome_badge,
    told,
    worst_case_badge,
)


@dataclass(frozen=True)
class Fact:
    """A labelled piece of text; `exact` is shown on hover where it says more."""

    label: str
    value: str
    exact: str = ""


@dataclass(frozen=True)
class PointView:
    """A recovery point as it was chosen."""

    id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class CheckRow:
    """A check: what was claimed, what was seen."""

    name: str
    store: str
    proves: str
    expected: str
    observed: str
    badge: Badge
    took: Figure


@dataclass(frozen=True)
class StoreRow:
    """The loss of one of several stores; `worst` marks the one that speaks for the run."""

    name: str
    newest: str
    grade: str
    source: str
    loss: Figure
    worst: bool


@dataclass(frozen=True)
class ProofView:
    """Everything about the restored data."""

    points: tuple[PointView, ...]
    loss: tuple[Fact, ...]
    stores: tuple[StoreRow, ...]
    skew: Figure
    checks: tuple[CheckRow, ...]
    worst_case: Figure
    worst_case_line: str
    worst_facts: tuple[Fact, ...]
    worst_case_source: str
    worst_case_note: str
    worst_case_badge: Badge


def proof_view(run: Run) -> ProofView:
    """The data proof of a run."""
    measures = run.closing.measures if run.closing else Measures()
    verdict = run.closing.worst_case_verdict if run.closing else WorstCaseVerdict.NOT_MEASURED
    loss = explain(run).rpo
    return ProofView(
        points=tuple(PointView(point.id, _point(point)) for point in run.points),
        loss=_loss(measures, loss.store),
        stores=_stores(run),
        skew=figure(measures.rpa_skew, "one store: none" if len(run.points) == 1 else NOT_MEASURED),
        checks=(*map(_check, run.checks), *_unreached(run)),
        worst_case=figure(measures.worst_case),
        worst_case_line="" if run.header.kind.interrupts else _worst_line(measures, verdict),
        worst_facts=_worst_facts(measures),
        worst_case_source=told(measures.worst_case_source),
        worst_case_note=above_worst_case(loss),
        worst_case_badge=worst_case_badge(verdict),
    )


def unreached(planned: Sequence[str], checks: Sequence[CheckResult]) -> tuple[str, ...]:
    """The planned checks that have no result."""
    done = {check.name for check in checks}
    return tuple(name for name in planned if name not in done)


def _point(point: RecoveryPoint) -> tuple[Fact, ...]:
    window = point.window_start and point.window_end
    return (
        Fact("Store", told(point.store)),
        Fact("Kind", point.kind.value),
        Fact("Holds data as of", instant(point.data_time)),
        Fact("Read from", point.data_time_source),
        Fact("Created", instant(point.created_at)),
        Fact("Window", f"{instant(point.window_start)} to {instant(point.window_end)}" if window else "one instant"),
        Fact("Asked-for instant", instant(point.reference, "none: loss counts from the disruption")),
        Fact("Encrypted", told(point.encrypted)),
        Fact("Size", "not recorded" if point.size_gib is None else f"{point.size_gib} GiB"),
    )


def _stores(run: Run) -> tuple[StoreRow, ...]:
    """Store by store, where there are several to compare."""
    told_apart = stores(run)
    return tuple(
        StoreRow(
            name=each.store,
            newest=_precise(each.newest),
            grade=each.grade or NOT_MEASURED,
            source=each.source or each.missing,
            loss=figure(each.loss),
            worst=each.worst,
        )
        for each in (told_apart if len(told_apart) > 1 else ())
    )


def _worst_line(measures: Measures, verdict: WorstCaseVerdict) -> str:
    """The worst case in a line, in which nothing is said twice."""
    if measures.worst_case is None and verdict is WorstCaseVerdict.NOT_MEASURED:
        return f"Worst case {figure(measures.worst_case).text}."
    return f"Worst case {figure(measures.worst_case).text}{as_far_as_known(measures.worst_case, verdict)}: {verdict}."


def _worst_facts(measures: Measures) -> tuple[Fact, ...]:
    """The parts of the worst case: the longest gap, and the time that a backup takes; nothing of it may be known."""
    parts = (
        ("Largest gap", measures.worst_case_gap, NOT_KNOWN),
        ("95 of 100 gaps are within", measures.worst_case_p95, NOT_KNOWN),
        ("A backup takes", measures.worst_case_backup, NOT_KNOWN),
    )
    if not any(value is not None for _, value, _ in parts):
        return ()
    shown = [(label, figure(value, missing)) for label, value, missing in parts]
    return tuple(Fact(label, each.text, each.exact) for label, each in shown)


def _loss(measures: Measures, store: str) -> tuple[Fact, ...]:
    shown = figure(measures.rpa)
    return (
        Fact("RPA", shown.text, shown.exact),
        Fact("Grade", grade_words(measures.rpa_grade)),
        Fact("Read from", told(measures.rpa_source, NOT_MEASURED)),
        Fact("Store", told(store)),
        Fact("Counted from", _precise(measures.rpa_reference)),
        Fact("Newest data found", _precise(measures.newest_data)),
    )


def _precise(value: datetime | None) -> str:
    return instant(value, NOT_MEASURED)


def _check(check: CheckResult) -> CheckRow:
    of_data = "blocks" if check.reads_whole else "data" if check.proves_data else "service"
    proves = "heartbeat" if check.canary else of_data
    proves += "" if check.mandatory else ", optional"
    badge = outcome_badge(check.outcome)
    return CheckRow(check.name, check.store, proves, check.expected, check.observed, badge, figure(check.duration))


def _unreached(run: Run) -> list[CheckRow]:
    missing = Badge(NOT_REACHED, "unsure")
    return [
        CheckRow(name, "", "planned", "as planned", NOT_REACHED, missing, figure(None, NOT_REACHED))
        for name in unreached(run.header.planned_checks, run.checks)
    ]
