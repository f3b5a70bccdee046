"""A failover of production: the words that have to be said for it, by whom, and until when each holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.defaults import ASIDE, SINCE

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, as a window names them."""

BACK = timedelta(hours=1)
"""So long after its window's end the way back may still be asked for; the way there may not."""

LEFT = timedelta(hours=1)
"""So much of an approval's day has to be left when a run begins: the way back is asked for on the same day."""


@dataclass(frozen=True)
class Window:
    """The hours of some days, in a time zone (IANA), in which alone a run may begin; `since` and `until` are HH:MM."""

    days: tuple[str, ...]
    since: str
    until: str
    zone: str = "UTC"

    def holds(self, at: datetime, beyond: timedelta = timedelta()) -> bool:
        """Whether an instant lies in it, or so long after its end on the same day; `until` itself does no more."""
        there = at.astimezone(ZoneInfo(self.zone))
        hours, minutes = map(int, self.until.split(":"))
        ends = timedelta(hours=hours, minutes=minutes) + beyond
        since_midnight = timedelta(hours=there.hour, minutes=there.minute)
        return DAYS[there.weekday()] in self.days and self.since <= f"{there:%H:%M}" and since_midnight < ends

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

    @property
    def ends(self) -> datetime:
        """When its last day ends, in the time zone of its window."""
        after = self.expires + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(self.window.zone)).astimezone(UTC)


@dataclass(frozen=True)
class OnProduction:
    """The drill's own word that it is performed on production: in which table of whose grants a client writes.

    The table is the team's, made by them for drills alone; `secret` is a login that may write there and nowhere else.
    `returns` is whether production is failed back, `writers` who is to write after each way, where AWS is not to
    choose. `where` is its place in the drill file.
    """

    table: str
    secret: str
    returns: bool
    consent: Consent
    where: str = field(default="", metadata=ASIDE)
    writers: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)


@dataclass(frozen=True)
class Ground:
    """The account that is meant, by which roles it is reached (ARNs), and whether that is AWS or a simulation of it."""

    account: str = ""
    simulated: bool = False
    roles: str = ""


@dataclass(frozen=True)
class Approval:
    """A person's word for one plan of a drill, by its digest, on one day and one ground, for one run.

    `run` is that which took it; empty as long as none has.
    """

    drill: str
    plan: str
    by: str
    at: datetime
    ground: Ground = Ground()
    run: str = ""


@dataclass(frozen=True)
class Lack:
    """A word that lacks, and how it is given."""

    told: str
    fix: str

    def __str__(self) -> str:
        return f"{self.told} ({self.fix})"


@dataclass(frozen=True)
class Asked:
    """The plan for which words are looked for, on which ground, and by which run; none for a run that is to come."""

    drill: str
    plan: str
    ground: Ground = Ground()
    run: str = ""


def approved(on: OnProduction, asked: Asked, approvals: Iterable[Approval], at: datetime) -> Approval | None:
    """The approval that holds at an instant: given before, on the same day, for this plan and ground, and taken by no
    other run. That which the run took, else the newest; None where none does.
    """
    day = on.consent.window.day
    meant = [each for each in approvals if (each.plan, each.ground) == (asked.plan, asked.ground)]
    holds = [each for each in meant if each.run in ("", asked.run) and each.at <= at and day(each.at) == day(at)]
    return max(holds, key=lambda each: (bool(each.run), each.at), default=None)


def lapsed(on: OnProduction, at: datetime, *, back: bool) -> str:
    """Why the policy lets no failover be asked for at an instant, on the way there or `back`; empty where it does."""
    window = on.consent.window
    if window.day(at) > on.consent.expires:
        return f"{on.consent.where} has expired"
    if not window.holds(at, BACK if back else timedelta()):
        later = f", and the way back {BACK // timedelta(minutes=1)} minutes longer" if back else ""
        return f"it is {at:%a %Y-%m-%d %H:%M} UTC, and the window is {window}{later}"
    return ""


def lacking(on: OnProduction, asked: Asked, approvals: Iterable[Approval], at: datetime) -> Iterator[Lack]:
    """The words that lack for a run of a drill to begin at an instant."""
    consent, given, plan = on.consent, list(approvals), asked.plan
    if consent.window.day(at) > consent.expires:
        told = f"{consent.where}: the entry for production has expired on {consent.expires}"
        yield Lack(told, "its owner renews `expires`, or removes the drill")
    if not consent.window.holds(at):
        told = f"{consent.where}.window: it is {at:%a %Y-%m-%d %H:%M} UTC, and production is failed over only"
        yield Lack(f"{told} on {consent.window}", "wait for it")
    if approved(on, asked, given, at) is None:
        today = [each for each in given if consent.window.day(each.at) == consent.window.day(at)]
        others = [each for each in today if each.plan != plan]
        mine = [each for each in today if each.plan == plan]
        told = f"{on.where}: nobody has approved this plan ({plan}) today"
        if taken := [each for each in mine if each.run not in ("", asked.run)]:
            told += f"; the word of {taken[-1].by} was for run {taken[-1].run}, and no other"
        elif strange := [each for each in mine if each.ground != asked.ground]:
            told += f"; {strange[-1].by} approved it of {_of(strange[-1].ground)}, and this is {_of(asked.ground)}"
        elif others:
            told += (
                f"; {others[-1].by} approved another ({others[-1].plan}), before the drill or the policy was changed"
            )
        yield Lack(told, f"a person who may says so: dro approve {asked.drill} --by NAME")
    elif consent.window.day_ends(at) - at < LEFT:
        yield Lack(
            f"{on.where}: the day of the approval ends at {consent.window.day_ends(at):%H:%M} UTC", "begin earlier"
        )


def _of(ground: Ground) -> str:
    simulated = " as simulated" if ground.simulated else ""
    return f"account {ground.account or 'unknown'}{simulated} by {ground.roles or 'no role'}"
