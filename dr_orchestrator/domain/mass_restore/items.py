"""The items of a large-incident drill: a product of a site, what its container's copy told of it, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.judge.reasons import SKEW
from dr_orchestrator.domain.mass_restore.plan import TenantCheck
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.rule import Rule


class ItemVerdict(StrEnum):
    """The end of an item, worst first."""

    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    REFUSED = "REFUSED"
    PASSED = "PASSED"
    LEFT_ALONE = "LEFT ALONE"


@dataclass(frozen=True)
class Item:
    """A product of a site: its wave and container, and, once it is settled, its verdict with the rule that gave it.

    `rta` runs from the event; of it the container's run was `held` so long. `rows` and `newest` are what the copy told,
    the newest of the check that is worst off;
    `proven` says of a deletion that can be undone whether its rows were seen there: None where nobody looked.
    """

    site: str
    product: str
    tier: int
    state: SiteState = SiteState.LIVE
    wave: int = 0
    container: str = ""
    run: str = ""
    verdict: ItemVerdict | None = None
    rule: Rule | None = None
    reason: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    rta: timedelta | None = None
    held: timedelta | None = None
    rpa: timedelta | None = None
    rows: int | None = None
    newest: datetime | None = None
    proven: bool | None = None
    number: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """The key that no two of a drill share."""
        return self.site, self.product

    @property
    def net(self) -> timedelta | None:
        """How long it took without what the run itself was held."""
        return None if self.rta is None else max(timedelta(), self.rta - (self.held or timedelta()))


@dataclass(frozen=True)
class Found:
    """The answer of a copy on a tenant, by one check: how many rows, the newest; or why it could not be asked."""

    check: TenantCheck
    rows: int | None = None
    newest: datetime | None = None
    unread: str = ""

    @property
    def counted(self) -> bool:
        """Whether its rows are known."""
        return not self.unread and self.rows is not None


@dataclass(frozen=True)
class Asked:
    """The facts that an item is judged by: when it was begun and ended, what was found, since when the event counts."""

    struck: datetime
    began: datetime
    ended: datetime
    found: tuple[Found, ...]
    held: timedelta = timedelta()
    point: datetime | None = None
    rto: Limit | None = None


def judged(of: Item, by: Asked) -> Item:
    """The item with its verdict; one that is left alone keeps that, and tells whether its rows are there."""
    newest = _worst(by.found)
    rows = None if any(each.rows is None for each in by.found) else sum(each.rows or 0 for each in by.found)
    seen = replace(of, started_at=by.began, ended_at=by.ended, rows=rows, newest=newest)
    verdict, rule, reason = _verdict(by)
    if of.state is not SiteState.LIVE:
        lacking = any(map(_lacks, by.found))
        unknown = verdict is ItemVerdict.INCONCLUSIVE or (rows is None and not lacking)
        return replace(left_alone(seen), proven=None if unknown else not lacking)
    done = replace(seen, verdict=verdict, rule=rule, reason=reason)
    if verdict is ItemVerdict.INCONCLUSIVE:
        return done
    loss = None if newest is None or newest > by.struck else by.struck - newest
    return replace(done, rta=by.ended - by.struck, held=by.held, rpa=loss)


def left_alone(of: Item) -> Item:
    """An item that nobody restores: its site was deleted on purpose, or is on legal hold."""
    held = of.state is SiteState.LEGAL_HOLD
    rule, told = (Rule.SITE_HELD, "on legal hold") if held else (Rule.SITE_DELETED, "deleted on purpose before")
    return replace(of, verdict=ItemVerdict.LEFT_ALONE, rule=rule, reason=f"{told}: {of.reason}" if of.reason else told)


def unasked(of: Item, rule: Rule, why: str, at: datetime) -> Item:
    """An item whose container could not be asked: inconclusive, or left alone as before, unproven."""
    if of.state is not SiteState.LIVE:
        return replace(left_alone(of), ended_at=at)
    return replace(of, verdict=ItemVerdict.INCONCLUSIVE, rule=rule, reason=why, ended_at=at)


def refused(of: Item, rule: Rule, why: str) -> Item:
    """An item that could never be asked."""
    return replace(of, verdict=ItemVerdict.REFUSED, rule=rule, reason=why)


def _verdict(by: Asked) -> tuple[ItemVerdict, Rule | None, str]:
    """A doubt about the copy comes first, then whatever is wrong, whichever check found it, then what was not read."""
    if not by.found:
        return ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD, "nothing is asked of its rows"
    if by.point is None or by.point > by.struck:
        told = "no recovery point is known" if by.point is None else f"the copy is of {by.point:%Y-%m-%d %H:%M:%S} UTC"
        return ItemVerdict.INCONCLUSIVE, Rule.POINT_AFTER_EVENT, f"{told}, which is not before the event"
    if wrong := [found for each in by.found if (found := _wrong(each, by.struck, by.point))]:
        return min(wrong, key=_gravity)
    took = by.ended - by.struck
    if by.rto is not None and not by.rto.met_by(took):
        return ItemVerdict.FAILED, Rule.RTO_MISSED, f"{format_duration(took)} from the event, promised {by.rto}"
    return ItemVerdict.PASSED, None, ""


def _gravity(wrong: tuple[ItemVerdict, Rule, str]) -> int:
    if wrong[1] is Rule.NEWER_THAN_POINT:
        return 0
    return 1 if wrong[0] is ItemVerdict.FAILED else 2


def _worst(found: Sequence[Found]) -> datetime | None:
    """The newest row of the check whose newest is the oldest; None where a check tells none: it may be the worst."""
    told = [each.newest for each in found if each.newest is not None]
    return min(told) if told and len(told) == len(found) else None


def _lacks(of: Found) -> bool:
    """Whether a check was read, and found too few rows."""
    return of.counted and (of.rows or 0) < of.check.minimum


def _wrong(of: Found, struck: datetime, point: datetime) -> tuple[ItemVerdict, Rule, str] | None:
    """The fault that a check shows, by its name; None where it shows none."""
    if not of.counted:
        found = ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD, of.unread or "not counted"
    elif _lacks(of):
        told = f"{counted(of.rows or 0, 'row')}, at least {of.check.minimum:,} are expected"
        found = ItemVerdict.FAILED, Rule.TENANT_MISSING, told
    elif of.newest is not None and (told := _untrue(of.newest, struck, point)):
        found = ItemVerdict.INCONCLUSIVE, Rule.NEWER_THAN_POINT, told
    elif of.check.within is None:
        return None
    elif of.newest is None:
        found = ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD, "no row tells when it was written"
    elif (age := struck - of.newest) > of.check.within:
        told = f"its newest row is {format_duration(age)} older than the event"
        told = f"{told}, at most {format_duration(of.check.within)} is allowed"
        found = ItemVerdict.FAILED, Rule.TENANT_TOO_OLD, told
    else:
        return None
    return *found[:2], f"{of.check.name}: {found[2]}"


def _untrue(newest: datetime, struck: datetime, point: datetime) -> str:
    """Why a copy of that recovery point cannot hold such a row; empty where it can."""
    told = f"a row is of {newest:%Y-%m-%d %H:%M:%S} UTC"
    if newest > struck:
        return f"{told}, after the event: the copy is not of before it"
    return f"{told}, newer than the recovery point's {point:%Y-%m-%d %H:%M:%S} UTC" if newest > point + SKEW else ""
