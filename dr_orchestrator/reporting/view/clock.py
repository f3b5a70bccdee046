"""The recovery clock as a template sees it: events, policy, both recovery times, waiting, AWS's clock beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.clock import LABELS, Event, Moment
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, format_duration
from dr_orchestrator.domain.run import Measures, Run, Segment
from dr_orchestrator.reporting.measure.server import Beside, beside
from dr_orchestrator.reporting.measure.steps import allowances, on_the_clock, origin
from dr_orchestrator.reporting.wording import NOT_REACHED, Figure, figure, instant, real, signed

_OF_A_RESTORE = (Moment.ACCEPTED, Moment.INFRASTRUCTURE_READY, Moment.DATA_RESTORED, Moment.DATA_VERIFIED)
_UNNUMBERED = {Moment.ACCEPTED: "API", Moment.DATA_WHOLE: "whole"}


@dataclass(frozen=True)
class EventRow:
    """A moment of the recovery; those that were not reached are listed as such."""

    label: str
    name: str
    at: str
    offset: Figure
    since: Figure
    real: Figure
    reached: bool


@dataclass(frozen=True)
class TimeRow:
    """One way to count the recovery time."""

    name: str
    value: Figure
    judged: bool


@dataclass(frozen=True)
class WaitRow:
    """A labelled span of waiting; `on_clock` says whether it counts in the recovery time."""

    kind: str
    reason: str
    at: str
    offset: Figure
    took: Figure
    on_clock: str


@dataclass(frozen=True)
class ServerRow:
    """A state by AWS's own clock, and when the watcher saw it."""

    copy: str
    state: str
    at: str
    source: str
    seen: str
    difference: Figure


@dataclass(frozen=True)
class ClockView:
    """Events, recovery times, and how they are judged; `judged` is the policy in one line, `net` leaves waiting out."""

    events: tuple[EventRow, ...]
    times: tuple[TimeRow, ...]
    policy: tuple[str, ...]
    judged: str
    waits: tuple[WaitRow, ...]
    gross: Figure
    net: Figure
    servers: tuple[ServerRow, ...]


def clock_view(run: Run) -> ClockView:
    """The clock of a run."""
    measures = run.closing.measures if run.closing else Measures()
    return ClockView(
        events=_events(run),
        times=_times(run, measures),
        policy=policy_words(run),
        judged=_judged(run.header.policy),
        waits=tuple(_wait(segment, run) for segment in sorted(run.segments, key=lambda each: each.offset)),
        gross=figure(measures.rta),
        net=figure(measures.rta_net),
        servers=tuple(map(_server, beside(run))),
    )


def policy_words(run: Run) -> tuple[str, ...]:
    """How the recovery time of a run is judged, in sentences."""
    policy = run.header.policy
    start = "disruption (T0)" if policy.judged_from is ClockStart.DISRUPTION else "declaration (T2)"
    said = [f"The recovery time is judged from the {start} to the verified service (T7)."]
    if run.header.kind.interrupts:
        said.append(
            "T0 is a client's first write that failed; T7 the first that was acknowledged, as were all after it."
        )
    if not detection_exercised(run):
        said.append("Detection and declaration were not exercised: T0, T1 and T2 are one instant.")
    said.append(_allowances(policy))
    return tuple(said)


def detection_exercised(run: Run) -> bool:
    """Whether somebody had to notice and to declare: T0, T1 and T2 are not one instant."""
    wanted = (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED)
    offsets = [event.offset for event in run.events if event.moment in wanted]
    return len(offsets) == len(wanted) and len(set(offsets)) > 1


def _judged(policy: ClockPolicy) -> str:
    allowed = allowances(policy)
    if policy.judged_from is ClockStart.DECLARATION:
        return "From the declaration to the verified service."
    extra = f", {format_duration(allowed)} of allowances included" if allowed else ""
    return f"From the disruption to the verified service{extra}."


def _allowances(policy: ClockPolicy) -> str:
    detection, decision = policy.detection_allowance, policy.decision_allowance
    if policy.judged_from is ClockStart.DECLARATION:
        return "No allowance applies: the clock starts at the declaration."
    if not detection and not decision:
        return "The policy adds no allowance for them."
    return f"The policy adds {format_duration(detection)} for detection and {format_duration(decision)} for decision."


def _events(run: Run) -> tuple[EventRow, ...]:
    zero, pace = origin(run), run.header.provenance.pace
    reached = {event.moment: event for event in run.events}
    rows, before = [], None
    for moment in Moment:
        event = reached.get(moment)
        if moment is Moment.DATA_WHOLE and not (event or any(check.reads_whole for check in run.checks)):
            continue  # no check was there to find it out
        if event is None and run.header.kind.interrupts and moment in _OF_A_RESTORE:
            continue  # nothing is restored by a failover
        rows.append(_event_row(moment, event, before, zero, pace))
        before = before if moment is Moment.DATA_WHOLE else event or before  # it stands beside the others
    return tuple(rows)


def _event_row(moment: Moment, event: Event | None, before: Event | None, zero: timedelta, pace: float) -> EventRow:
    offset = event.offset - zero if event else None
    beside = moment is Moment.DATA_WHOLE
    since = event.offset - before.offset if event and before and not beside else None
    return EventRow(
        label=LABELS.get(moment) or _UNNUMBERED[moment],
        name=moment.value,
        at=instant(event.at if event else None, NOT_REACHED),
        offset=figure(offset, NOT_REACHED),
        since=figure(since, NOT_REACHED if event is None else "beside" if beside else "start"),
        real=figure(None, NOT_REACHED) if offset is None else real(offset, pace),
        reached=event is not None,
    )


def _wait(segment: Segment, run: Run) -> WaitRow:
    counted = on_the_clock(run, segment)
    partly = f"{format_duration(counted)} of it" if counted else "no"
    return WaitRow(
        kind=segment.kind.value,
        reason=segment.reason,
        at=instant(segment.started_at),
        offset=figure(segment.offset - origin(run)),
        took=figure(segment.duration),
        on_clock="yes" if counted == segment.duration else partly,
    )


def _server(each: Beside) -> ServerRow:
    return ServerRow(
        copy=each.told.copy,
        state=each.told.state,
        at=instant(each.told.at),
        source=each.told.source,
        seen=instant(each.seen_at, "not seen"),
        difference=signed(each.difference, "not seen"),
    )


def _times(run: Run, measures: Measures) -> tuple[TimeRow, ...]:
    policy = run.header.policy
    disruption = policy.judged_from is ClockStart.DISRUPTION
    allowed = disruption and bool(policy.detection_allowance or policy.decision_allowance)
    rows = [
        TimeRow("From the disruption (T0 to T7)", figure(measures.rta_from_disruption), disruption and not allowed),
        TimeRow("From the declaration (T2 to T7)", figure(measures.rta_from_declaration), not disruption),
    ]
    if allowed:
        rows.append(TimeRow("From the disruption, with the policy's allowances", figure(measures.rta), True))
    if measures.whole_after is not None:
        limit = run.header.objective.hydration
        told = f"Until every block was read{f' (objective {limit})' if limit else ''}"
        rows.append(TimeRow(told, figure(measures.whole_after), False))
    if run.segments:
        rows.append(TimeRow("Net: the judged one without the labelled waiting", figure(measures.rta_net), False))
    return tuple(rows)
