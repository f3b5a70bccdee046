"""The figures of a run: RTA from its events, RPA from what was read in the copy; none from a clock that is bad."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Event, Moment, span
from dr_orchestrator.domain.failover import FAILOVER, switches
from dr_orchestrator.domain.judge.clocks import Clocks, clocks_of
from dr_orchestrator.domain.objective import ClockStart, format_duration
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.replica import Empty
from dr_orchestrator.domain.run import CheckResult, Measures, RunHeader, Segment, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome

UNREAD = "no instant was read from the copy"
SCHEDULE = "E"
"""The grade of an RPA that was only worked out from the schedule: shown, and never better than inconclusive."""
CLAIMED = ("C", "D")
"""The grades of an RPA that a recovery point told of itself: no witness in the restored data bears it out."""


@dataclass(frozen=True)
class Fault:
    """The end of a recovery that came early: its outcome, and what was said.

    `cause` is what tells it from other faults whatever is said of it: the step, the call, what was looked at.
    """

    outcome: Outcome
    text: str
    cause: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """All that a verdict may rest on. `fault` is what ended the recovery early.

    `differences` are the settings in which copies are not as their sources, whether that is accepted or not; `empty`
    are the parts of a replica that keep data and came back without any, though nobody said that they may.
    `histories_unknown` is how many stores' recovery points could not be looked back at; `doubts` is why nothing here
    can be evidence, `clock_doubts` what speaks against the clock by which another process went on with the run.
    `elsewhere` is whether its copy stands in another region than its source.
    """

    header: RunHeader
    events: Sequence[Event]
    steps: Sequence[Step]
    checks: Sequence[CheckResult]
    points: Sequence[RecoveryPoint]
    worst_cases: Sequence[WorstCase]
    cleanup: Cleanup
    cleanup_reasons: Sequence[str] = ()
    fault: Fault | None = None
    segments: Sequence[Segment] = ()
    histories_unknown: int = 0
    doubts: Sequence[str] = ()
    clock_doubts: Sequence[str] = ()
    empty: Sequence[Empty] = ()
    differences: Sequence[Difference] = ()
    elsewhere: bool = False


def measure(record: Record) -> Measures:
    """Derive RTA from the events, and RPA from the newest instant that was found in the copy.

    No figure comes from a clock that is known to be bad; one that was off by less than that is told as their error.
    """
    kept = clocks(record)
    interrupts = record.header.kind.interrupts
    found = _seen_by_a_client(record) if interrupts else _measured(record)
    rta_error = kept.rta_error + (found.rta_clock_error or timedelta())
    rpa_error = timedelta() if interrupts else kept.rpa_error  # numbers were counted, and no instants
    measures = replace(found, rta_clock_error=rta_error, rpa_clock_error=rpa_error)
    if not kept.rta_known:
        measures = replace(measures, rta=None, rta_from_disruption=None, rta_from_declaration=None, rta_net=None)
        measures = replace(measures, whole_after=None)
    if not kept.rpa_known and not interrupts:
        measures = replace(measures, rpa=None, rpa_grade="", rpa_source="")
    if not kept.worst_case_known:
        measures = replace(measures, worst_case=None, worst_case_gap=None, worst_case_p95=None, worst_case_source="")
    return measures


def _measured(record: Record) -> Measures:
    """The figures as the clocks tell them."""
    from_disruption = span(record.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED)
    from_declaration = span(record.events, Moment.DECLARED, Moment.SERVICE_VERIFIED)
    judged = _until(record, Moment.SERVICE_VERIFIED)
    since = reference(record)
    data = newest(record)
    worst = _worst_case(record)
    waiting = waited(record)
    measures = Measures(
        rta=judged,
        rta_from_disruption=from_disruption,
        rta_from_declaration=from_declaration,
        rta_net=judged - waiting if judged is not None and waiting is not None else None,
        rpa=since - data.at if since is not None and data.at is not None else None,
        rpa_grade=data.grade,
        rpa_source=data.source,
        rpa_reference=since,
        newest_data=data.at,
        rpa_skew=data.skew,
        worst_case=worst.loss if worst else None,
        worst_case_source=worst.source if worst else "",
        worst_case_gap=worst.gap if worst else None,
        worst_case_p95=worst.p95 if worst else None,
        worst_case_backup=worst.backup if worst else None,
        rpa_check=data.check,
        rpa_point=data.point,
        whole_after=_until(record, Moment.DATA_WHOLE),
    )
    if measures.rpa is None and worst is not None and record.points:
        return replace(measures, rpa=worst.loss, rpa_grade=SCHEDULE, rpa_source=f"arithmetic: {worst.source}")
    return measures


def _seen_by_a_client(record: Record) -> Measures:
    """The figures of a failover: what a client was not served, and what it lost of what was acknowledged to it.

    Nobody had to notice or to decide, so no allowance is added. The outage is known to the pause between two writes.
    """
    ways = switches(record.checks)
    there = ways.get(FAILOVER)
    lasted = span(record.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED)
    if there is None or there.outage is None or not there.measured or lasted is None:
        return Measures()
    since = next(event.at for event in record.events if event.moment is Moment.DISRUPTION)
    spans = [each.counted.lost_for if not each.gone else None for each in ways.values()]
    lost = max((each for each in spans if each is not None), default=timedelta())
    counted = there.moved and there.counted.acknowledged > 0 and None not in spans
    until = since + lasted if lost else since  # what is lost may have been acknowledged within the outage
    return Measures(
        rta=lasted,
        rta_from_disruption=lasted,
        rta_from_declaration=lasted,
        rta_net=lasted,
        rta_clock_error=there.outage.resolution,
        rpa=lost if counted else None,
        rpa_grade="A" if counted else "",
        rpa_source="every number that was acknowledged was looked for in the copy" if counted else "",
        rpa_reference=until,
        newest_data=until - lost if counted else None,
        rpa_check=there.result.name if counted else "",
    )


def _worst_case(record: Record) -> WorstCase | None:
    """The worst of all histories, and no less than what this very drill lost by its recovery points: a lag that is
    looked up at the end of a run may be shorter than it was when disaster struck. A negative one is no measure, and
    stays.
    """
    worst = max(record.worst_cases, key=lambda case: case.loss, default=None)
    lost = _lost_by_points(record)
    if worst is None or worst.loss < timedelta() or lost <= worst.loss:
        return worst
    source = f"the recovery point of this drill lay that far back; afterwards {format_duration(worst.loss)}"
    return replace(worst, loss=lost, source=f"{source}: {worst.source}")


def _lost_by_points(record: Record) -> timedelta:
    """How far the recovery points lie before the disruption, but for those of an instant that was asked for."""
    struck = next((event.at for event in record.events if event.moment is Moment.DISRUPTION), None)
    taken = [point.data_time for point in record.points if point.reference is None]
    return struck - min(taken) if struck is not None and taken else timedelta()


def _until(record: Record, moment: Moment) -> timedelta | None:
    """How long it took until a moment, as the policy counts: with its allowances where the disruption starts it."""
    policy, lasted = record.header.policy, span(record.events, _start(record), moment)
    if lasted is None or policy.judged_from is ClockStart.DECLARATION:
        return lasted
    return lasted + policy.detection_allowance + policy.decision_allowance


def waited(record: Record) -> timedelta | None:
    """How much of the recovery clock lies in labelled segments; None where it did not stop.

    Where several overlap, that time counts once.
    """
    start, end = (_offset(record, moment) for moment in (_start(record), Moment.SERVICE_VERIFIED))
    if start is None or end is None:
        return None
    total, reached = timedelta(), start
    for segment in sorted(record.segments, key=lambda each: each.offset):
        begins, ends = max(segment.offset, reached), min(segment.offset + segment.duration, end)
        if ends > begins:
            total, reached = total + (ends - begins), ends
    return total


def _start(record: Record) -> Moment:
    disrupted = record.header.policy.judged_from is ClockStart.DISRUPTION
    return Moment.DISRUPTION if disrupted else Moment.DECLARED


def _offset(record: Record, moment: Moment) -> timedelta | None:
    return next((event.offset for event in record.events if event.moment is moment), None)


def clocks(record: Record) -> Clocks:
    """Whether the clocks of the run hold, and which figures rest on them."""
    asked = any(point.reference is not None for point in record.points) or record.header.kind.interrupts
    read = (record.events, record.steps, record.segments, record.clock_doubts)
    return clocks_of(*read, pace=record.header.provenance.pace, asked=asked)


def reference(record: Record) -> datetime | None:
    """The instant that loss is counted from: the one the drill asked for, else the disruption."""
    asked = [point.reference for point in record.points if point.reference is not None]
    disrupted = [event.at for event in record.events if event.moment is Moment.DISRUPTION]
    return min(asked, default=disrupted[0] if disrupted else None)


@dataclass(frozen=True)
class Newest:
    """The newest data that a run recovered, as far as it is known; `missing` says why where `at` is None.

    `skew` is how far the newest data of several stores lie apart. `check` names the check that read it, `point` the
    recovery point whose own word it is; never both.
    """

    at: datetime | None = None
    grade: str = ""
    source: str = ""
    missing: str = ""
    skew: timedelta | None = None
    check: str = ""
    point: str = ""


def newest(record: Record) -> Newest:
    """The newest data, its grade and its source; of several stores the one that lost most speaks for all.

    The grade is that of the store that is known worst: one good canary says nothing of the other stores. A canary
    that belongs to no store in particular can make things worse, never better.
    """
    stores = by_store(record)
    unowned = [check for check in record.checks if check.canary and _owner(record, check) is None]
    told = [*stores, *([_read(unowned)] if unowned else [])] or [_read(record.checks)]
    unknown = [store for store in told if store.at is None]
    if unknown:
        return Newest(missing="; ".join(dict.fromkeys(store.missing for store in unknown)))
    oldest = min(told, key=operator.attrgetter("at"))
    return replace(oldest, grade=max(store.grade for store in told), skew=_skew(stores))


def by_store(record: Record) -> list[Newest]:
    """The facts of each store, in the order of the recovery points."""
    owners = {id(check): _owner(record, check) for check in record.checks}
    return [
        _of_store(record, point, [check for check in record.checks if owners[id(check)] is point])
        for point in record.points
    ]


def _skew(stores: Sequence[Newest]) -> timedelta | None:
    known = [store.at for store in stores if store.at is not None]
    return max(known) - min(known) if len(known) > 1 else None


def _owner(record: Record, check: CheckResult) -> RecoveryPoint | None:
    """The recovery point whose data a check read; None where that cannot be told."""
    if len(record.points) == 1 and not (check.store and record.points[0].store):
        return record.points[0]
    of_store = [point for point in record.points if check.store and point.store == check.store]
    return of_store[0] if len(of_store) == 1 else None


def _of_store(record: Record, point: RecoveryPoint, checks: Sequence[CheckResult]) -> Newest:
    """The facts of one store: read from its copy, or else claimed by its recovery point."""
    read = _read(checks)
    if read.at is not None or any(check.canary for check in checks):
        return read
    return _claimed(record, point)


def _read(checks: Sequence[CheckResult]) -> Newest:
    """The newest instant that checks read: heartbeats (A), or rows (B); the one that lost most speaks for the store."""
    canaries = [check for check in checks if check.proves_data and check.canary]
    if any(not _saw(check) for check in canaries):
        return Newest(missing=UNREAD)  # a heartbeat that should be there is not: nothing else may stand in for it
    rows = [check for check in checks if check.proves_data and not check.canary and _saw(check)]
    instants = [(check.newest, check.name) for check in canaries or rows if check.newest is not None]
    if not instants:
        return Newest(missing=UNREAD)
    at, name = min(instants)
    return Newest(at, "A" if canaries else "B", f"newest instant in the copy, check '{name}'", check=name)


def _saw(check: CheckResult) -> bool:
    """Whether a check read an instant and could tell; one that could not tell is no source of figures."""
    return check.newest is not None and check.outcome in (Outcome.PASSED, Outcome.FAILED)


def _claimed(record: Record, point: RecoveryPoint) -> Newest:
    """The claim of a recovery point on itself, where its store was not read; an asked instant says nothing."""
    if not record.checks:
        return Newest(missing=UNREAD)  # nobody came to read it: that is no fault of the drill's definition
    if point.reference == point.data_time:
        return Newest(missing=f"{point.id} holds the asked instant by its own word only: add a canary to read it back")
    if not any(event.moment is Moment.DATA_VERIFIED for event in record.events):
        return Newest(missing=UNREAD)
    grade = "C" if point.kind is PointKind.CONTINUOUS else "D"
    return Newest(point.data_time, grade, f"{point.data_time_source} of {point.id}", point=point.id)
