"""Recovery points that each hold one instant: the one that a selection means, and the rhythm they come in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase, gaps, largest_gap, percentile
from dr_orchestrator.errors import NotMeasured, NotRecoverable

HISTORY = timedelta(days=90)


@dataclass(frozen=True)
class Told:
    """Where recovery points were looked for: of what, by which call, what to do where there is none, and their name."""

    of: str
    call: str
    hint: str
    name: str = "snapshot"


def choose(points: Iterable[RecoveryPoint], selection: Selection, toolkit: Toolkit, told: Told) -> RecoveryPoint:
    """The one that the selection means, of those that were available when disaster struck, by their data's times.

    Loss is counted from the disruption for the newest; for another, from the instant that it was chosen for, which is
    never after the disruption.
    """
    available, struck = list(points), toolkit.context.struck
    known = [point for point in available if point.data_time <= struck]
    ordered = sorted(known, key=lambda point: (point.data_time, point.id))
    if not ordered:
        late = f" from before {struck:%Y-%m-%d %H:%M:%S} UTC, the disruption" if available else ""
        raise NotRecoverable(f"no available {told.name} of {told.of}{late}", told.hint, told.call)
    match selection.pick:
        case Pick.LATEST:
            return ordered[-1]
        case Pick.OLDEST:
            return _as_of_itself(ordered[0])
        case Pick.RANDOM:
            return _as_of_itself(random.Random(toolkit.run).choice(ordered))  # noqa: S311 - to be drawn again
    wanted = min(selection.at or struck - (selection.ago or timedelta()), struck)
    before = [point for point in ordered if point.data_time <= wanted]
    if not before:
        oldest = f"the oldest is of {ordered[0].data_time:%Y-%m-%d %H:%M:%S} UTC"
        message = f"no {told.name} of {told.of} from before {wanted:%Y-%m-%d %H:%M:%S} UTC; {oldest}"
        raise NotRecoverable(message, call=told.call)
    return replace(before[-1], reference=wanted)


def worst_case(
    times: Sequence[datetime], until: datetime, backup: timedelta | None, name: str = "snapshot", unseen: str = ""
) -> WorstCase | None:
    """The largest gap between the data times of recovery points, up to now, and the longest that a backup took.

    While a backup is being made there is only the one before it. One alone shows no rhythm. With words on what is
    `unseen` it is not the whole history.
    """
    gap = largest_gap(times, until)
    if gap is None:
        return None
    known = f"plus {format_duration(backup)} for the backup" if backup else "the time a backup takes is not known"
    source = f"largest gap between {counted(len(times), name)}, {format_duration(gap)}, {known}"
    source, whole = "; ".join(filter(None, [source, unseen])), backup is not None and not unseen
    return WorstCase(gap + (backup or timedelta()), source, gap, percentile(gaps(times, until), 0.95), backup, whole)


def worst_of_standing(
    found: Sequence[RecoveryPoint], until: datetime, name: str, created_at: datetime | None
) -> WorstCase | None:
    """The same of points that were copied to another place: the copying of the latest began so long after its data.

    How long it took nobody tells: the time of a copy is that of its beginning. Nor is it known for how long they are
    kept; `created_at` is when the database was made.
    """
    times = rhythm((point.data_time for point in found), until, 0, None)
    behind = max((each.created_at - each.data_time for each in found if each.created_at), default=None)
    told = ("how long the copying takes is not known", unseen(times, until, 0, created_at) if times else "")
    return worst_case(times, until, behind, name, "; ".join(filter(None, told))) if times else None


def took(longest: Callable[[], timedelta | None]) -> timedelta | None:
    """How long a backup took at most; None where AWS does not tell: the gap is known all the same."""
    try:
        return longest()
    except (NotMeasured, NotRecoverable):
        return None


def rhythm(taken: Iterable[datetime], until: datetime, days: int, created_at: datetime | None) -> list[datetime]:
    """The data times that show how often they are taken: of the last 90 days, and of the retention (`days`).

    What lies before the retention is only what was kept by hand: the gaps there say nothing. Else the gap that
    reaches into the period counts whole. `created_at` is when the database was made. Where the retention is not known
    (`days` is 0), the first is only the first that is left: what was before it, `unseen` tells.
    """
    times = sorted(taken)
    if len(times) < 2:
        return []
    start = until - min(HISTORY, timedelta(days=days) if days else HISTORY)
    before, within = [each for each in times if each < start], [each for each in times if each >= start]
    if days and len(within) == 1:
        return []
    if days and within:
        before = []
    if (
        days and not before and within and created_at
    ):  # from its birth nothing was there to restore until the first: a gap too
        before = [max(start, created_at)]
    return [*before[-1:], *within]


def unseen(times: Sequence[datetime], until: datetime, days: int, created_at: datetime | None) -> str:
    """The words on the span before the first of the `rhythm`, where it is longer than any gap after it, and nobody
    tells whether none was taken or none was kept; empty where the retention tells.
    """
    gap = largest_gap(times, until)
    if days or created_at is None or gap is None or times[0] - max(until - HISTORY, created_at) <= gap:
        return ""
    return f"from before {times[0]:%Y-%m-%d %H:%M} UTC there is none: whether one was taken, nobody tells"


def _as_of_itself(point: RecoveryPoint) -> RecoveryPoint:
    """An old point drilled for its own sake: what it lost of its own instant is what counts, not its age."""
    return replace(point, reference=point.data_time)
