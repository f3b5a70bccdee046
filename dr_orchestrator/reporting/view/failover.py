"""A failover as a template sees it: its time line there and back, and what became of what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, REFERENCE, Switched, switches
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.wording import NOT_MEASURED, NOT_REACHED, error_bar, exact

NOT_SEEN = "not told: the client's name led to the same address all the time, or is none"


@dataclass(frozen=True)
class FailoverRow:
    """One line of it, of both ways."""

    name: str
    there: str
    back: str


@dataclass(frozen=True)
class FailoverView:
    """The time line, by the client's clock, and the counts; `reference` is what AWS tells of the outage."""

    line: tuple[FailoverRow, ...]
    counts: tuple[FailoverRow, ...]
    reference: str


def failover_view(run: Run) -> FailoverView | None:
    """The failovers of a run; None of a run whose kind makes none."""
    if not run.header.kind.interrupts:
        return None
    ways = switches(run.checks)
    there, back = ways.get(FAILOVER), ways.get(FAILBACK)
    least, most = there.usual if there else REFERENCE
    return FailoverView(
        tuple(FailoverRow(name, _told(tell, there), _told(tell, back)) for name, tell in _LINE),
        tuple(FailoverRow(name, _told(tell, there), _told(tell, back)) for name, tell in _COUNTS),
        f"AWS tells of {f'{least.seconds} to' if least else 'at most'} {most.seconds} s",
    )


def _told(tell: Callable[[Switched], str], switched: Switched | None) -> str:
    return NOT_REACHED if switched is None else tell(switched)


def _since_asked(switched: Switched, offset: timedelta | None, missing: str = NOT_MEASURED) -> str:
    return missing if offset is None else f"{exact(offset - switched.asked)} after it was asked for"


def _began(switched: Switched) -> str:
    return _since_asked(switched, switched.outage.began if switched.outage else None)


def _dns(switched: Switched) -> str:
    if switched.outage is None or switched.outage.dns is None:
        return NOT_SEEN
    return f"{exact(switched.outage.dns)} into the outage"


def _ended(switched: Switched) -> str:
    return _since_asked(switched, switched.outage.ended if switched.outage else None)


def _outage(switched: Switched) -> str:
    if switched.outage is None:
        return NOT_MEASURED
    seen = switched.outage
    again = f", in {seen.interruptions} interruptions" if seen.interruptions > 1 else ""
    return f"{exact(seen.lasted)} ({error_bar(seen.resolution)}){again}"


_LINE: tuple[tuple[str, Callable[[Switched], str]], ...] = (
    ("Written to steadily for", lambda each: format_duration(each.steady)),
    ("Served and stood by before", lambda each: str(each.before)),
    ("The first write failed", _began),
    ("The name led elsewhere", _dns),
    ("A write was acknowledged again, and all after it", _ended),
    ("Outage", _outage),
    ("Serves and stands by after", lambda each: str(each.after)),
)
_COUNTS: tuple[tuple[str, Callable[[Switched], str]], ...] = (
    ("Sent", lambda each: str(each.counted.sent)),
    ("Acknowledged", lambda each: str(each.counted.acknowledged)),
    ("Of those there", lambda each: str(each.counted.present)),
    ("Of those lost", lambda each: str(each.counted.lost)),
    ("There twice", lambda each: str(each.counted.doubled)),
    ("Of the first way's, gone since", lambda each: str(each.gone) if each.way == FAILBACK else "–"),
    ("In doubt: sent, never answered", lambda each: f"{each.counted.in_doubt}, {each.counted.in_doubt_present} there"),
    ("Refused by what only reads", lambda each: str(each.counted.refused)),
)
