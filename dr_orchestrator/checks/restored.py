"""Whether a restore took effect: the heartbeat's marker in the copy, beside the same marker in the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.drill import RestoredItem, RestoredRow
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotMeasured, Stopped

RESOLUTION = timedelta(seconds=1)
"""AWS may tell a snapshot's instant in whole seconds: what was written in that second is still of it."""


@dataclass(frozen=True)
class Marker:
    """The state that `dro canary` left: how often it had written, and when it last did."""

    sequence: int
    at: datetime

    def __str__(self) -> str:
        return f"no. {self.sequence} of {self.at:%Y-%m-%d %H:%M:%S} UTC"


ITEM, OBJECT = "item", "object"
ReadMarker = Callable[[], Marker | None]


def judged(
    check: RestoredRow | RestoredItem,
    points: Sequence[RecoveryPoint],
    in_copy: ReadMarker,
    in_source: ReadMarker,
    what: str = ITEM,
) -> CheckResult:
    """Compare both markers; only one that changed after the restored instant can show that the restore went back.

    The source is read first: were the copy the source itself, it would then stand no earlier than it.
    """
    outcome, observed = _compared(points, in_copy, in_source)
    return CheckResult(check.name, expectation(check, what), observed, outcome, check.mandatory)


def _compared(points: Sequence[RecoveryPoint], in_copy: ReadMarker, in_source: ReadMarker) -> tuple[Outcome, str]:
    if not points:
        raise NotMeasured("no restored instant is known to compare with")
    instant = max(point.data_time for point in points)
    try:
        source, unread = in_source(), ""
    except Stopped:
        raise
    except DrillFault as fault:
        source, unread = None, f"the source could not be read: {fault.message}"
    copy = in_copy()
    if copy is None:
        return Outcome.FAILED, "the marker is gone from the copy"
    told = f"in the copy {copy}; restored to {instant:%Y-%m-%d %H:%M:%S} UTC"
    snapshot = any(point.kind is PointKind.SNAPSHOT for point in points)
    if copy.at >= instant + RESOLUTION if snapshot else copy.at > instant:
        return Outcome.FAILED, f"{told}: the copy holds a later state"
    if source is None:
        return Outcome.INCONCLUSIVE, f"{told}; {unread or 'the source has no marker any more'}"
    return _moved_on(copy, source, instant, f"{told}; in the source {source}")


def _moved_on(copy: Marker, source: Marker, instant: datetime, told: str) -> tuple[Outcome, str]:
    """A source that stands where the copy does proves nothing: then the copy could be the source itself."""
    if source.sequence > copy.sequence and source.at <= instant - RESOLUTION:
        return Outcome.FAILED, f"{told}: written before the restored instant, and not in the copy"
    if source.sequence > copy.sequence and source.at > instant:
        return Outcome.PASSED, told
    return Outcome.INCONCLUSIVE, f"{told}: it has not moved on since, which proves nothing; is `dro canary` running?"


def named(what: str, key: Mapping[str, str]) -> str:
    """An item by its key, `item pk=canary`; an object by its name, which is all of its key."""
    parts = key.values() if what == OBJECT else (f"{name}={value}" for name, value in key.items())
    return f"{what} {', '.join(parts)}"


def expectation(check: RestoredRow | RestoredItem, what: str = ITEM) -> str:
    """The claim of the check, in words; `what` holds the marker where no row does."""
    place = f"row in {check.table}" if isinstance(check, RestoredRow) else named(what, check.key)
    return f"marker {place} from not after the restored instant, and changed in the source since"
