"""How the verdict was reached, as a template sees it: one row a question, RTO and RPO side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.judge.explain import Held, Instant, LossExplained, TimeExplained, explain
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.measure.target import Target, targets
from dr_orchestrator.reporting.wording import (
    NO_TARGET,
    NOT_MEASURED,
    NOT_REACHED,
    Badge,
    before_point,
    error_bar,
    exact,
    grade_words,
    instant,
    told,
)


@dataclass(frozen=True)
class WhyRow:
    """One question, answered for the recovery time and for the data loss."""

    question: str
    rto: str
    rpo: str


@dataclass(frozen=True)
class WhyView:
    """The way to the verdict; `rto` and `rpo` are what came out of it, `rules` is the version that gave it."""

    rows: tuple[WhyRow, ...]
    rto: Badge
    rpo: Badge
    rules: str


def why_view(run: Run) -> WhyView:
    """The way to a run's verdict."""
    explained, (rto, rpo) = explain(run), targets(run)
    time, loss = explained.rto, explained.rpo
    rows = (
        WhyRow("Counted from", _reached(time.start), _reference(loss)),
        WhyRow("Counted to", _reached(time.stop), f"the newest data found, {instant(loss.newest, NOT_MEASURED)}"),
        WhyRow("By which clock", time.clock, loss.clock),
        WhyRow("Evidence", _verified(time), _evidence(loss)),
        WhyRow("Added by the policy", _added(time), "nothing"),
        WhyRow("Actual", _actual(time.held), _actual(loss.held)),
        WhyRow("Of that, before the recovery point", "nothing", before_point(loss) or "nothing"),
        WhyRow("Objective", _objective(time.held), _objective(loss.held)),
        WhyRow("Compared unrounded", _compared(time.held, rto), _compared(loss.held, rpo)),
    )
    return WhyView(rows, rto.badge, rpo.badge, told(explained.rules))


def _reached(moment: Instant) -> str:
    return f"{moment.label} {moment.name}, {instant(moment.at, NOT_REACHED)}"


def _reference(loss: LossExplained) -> str:
    return NOT_MEASURED if loss.reference is None else f"{instant(loss.reference)}; {loss.why}"


def _verified(time: TimeExplained) -> str:
    return "every mandatory check had passed by then" if time.stop.at else "the service was never verified"


def _evidence(loss: LossExplained) -> str:
    if not loss.grade:
        return NOT_MEASURED
    store = f", store {loss.store}" if loss.store else ""
    return f"{grade_words(loss.grade)} ({loss.source}{store})"


def _added(time: TimeExplained) -> str:
    detection, decision = time.detection_allowance, time.decision_allowance
    if not detection and not decision:
        return "nothing"
    return f"{format_duration(detection)} for detection, {format_duration(decision)} for decision"


def _actual(held: Held) -> str:
    if held.actual is None:
        return NOT_MEASURED
    off = f" {error_bar(held.error)}, by how far the clock was off" if held.error else ""
    return f"{format_duration(held.actual)} ({exact(held.actual)}{off})"


def _objective(held: Held) -> str:
    revision = f", revision {held.revision}" if held.revision else ""
    return f"{held.limit or NO_TARGET}, promised by {told(held.source)}{revision}"


def _compared(held: Held, target: Target) -> str:
    """The comparison as it was made, to the microsecond."""
    if held.kept is None or held.limit is None or held.actual is None:
        return target.margin
    limit = held.limit
    verdict = "holds: met" if held.kept else "does not hold: missed"
    equal = " (equality misses it)" if held.actual == limit.value and not held.kept else ""
    return f"{_bare(held.actual)} {limit.operator} {exact(limit.value)} {verdict}{equal}"


def _bare(value: timedelta) -> str:
    return exact(value).removesuffix(" s")
