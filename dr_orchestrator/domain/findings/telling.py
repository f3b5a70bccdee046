"""How a finding stands, in words: for lists, reports and the terminal alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.findings.tracked import State, TrackedFinding

_DAY = timedelta(days=1)


def standing(of: TrackedFinding, now: datetime) -> str:
    """Its state, since when, and by when it is due: as of now."""
    state = of.state_at(now)
    if state is State.ACCEPTED:
        return f"accepted by {of.accepted_by} until {of.accepted_until:%Y-%m-%d}: {of.accepted_reason}"
    if state is State.REMEDIATED:
        return f"remediated on {of.closed_at:%Y-%m-%d}: {of.retest}"
    if state is State.NOT_REPRODUCIBLE:
        return f"not reproducible since {of.closed_at:%Y-%m-%d}: {of.evidence}"
    again = " again" if of.reopened else ""
    lapsed = f", the acceptance ran out on {of.accepted_until:%Y-%m-%d}" if of.state is State.ACCEPTED else ""
    return f"{state}{again} for {age(of.age_at(now))}, {due(of, now)}{lapsed}"


def due(of: TrackedFinding, now: datetime) -> str:
    """By when it is due, and how long that is past."""
    if of.due is None:
        return "no due date"
    return f"OVERDUE since {of.due:%Y-%m-%d}" if of.overdue_at(now) else f"due {of.due:%Y-%m-%d}"


def age(span: timedelta) -> str:
    """A span in whole days."""
    return counted(span // _DAY, "day") if span >= _DAY else "less than a day"
