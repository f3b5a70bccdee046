"""The steps of a run over its recovery clock, with the events T0 to T9 and the RTO line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.clock import LABELS, Moment
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import ClockStart, format_duration
from dr_orchestrator.domain.run import Phase, Run, Segment, Step
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.reporting.chart.axis import Axis, Tick, percent
from dr_orchestrator.reporting.measure.steps import allowances, origin, slowest
from dr_orchestrator.reporting.wording import figure

_NEAR = 1.5
"""An RTO up to this many times the drawn span is drawn on the same axis; one farther off would squash the steps."""
_APART = 0.14
"""A label closer than this to the one before goes a line up, so that both can be read on a telephone."""
_TOGETHER = 0.005
"""Moments closer than this share of the width, a few pixels, are one line and one label."""
_LABEL = 15
"""The height of a line of labels, in pixels."""
_KINDS = {Phase.RECOVER: "recover", Phase.VERIFY: "verify", Phase.PREPARE: "beside", Phase.TEARDOWN: "beside"}


@dataclass(frozen=True)
class Bar:
    """One step: its name, its figure in words, and its place."""

    name: str
    value: str
    exact: str
    x: str
    width: str
    kind: str
    y: int


@dataclass(frozen=True)
class Mark:
    """One or more events at one place; the label stands on line `row`, counted from below, at the height `y`."""

    x: str
    text: str
    anchor: str
    row: int
    y: int


@dataclass(frozen=True)
class Span:
    """One stretch of waiting."""

    x: str
    width: str


@dataclass(frozen=True)
class Wait:
    """All waiting of one kind, on a line of its own below the steps."""

    name: str
    value: str
    spans: tuple[Span, ...]
    y: int


@dataclass(frozen=True)
class Gantt:
    """The data that the chart is drawn from; `drawn` is false where the RTO lies beyond the axis, and `note` says
    so.
    """

    title: str
    desc: str
    bars: tuple[Bar, ...]
    waits: tuple[Wait, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    rto: Tick | None
    end: Tick | None
    note: str
    drawn: bool
    top: int
    foot: int
    height: int


def gantt(run: Run) -> Gantt | None:
    """Lay out a run's steps; None where it has none."""
    if not run.steps:
        return None
    zero = origin(run)
    axis, rto_at = _axis(run, zero)
    drawn = rto_at is not None and rto_at <= axis.end
    limit = run.header.objective.rto
    groups = _groups(axis, run, zero)
    top = 22 + _LABEL * (1 + max((row for _, row, _ in groups), default=0))
    waits = _waits(run, axis, zero, top + 34 * len(run.steps))
    foot = top + 34 * (len(run.steps) + len(waits))
    end = next((event.offset - zero for event in run.events if event.moment is Moment.SERVICE_VERIFIED), None)
    return Gantt(
        title=f"Steps of run {run.header.id} over the recovery clock",
        desc=_desc(run, end),
        bars=_bars(run, axis, zero, top),
        waits=waits,
        marks=tuple(_mark(share, row, labels, top) for share, row, labels in groups),
        ticks=axis.ticks(),
        rto=axis.tick(rto_at, f"RTO {limit}") if rto_at is not None and drawn else None,
        end=axis.tick(end, "RTA ends") if end is not None else None,
        note=_early(run) if drawn else _beyond(run, axis),
        drawn=drawn,
        top=top,
        foot=foot,
        height=foot + (24 if end is None else 40),
    )


def _axis(run: Run, zero: timedelta) -> tuple[Axis, timedelta | None]:
    offsets = [event.offset - zero for event in run.events]
    ends = [step.offset - zero + (step.duration or timedelta()) for step in run.steps]
    start = min([timedelta(), *offsets, *(step.offset - zero for step in run.steps)])
    end = max([timedelta(seconds=1), *offsets, *ends])
    if any(step.duration is None for step in run.steps):
        end += (end - start) / 10
    rto = _rto_offset(run, zero)
    near = rto is not None and rto - start <= (end - start) * _NEAR
    return Axis(start, max(end, rto + (end - start) / 50) if near and rto is not None else end), rto


def _rto_offset(run: Run, zero: timedelta) -> timedelta | None:
    """Where the RTO is used up: after the judged start, earlier by the allowances that the policy adds."""
    limit, policy = run.header.objective.rto, run.header.policy
    if limit is None:
        return None
    if policy.judged_from is ClockStart.DISRUPTION:
        return limit.value - allowances(policy)
    declared = next((event.offset - zero for event in run.events if event.moment is Moment.DECLARED), timedelta())
    return declared + limit.value


def _bars(run: Run, axis: Axis, zero: timedelta, top: int) -> tuple[Bar, ...]:
    longest = slowest(run.steps)
    return tuple(_bar(step, axis, zero, top + 34 * row, step is longest) for row, step in enumerate(run.steps))


def _bar(step: Step, axis: Axis, zero: timedelta, y: int, longest: bool) -> Bar:
    begin = step.offset - zero
    end = axis.end if step.duration is None else begin + step.duration
    shown = figure(step.duration, "under way")
    words = [shown.text]
    words += [step.outcome.value] if step.outcome not in (None, Outcome.PASSED) else []
    words += ["slowest"] if longest else []
    bad = step.outcome in (Outcome.FAILED, Outcome.ABORTED, Outcome.INCONCLUSIVE)
    kind = "bad" if bad else "open" if step.duration is None else _KINDS[step.phase]
    return Bar(step.name, " · ".join(words), shown.exact, axis.x(begin), axis.width(begin, end), kind, y)


def _waits(run: Run, axis: Axis, zero: timedelta, top: int) -> tuple[Wait, ...]:
    """A line for each kind of waiting; what lay before the axis is drawn at its edge, and said."""
    kinds = dict.fromkeys(segment.kind for segment in sorted(run.segments, key=lambda each: each.offset))
    return tuple(
        _wait([segment for segment in run.segments if segment.kind is kind], axis, zero, top + 34 * row)
        for row, kind in enumerate(kinds)
    )


def _wait(segments: Sequence[Segment], axis: Axis, zero: timedelta, y: int) -> Wait:
    spans = [(segment.offset - zero, segment.offset - zero + segment.duration) for segment in segments]
    words = [figure(sum((segment.duration for segment in segments), timedelta())).text]
    words += [f"{len(segments)} times"] if len(segments) > 1 else []
    before = [end <= axis.start for begin, end in spans if begin < axis.start]
    words += [f"{'' if all(before) and len(before) == len(spans) else 'in part '}before this axis"] if before else []
    drawn = tuple(Span(axis.x(begin), axis.width(begin, end)) for begin, end in spans)
    return Wait(segments[0].kind.value, " · ".join(words), drawn, y)


def _groups(axis: Axis, run: Run, zero: timedelta) -> list[tuple[float, int, list[str]]]:
    """Place, line and labels of the events: later neighbours stand higher, so that no line runs through a label."""
    groups: list[tuple[float, int, list[str]]] = []
    for share, label in _labels(axis, run, zero):
        before, row, labels = groups[-1] if groups else (-1.0, 0, [])
        if share - before < _TOGETHER:
            labels.append(label)
        else:
            groups.append((share, row + 1 if share - before < _APART else 0, [label]))
    return groups


def _mark(share: float, row: int, labels: Sequence[str], top: int) -> Mark:
    # A label hangs from its line to the left, like a flag; at the left edge there is room on the right only.
    return Mark(percent(share), _joined(labels), "start" if share < _APART else "end", row, top - 4 - _LABEL * row)


def _labels(axis: Axis, run: Run, zero: timedelta) -> Iterable[tuple[float, str]]:
    events = sorted(run.events, key=lambda event: (event.offset, list(Moment).index(event.moment)))
    return [(axis.share(event.offset - zero), LABELS[event.moment]) for event in events if event.moment in LABELS]


def _joined(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]}–{labels[-1]}"


def _early(run: Run) -> str:
    allowed = allowances(run.header.policy)
    if run.header.objective.rto is None or not allowed:
        return ""
    return f"The RTO line stands {format_duration(allowed)} early: the policy's allowance for what was not exercised."


def _beyond(run: Run, axis: Axis) -> str:
    limit = run.header.objective.rto
    if limit is None:
        return "No RTO line: no target is set."
    ends = format_duration(axis.end)
    return f"The RTO ({limit}) lies beyond this axis, which ends with the steps at {ends}; the bar below is to scale."


def _desc(run: Run, end: timedelta | None) -> str:
    longest = slowest(run.steps)
    slow = f" The slowest on the recovery clock is {longest.name}." if longest else ""
    verified = f"verified after {format_duration(end)}" if end is not None else "never verified"
    kinds = ", ".join(dict.fromkeys(segment.kind.value for segment in run.segments))
    waited = f" Dashed: waiting for something else than the recovery ({kinds})." if kinds else ""
    told = f"{counted(len(run.steps), 'step')}; the service was {verified}.{slow}{waited}"
    return f"{told} The same figures are in the table of steps."
