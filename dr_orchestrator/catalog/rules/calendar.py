"""Rules of the calendar: its days are some, its country is known, and what is to be drilled can be within them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from dr_orchestrator.catalog import calendar as read
from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.policy import every
from dr_orchestrator.catalog.shapes.calendar import Calendar
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import calendar as domain
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.calendar.days import open_windows
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.programme import period_end
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_DAY, _LONGEST = timedelta(days=1), timedelta(days=366)
_FIRST, _LAST = 2000, 2099


def problems(policy: Policy, services: Sequence[Declared]) -> Iterator[Problem]:
    """The mistakes in the calendar of tiers.yaml, in drills that are due after a change, and in what is not drilled."""
    for service in services:
        for name, drill in service.drills.legal.items():
            for index, other in enumerate(drill.after_change_of):
                if other not in service.resources.names:
                    told = f"no resource of this service is named '{other}'"
                    place: Key = ("drills", name, "after_change_of", index)
                    yield service.document.problem(place, told, likely(other, service.resources.names))
        yield from _exclusions(service)
    if policy.whole is None or (written := policy.whole.calendar) is None:
        return
    wrong = list(_mistakes(written, {each.number for each in policy.whole.tiers}))
    wrong = wrong or list(_of_time(written, policy.whole, services))
    for key, message, fix in wrong:
        yield policy.document.problem(("calendar", *key), message, fix)


def _exclusions(service: Declared) -> Iterator[Problem]:
    """The mistakes in what need not be drilled: nobody excludes what is their own, or what is not there."""
    for name, each in (service.whole.exclusions if service.whole else {}).items():
        if name not in service.resources.names:
            told = f"no resource of this service is named '{name}'"
            yield service.document.problem(("exclusions", name), told, likely(name, service.resources.names))
        if service.whole and each.approver.casefold() == service.whole.owner.casefold():
            told = "a service's owner does not approve by itself that it is not drilled"
            yield service.document.problem(("exclusions", name, "approver"), told, "name whoever approved it besides")


def _mistakes(written: Calendar, tiers: set[int]) -> Iterator[Mistake]:
    window = written.window
    if window.since >= window.until:
        yield (
            ("window", "until"),
            "a window ends on the day on which it begins, and after that",
            "write 24:00 for midnight",
        )
    if written.holidays and (unknown := read.unknown(written.holidays)):
        yield ("holidays",), unknown, "two capital letters of ISO 3166, with a part of the country: US, DE-BY"
    for index, freeze in enumerate(written.freezes):
        if freeze.until < freeze.since:
            yield (
                ("freezes", index, "until"),
                "a freeze ends on the day on which it begins, or after that",
                "mend either",
            )
        elif freeze.until - freeze.since > _LONGEST:
            told = "a freeze of more than a year leaves nothing proven"
            yield ("freezes", index, "until"), told, "what need not be drilled is excluded in its service's file"
        if not all(_FIRST <= day.year <= _LAST for day in (freeze.since, freeze.until)):
            yield ("freezes", index), f"no calendar goes beyond {_FIRST} to {_LAST}", "mend the year"
    for name, value, most in (("again_after", written.again_after, _LONGEST), ("spread", written.spread, _DAY)):
        if value > most:
            yield (name,), f"it is longer than {most.days} {'day' if most == _DAY else 'days'}", "shorten it"
    for tier in written.cadence:
        if int(tier) not in tiers:
            yield ("cadence", tier), f"there is no tier {tier}", f"one of: {', '.join(map(str, sorted(tiers)))}"


def _of_time(written: Calendar, policy: TiersFile, services: Sequence[Declared]) -> Iterator[Mistake]:
    """The periods that have no open day left, or fewer than their drills need: of the years that freezes name, and of
    that in which the policy was approved.
    """
    calendar, wanted = read.calendar(written, {}), _wanted(policy, services)
    frozen = (range(each.since.year, each.until.year + 1) for each in written.freezes)
    years = {policy.approved.date.year}.union(*frozen)
    for year in sorted(years):
        for frequency in sorted(wanted, key=list(Frequency).index):
            yield from _of_periods(written, calendar, frequency, year, wanted)


def _of_periods(
    written: Calendar, calendar: domain.Calendar, frequency: Frequency, year: int, wanted: Counter[Frequency]
) -> Iterator[Mistake]:
    ends = [datetime(year, 1, 1, tzinfo=UTC)]
    while ends[-1].year == year:
        ends.append(period_end(frequency, ends[-1]))
    for began, until in pairwise(ends):
        days = sum(1 for _ in open_windows(calendar, began, until))
        needed = sum(many * _within(each, frequency) for each, many in wanted.items())
        when = f"from {began:%Y-%m-%d} to {until:%Y-%m-%d}"
        if not days:
            yield (
                _cause(written, began, until),
                f"no day {when} is left for drills that are due once a {frequency}",
                ("shorten it, or make them due less often (`cadence`)"),
            )
        elif needed > days * calendar.a_day:
            room = f"{counted(days, 'open day')} {'holds' if days == 1 else 'hold'} {days * calendar.a_day}"
            told = f"{counted(needed, 'drill')} are due {when}; {room}"
            yield ("a_day",), told, "raise it, open more days, or make drills due less often (`cadence`)"


def _cause(written: Calendar, began: datetime, until: datetime) -> Key:
    """The freeze that takes a period's days, or the window, where none touches it."""
    touching = (
        index for index, each in enumerate(written.freezes) if each.since < until.date() and each.until >= began.date()
    )
    found = next(touching, None)
    return ("window", "days") if found is None else ("freezes", found)


def _within(shorter: Frequency, longer: Frequency) -> int:
    """How many whole periods of one frequency lie in one of another."""
    year = datetime(2026, 1, 1, tzinfo=UTC)
    until, end, many = year, period_end(longer, year), 0
    while (until := period_end(shorter, until)) <= end:
        many += 1
    return many


def _wanted(policy: TiersFile, services: Sequence[Declared]) -> Counter[Frequency]:
    files = [each.whole for each in services if each.whole]
    return Counter(every(drill, file, policy) for file in files for drill in file.drills.values())
