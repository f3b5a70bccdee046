"""Where a run's steps, events and segments lie on its recovery clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart
from dr_orchestrator.domain.run import Phase, Run, Segment, Step

ON_THE_CLOCK = (Phase.RECOVER, Phase.VERIFY)


def origin(run: Run) -> timedelta:
    """The offset of the disruption, which every offset in a report counts from; the opening where none was reached."""
    return next((event.offset for event in run.events if event.moment is Moment.DISRUPTION), timedelta())


def on_the_clock(run: Run, segment: Segment) -> timedelta:
    """How much of a segment lies on the judged recovery clock, which goes on where nothing was verified."""
    start = Moment.DISRUPTION if run.header.policy.judged_from is ClockStart.DISRUPTION else Moment.DECLARED
    offsets = {event.moment: event.offset for event in run.events}
    if start not in offsets:
        return timedelta()
    ends = segment.offset + segment.duration
    end = min(ends, offsets.get(Moment.SERVICE_VERIFIED, ends))
    return max(timedelta(), end - max(segment.offset, offsets[start]))


def allowances(policy: ClockPolicy) -> timedelta:
    """The time that the policy adds to the measured recovery time for what was not exercised."""
    if policy.judged_from is ClockStart.DECLARATION:
        return timedelta()
    return policy.detection_allowance + policy.decision_allowance


def slowest(steps: Sequence[Step]) -> Step | None:
    """The longest finished step on the recovery clock: where time can be won."""
    timed = [step for step in steps if step.duration is not None and step.phase in ON_THE_CLOCK]
    return max(timed, key=lambda step: step.duration or timedelta(), default=None)
