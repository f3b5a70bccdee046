"""How the figures of a run were reached, from its record alone: events, clocks, promises, and what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import LABELS, Moment
from dr_orchestrator.domain.judge.measure import SCHEDULE, Record, by_store
from dr_orchestrator.domain.objective import ClockStart, Limit, format_duration
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Closing, Measures, Run, SegmentKind
from dr_orchestrator.domain.verdict import Cleanup

BY_INSTANTS = "instants in UTC: the reference by the drill's wall clock, the newest data by its own"


@dataclass(frozen=True)
class Instant:
    """An end of what a figure counts: a moment with its T-number; `at` is None where it was not reached."""

    label: str
    name: str
    at: datetime | None


@dataclass(frozen=True)
class Held:
    """An actual against its limit; `kept` is None where nothing can be said: no target, no measure, no evidence.

    `error` is how far the clock may have put the actual off, either way.
    """

    actual: timedelta | None
    error: timedelta | None
    limit: Limit | None
    source: str
    revision: str
    kept: bool | None


@dataclass(frozen=True)
class TimeExplained:
    """How the judged recovery time came about; the allowances are the policy's, already in the actual."""

    start: Instant
    stop: Instant
    clock: str
    detection_allowance: timedelta
    decision_allowance: timedelta
    held: Held


@dataclass(frozen=True)
class LossExplained:
    """How the data loss came about: from which instant and why that one, to which data, and who read it.

    `before_point` is the part of it between the newest data that a check read and the instant of its recovery point:
    what was written then is restored, too, though nothing that was read proves it. `above_worst` is by how much the
    loss stands above the worst case, which counts to the instants of recovery points. None where there is no such part.
    """

    reference: datetime | None
    why: str
    newest: datetime | None
    clock: str
    grade: str
    source: str
    check: str
    store: str
    before_point: timedelta | None
    above_worst: timedelta | None
    held: Held


@dataclass(frozen=True)
class StoreLoss:
    """The loss of one store; `missing` says why where that is not known, `worst` marks the one that speaks for all."""

    store: str
    newest: datetime | None
    loss: timedelta | None
    grade: str
    source: str
    missing: str
    worst: bool


@dataclass(frozen=True)
class Explanation:
    """All that a stranger needs to reckon a verdict again; `rules` is the version of the rules that gave it."""

    rto: TimeExplained
    rpo: LossExplained
    stores: tuple[StoreLoss, ...]
    rules: str


def explain(run: Run) -> Explanation:
    """Explain a run; one that is not closed has no figures yet."""
    return Explanation(_time(run), _loss(run), stores(run), run.closing.rule_version if run.closing else "")


def stores(run: Run) -> tuple[StoreLoss, ...]:
    """The loss of every store whose recovery point a closed run took."""
    if run.closing is None or run.header.kind.interrupts:
        return ()
    record, since = _record(run), _told_from(run.closing)
    read = list(zip(run.points, by_store(record), strict=True))
    oldest = min((data.at for _, data in read if data.at is not None), default=None)
    return tuple(
        StoreLoss(
            store=point.store or point.id,
            newest=data.at,
            loss=since - data.at if since is not None and data.at is not None else None,
            grade=data.grade,
            source=data.source,
            missing=data.missing,
            worst=data.at is not None and data.at == oldest,
        )
        for point, data in read
    )


def _told_from(closing: Closing) -> datetime | None:
    """The instant that losses can be counted from; None where the clock that told it is known to be bad."""
    bad = closing.measures.rpa is None and Rule.CLOCK in closing.reason_rules
    return None if bad else closing.measures.rpa_reference


def _time(run: Run) -> TimeExplained:
    policy, measures = run.header.policy, _measures(run)
    disrupted = policy.judged_from is ClockStart.DISRUPTION
    return TimeExplained(
        start=_instant(run, Moment.DISRUPTION if disrupted else Moment.DECLARED),
        stop=_instant(run, Moment.SERVICE_VERIFIED),
        clock=_clock(run),
        detection_allowance=policy.detection_allowance if disrupted else timedelta(),
        decision_allowance=policy.decision_allowance if disrupted else timedelta(),
        held=_held(
            run,
            run.header.objective.rto,
            measures.rta,
            measures.rta_clock_error,
            measures.rta is not None and measures.rta > timedelta(),
        ),
    )


def _loss(run: Run) -> LossExplained:
    measures = _measures(run)
    check, point = _reader(run, measures), _claimant(run, measures)
    proven = measures.rpa is not None and measures.rpa >= timedelta() and measures.rpa_grade != SCHEDULE
    alone = run.points[0].store if len(run.points) == 1 else ""
    return LossExplained(
        reference=measures.rpa_reference,
        why=_why(run, measures),
        newest=measures.newest_data,
        clock=BY_INSTANTS,
        grade=measures.rpa_grade,
        source=measures.rpa_source,
        check=check.name if check else "",
        store=(check.store if check else "") or (point.store if point else "") or alone,
        before_point=_before_point(run, check),
        above_worst=_longer(measures.rpa, measures.worst_case),
        held=_held(run, run.header.objective.rpo, measures.rpa, measures.rpa_clock_error, proven),
    )


def _held(run: Run, limit: Limit | None, actual: timedelta | None, error: timedelta | None, proven: bool) -> Held:
    objective = run.header.objective
    kept = limit.kept_by(actual, error) if limit is not None and actual is not None and proven else None
    return Held(actual, error, limit, objective.source, objective.revision, kept)


def _clock(run: Run) -> str:
    """Which clock timed the recovery; a monotonic one does not outlive its process."""
    pace = run.header.provenance.pace
    words = "monotonic clock of the process"
    words += f", {pace:g} drill seconds to a real second" if pace != 1 else ""
    dead = [segment.duration for segment in run.segments if segment.kind is SegmentKind.INTERRUPTION]
    if not dead:
        return words
    return f"{words}; bridged by the wall clock for {format_duration(sum(dead, timedelta()))} where the run was resumed"


def _why(run: Run, measures: Measures) -> str:
    if measures.rpa_reference is None:
        return "no disruption was recorded"
    asked = next((point for point in run.points if point.reference == measures.rpa_reference), None)
    if asked is None:
        return "the disruption (T0): no other instant was asked for"
    words = asked.data_time_source if asked.kind is PointKind.CONTINUOUS else f"a snapshot, {run.header.selection}"
    return f"asked for: {words}"


def _reader(run: Run, measures: Measures) -> CheckResult | None:
    """The check that read the newest data, where one did."""
    read = (check for check in run.checks if check.newest is not None and check.newest == measures.newest_data)
    return next((check for check in read if check.name == measures.rpa_check), None)


def _before_point(run: Run, check: CheckResult | None) -> timedelta | None:
    """How far the newest data that a check read lies before the recovery point of its store."""
    if check is None or check.newest is None:
        return None
    of_store = [point for point in run.points if point.store == check.store] or list(run.points)
    return _longer(of_store[0].data_time - check.newest, timedelta()) if len(of_store) == 1 else None


def _longer(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """By how much one span is longer than another; None where it is not, or where one is not known."""
    return one - other if one is not None and other is not None and one > other else None


def _claimant(run: Run, measures: Measures) -> RecoveryPoint | None:
    """The recovery point whose own word the newest data is, where nothing was read."""
    return next((point for point in run.points if point.id == measures.rpa_point), None)


def _instant(run: Run, moment: Moment) -> Instant:
    at = next((event.at for event in run.events if event.moment is moment), None)
    return Instant(LABELS[moment], moment.value, at)


def _measures(run: Run) -> Measures:
    return run.closing.measures if run.closing else Measures()


def _record(run: Run) -> Record:
    """The run as the arithmetic wants it; of a check that was performed again the newest result."""
    checks = list({check.name: check for check in run.checks}.values())
    return Record(run.header, run.events, run.steps, checks, run.points, (), Cleanup.UNPROVEN, segments=run.segments)
