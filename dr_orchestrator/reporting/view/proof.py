"""What proves that the data is there, as a template sees it: recovery points, RPA and grade, checks, worst case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult, Measures, Run
from dr_orchestrator.reporting.wording import (
    GRADES,
    MET,
    NOT_MEASURED,
    NOT_REACHED,
    Badge,
    Figure,
    figure,
    instant,
    outcome_badge,
    told,
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
    proves: str
    expected: str
    observed: str
    badge: Badge
    took: Figure


@dataclass(frozen=True)
class ProofView:
    """Everything about the restored data."""

    points: tuple[PointView, ...]
    loss: tuple[Fact, ...]
    checks: tuple[CheckRow, ...]
    worst_case: Figure
    worst_case_source: str
    worst_case_badge: Badge


def proof_view(run: Run) -> ProofView:
    """The data proof of a run."""
    measures = run.closing.measures if run.closing else Measures()
    verdict = run.closing.worst_case_verdict if run.closing else NOT_MEASURED
    return ProofView(
        points=tuple(PointView(point.id, _point(point)) for point in run.points),
        loss=_loss(measures),
        checks=(*map(_check, run.checks), *_unreached(run)),
        worst_case=figure(measures.worst_case),
        worst_case_source=told(measures.worst_case_source),
        worst_case_badge=Badge(told(verdict, NOT_MEASURED), MET.get(verdict, "unsure")),
    )


def unreached(planned: Sequence[str], checks: Sequence[CheckResult]) -> tuple[str, ...]:
    """The planned checks that have no result."""
    done = {check.name for check in checks}
    return tuple(name for name in planned if name not in done)


def grade_words(grade: str) -> str:
    """A grade of RPA with its meaning."""
    return f"{grade}: {GRADES[grade]}" if grade in GRADES else told(grade, NOT_MEASURED)


def _point(point: RecoveryPoint) -> tuple[Fact, ...]:
    window = point.window_start and point.window_end
    return (
        Fact("Kind", point.kind.value),
        Fact("Holds data as of", instant(point.data_time)),
        Fact("Read from", point.data_time_source),
        Fact("Created", instant(point.created_at)),
        Fact("Window", f"{instant(point.window_start)} to {instant(point.window_end)}" if window else "one instant"),
        Fact("Asked-for instant", instant(point.reference, "none: loss counts from the disruption")),
        Fact("Encrypted", told(point.encrypted)),
        Fact("Size", "not recorded" if point.size_gib is None else f"{point.size_gib} GiB"),
    )


def _loss(measures: Measures) -> tuple[Fact, ...]:
    shown = figure(measures.rpa)
    return (
        Fact("RPA", shown.text, shown.exact),
        Fact("Grade", grade_words(measures.rpa_grade)),
        Fact("Read from", told(measures.rpa_source, NOT_MEASURED)),
        Fact("Counted from", _precise(measures.rpa_reference)),
        Fact("Newest data found", _precise(measures.newest_data)),
    )


def _precise(value: datetime | None) -> str:
    return instant(value, NOT_MEASURED)


def _check(check: CheckResult) -> CheckRow:
    proves = "heartbeat" if check.canary else "data" if check.proves_data else "service"
    proves += "" if check.mandatory else ", optional"
    badge = outcome_badge(check.outcome)
    return CheckRow(check.name, proves, check.expected, check.observed, badge, figure(check.duration))


def _unreached(run: Run) -> list[CheckRow]:
    missing = Badge(NOT_REACHED, "unsure")
    return [
        CheckRow(name, "planned", "as planned", NOT_REACHED, missing, figure(None, NOT_REACHED))
        for name in unreached(run.header.planned_checks, run.checks)
    ]
