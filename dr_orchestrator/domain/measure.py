"""The figures of a run: RTA from its events, RPA from what was read in the copy; and whether its clocks hold."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Event, Moment, span
from dr_orchestrator.domain.objective import ClockStart
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Measures, Phase, RunHeader, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome

UNREAD = "no instant was read from the copy"


@dataclass(frozen=True)
class Record:
    """All that a verdict may rest on. `fault` is what ended the recovery early: its outcome, and what was said."""

    header: RunHeader
    events: Sequence[Event]
    steps: Sequence[Step]
    checks: Sequence[CheckResult]
    points: Sequence[RecoveryPoint]
    worst_cases: Sequence[WorstCase]
    cleanup: Cleanup
    cleanup_reasons: Sequence[str] = ()
    fault: tuple[Outcome, str] | None = None


def measure(record: Record) -> Measures:
    """Derive RTA from the events, and RPA from the newest instant that was found in the copy."""
    policy = record.header.policy
    from_disruption = span(record.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED)
    from_declaration = span(record.events, Moment.DECLARED, Moment.SERVICE_VERIFIED)
    judged = from_declaration
    if policy.judged_from is ClockStart.DISRUPTION:
        allowances = policy.detection_allowance + policy.decision_allowance
        judged = from_disruption + allowances if from_disruption is not None else None
    since = reference(record)
    data = newest(record)
    worst = max(record.worst_cases, key=lambda case: case.loss, default=None)
    return Measures(
        rta=judged,
        rta_from_disruption=from_disruption,
        rta_from_declaration=from_declaration,
        rpa=since - data.at if since is not None and data.at is not None else None,
        rpa_grade=data.grade,
        rpa_source=data.source,
        rpa_reference=since,
        newest_data=data.at,
        worst_case=worst.loss if worst else None,
        worst_case_source=worst.source if worst else "",
    )


def clock_faults(record: Record) -> list[str]:
    """What shows that the clocks cannot be trusted: a step or event out of order, a wall clock that jumped."""
    faults = [f"step '{step.name}' took no time or less" for step in record.steps if _timeless(step)]
    timed = sorted((step for step in record.steps if step.duration is not None), key=lambda step: step.offset)
    for before, after in itertools.pairwise(timed):
        if before.duration is not None and before.offset + before.duration > after.offset:
            faults.append(f"steps '{before.name}' and '{after.name}' overlap")
    tolerance = timedelta(seconds=max(1.0, record.header.provenance.pace))
    readings = [(step.offset, step.started_at, f"step '{step.name}'") for step in record.steps]
    readings += [(event.offset, event.at, f"'{event.moment}'") for event in record.events]
    for (offset, at, first), (later, then, second) in itertools.pairwise(sorted(readings, key=lambda each: each[0])):
        if abs((then - at) - (later - offset)) > tolerance:
            faults.append(f"the wall clock jumped between {first} and {second}")
    return faults


def _timeless(step: Step) -> bool:
    on_the_clock = step.phase in (Phase.RECOVER, Phase.VERIFY)
    return on_the_clock and step.duration is not None and step.duration <= timedelta()


def reference(record: Record) -> datetime | None:
    """The instant that loss is counted from: the one the drill asked for, else the disruption."""
    asked = [point.reference for point in record.points if point.reference is not None]
    disrupted = [event.at for event in record.events if event.moment is Moment.DISRUPTION]
    return min(asked, default=disrupted[0] if disrupted else None)


@dataclass(frozen=True)
class Newest:
    """The newest data that a run recovered, as far as it is known; `missing` says why where `at` is None."""

    at: datetime | None = None
    grade: str = ""
    source: str = ""
    missing: str = ""


def newest(record: Record) -> Newest:
    """The newest data, its grade and its source; of several stores the one that lost most speaks for all.

    A result does not say which store it was read from, so with several recovery points only as many canaries as
    points speak for every store, and no other row does. With fewer, each point's claim counts beside what was read.
    """
    canaries = [check for check in record.checks if check.proves_data and check.canary]
    if any(check.newest is None for check in canaries):
        return Newest(missing=UNREAD)  # a heartbeat that should be there is not: nothing else may stand in for it
    rows = [check for check in record.checks if check.proves_data and not check.canary]
    read = _instants(canaries) or _instants(rows)
    covered, points = len({check.name for check in canaries}), len(record.points)
    if read and (covered >= points or points == 1):
        at, name = min(read)
        return Newest(at, "A" if canaries else "B", f"newest instant in the copy, check '{name}'")
    return _claimed(record, read, f"canaries cover {covered} of {points} recovery points" if points > 1 else "")


def _instants(checks: Sequence[CheckResult]) -> list[tuple[datetime, str]]:
    return [(check.newest, check.name) for check in checks if check.newest is not None]


def _claimed(record: Record, read: Sequence[tuple[datetime, str]], cover: str) -> Newest:
    """What the recovery points say of themselves, where not every store was read; an asked instant says nothing."""
    asked = [point.id for point in record.points if point.reference == point.data_time]
    if asked:
        told = "holds the asked instant by its own word only: add a canary to read it back"
        return Newest(missing="; ".join(filter(None, (f"{asked[0]} {told}", cover))))
    verified = any(event.moment is Moment.DATA_VERIFIED for event in record.events)
    if not record.points or not verified:
        return Newest(missing="; ".join(filter(None, (UNREAD, cover))))
    claims = [(point.data_time, f"{point.data_time_source} of {point.id}") for point in record.points]
    at, source = min([*claims, *((instant, f"newest instant in the copy, check '{name}'") for instant, name in read)])
    continuous = all(point.kind is PointKind.CONTINUOUS for point in record.points)
    return Newest(at, "C" if continuous else "D", "; ".join(filter(None, (source, cover))))
