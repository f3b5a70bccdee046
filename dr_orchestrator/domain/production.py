"""A failover of production: the words that have to be said for it, by whom, and until when each holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.defaults import ASIDE

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, as a window names them."""

LEFT = timedelta(hours=1)
"""So much of an approval's day has to be left when a run begins: the way back is asked for on the same day."""


@dataclass(frozen=True)
class Window:
    """The hours of some days, in a time zone (IANA), in which alone a run may begin; `since` and `until` are HH:MM."""

    days: tuple[str, ...]
    since: str
    until: str
    zone: str = "UTC"

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in it; `until` does no more."""
        there = at.astimezone(ZoneInfo(self.zone))
        return DAYS[there.weekday()] in self.days and self.since <= f"{there:%H:%M}" < self.until

    def day(self, at: datetime) -> date:
        """The day of an instant, there."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def day_ends(self, at: datetime) -> datetime:
        """When the day of an instant ends, there."""
        after = self.day(at) + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def __str__(self) -> str:
        return f"{', '.join(self.days)}, {self.since} to {self.until} ({self.zone})"


@dataclass(frozen=True)
class Consent:
    """The entry of the policy that lets one drill fail production over: who answers for it, why, when and until when.

    `where` is its place in tiers.yaml.
    """

    owner: str
    reason: str
    expires: date
    window: Window
    where: str = field(default="", metadata=ASIDE)


@dataclass(frozen=True)
class OnProduction:
    """The drill's own word that it is performed on production: in which table of whose grants a client writes.

    The table is the team's, made by them for drills alone; `secret` is a login that may write there and nowhere else.
    `returns` is whether production is failed back. `where` is its place in the drill file.
    """

    table: str
    secret: str
    returns: bool
    consent: Consent
    where: str = field(default="", metadata=ASIDE)


@dataclass(frozen=True)
class Approval:
    """A person's word for one plan of a drill, by its digest, on one day."""

    drill: str
    plan: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Lack:
    """A word that lacks, and how it is given."""

    told: str
    fix: str

    def __str__(self) -> str:
        return f"{self.told} ({self.fix})"


def approved(on: OnProduction, plan: str, approvals: Iterable[Approval], at: datetime) -> Approval | None:
    """The newest approval that holds for a plan at an instant: given before, on the same day; None where none does."""
    day = on.consent.window.day
    holds = [each for each in approvals if each.plan == plan and each.at <= at and day(each.at) == day(at)]
    return max(holds, key=lambda each: each.at, default=None)


def lacking(drill: str, plan: str, on: OnProduction, approvals: Iterable[Approval], at: datetime) -> Iterator[Lack]:
    """The words that lack for a run of a drill to begin at an instant."""
    consent, given = on.consent, list(approvals)
    if consent.window.day(at) > consent.expires:
        told = f"{consent.where}: the entry for production has expired on {consent.expires}"
        yield Lack(told, "its owner renews `expires`, or removes the drill")
    if not consent.window.holds(at):
        told = f"{consent.where}.window: it is {at:%a %Y-%m-%d %H:%M} UTC, and production is failed over only"
        yield Lack(f"{told} on {consent.window}", "wait for it")
    if approved(on, plan, given, at) is None:
        others = [each for each in given if each.plan != plan and consent.window.day(each.at) == consent.window.day(at)]
        told = f"{on.where}: nobody has approved this plan ({plan}) today"
        if others:
            told += (
                f"; {others[-1].by} approved another ({others[-1].plan}), before the drill or the policy was changed"
            )
        yield Lack(told, f"a person who may says so: dro approve {drill} --by NAME")
    elif consent.window.day_ends(at) - at < LEFT:
        yield Lack(
            f"{on.where}: the day of the approval ends at {consent.window.day_ends(at):%H:%M} UTC", "begin earlier"
        )
