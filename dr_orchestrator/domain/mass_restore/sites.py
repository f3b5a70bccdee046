"""The sites that an event took, each a row of its list; and what of a staged deletion can still be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class SiteState(StrEnum):
    """How a site stood when the event struck; only a live one is restored. The most careful comes last."""

    LIVE = "live"
    SOFT_DELETED = "soft-deleted"
    LEGAL_HOLD = "legal-hold"


@dataclass(frozen=True)
class Site:
    """A site of the list: `line` is where it stands there, `more` are its other columns, by which it may be placed."""

    name: str
    tier: int
    state: SiteState = SiteState.LIVE
    deleted_at: datetime | None = None
    reason: str = ""
    line: int = 0
    more: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Stage:
    """A stage of a staged deletion: how long it `lasts` (None of the last), and how it is undone, empty where it is
    not.
    """

    name: str
    lasts: timedelta | None = None
    undo: str = ""


def undone_until(deleted_at: datetime | None, stages: Sequence[Stage]) -> datetime | None:
    """Until when a deletion can be undone: the end of the stages that can be, one after the other; None where no
    instant is known.
    """
    if deleted_at is None or not stages or not stages[0].undo:
        return None
    end = deleted_at
    for each in stages:
        if not each.undo or each.lasts is None:
            break
        end = _later(end, each.lasts)
    return end


def _later(than: datetime, by: timedelta) -> datetime:
    """So much later; the last instant that there is, where there is no such one."""
    try:
        return than + by
    except OverflowError:
        return datetime.max.replace(tzinfo=than.tzinfo)


def stage_at(deleted_at: datetime | None, stages: Sequence[Stage], now: datetime) -> Stage | None:
    """The stage in which a deletion stands; None where no instant is known, or it is not deleted yet."""
    if deleted_at is None or not stages or now < deleted_at:
        return None
    end = deleted_at
    for each in stages:
        if each.lasts is None or now < (end := _later(end, each.lasts)):
            return each
    return stages[-1]


def more_careful(one: Site, other: Site) -> Site:
    """Of two rows of one site the one that is touched less; the first where both say the same."""
    order = list(SiteState)
    return other if order.index(other.state) > order.index(one.state) else one
