"""A year of notices of forty services: each is told once and in order, wherever whoever tells them dies."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.noticed_year import (
    ACCEPTED,
    ASLEEP,
    BEFORE,
    BOUNDARIES,
    EXCLUDED,
    LOOKS,
    QUIET,
    Arrived,
    Boundary,
    Lived,
    Noticed,
    lived,
)
from tests.support.shop import FULL

FIRST, UNTIL = (date(2026, 1, 1), date(2027, 1, 1)) if FULL else (date(2026, 3, 26), date(2026, 4, 28))
"""In the short form the weeks around the change of clocks, behind a freeze, with days on which nobody looks."""


@pytest.fixture(scope="module")
def year() -> Lived:
    """The drills of it."""
    return lived(FIRST, UNTIL)


@pytest.fixture(scope="module")
def calm(year: Lived, tmp_path_factory: pytest.TempPathFactory) -> Noticed:
    """The year in which nobody dies."""
    made = Noticed(tmp_path_factory.mktemp("calm") / "home", year)
    made.live()
    return made


def test_each_window_is_told_of_once_and_in_order(calm: Noticed) -> None:
    """A week before it and a day before it, as they come; where a drill began somebody had been told the day before."""
    told = [each for each in calm.recorder.took if each.channel == "team"]
    assert {each.title.rpartition(" in ")[2] for each in told} == {"168 h", "24 h"}
    known = first_planned(calm.of)
    for span, before in (("168 h", BEFORE[0]), ("24 h", BEFORE[1])):
        opens = [opened(each) for each in told if each.title.endswith(f" in {span}")]
        assert len(opens) == len(set(opens))
        in_time = [each for each in opens if known[each] + before <= each]  # else it is told as it becomes known
        assert in_time == sorted(in_time)
    for each in told:
        later = {other.title for other in told if opened(other) == opened(each) and other.at <= each.at}
        assert not (each.title.endswith("168 h") and any(title.endswith("24 h") for title in later)), each
    reminded = {opening(each) for each in told if each.title.endswith(" in 24 h")}
    for at in calm.of.began:
        before = at.date() - timedelta(days=1)
        if before not in ASLEEP and before >= FIRST:
            assert at.date() in reminded, at


def test_what_is_overdue_or_ran_out_is_told_once(calm: Noticed) -> None:
    """A drill in its period, a finding in its quarter; an acceptance and an exclusion at the first look after the day
    that is outside of the quiet hours.
    """
    told = [(line, each.at) for each in calm.recorder.took if each.channel == "managers" for line in each.lines]
    counts = Counter(line for line, _ in told)
    assert {count for line, count in counts.items() if not line.startswith("- finding") or "no more" in line} == {1}
    ran_out = {at for line, at in told if "accepted until" in line}
    assert ran_out == {first_after(day) for day in ACCEPTED if FIRST <= day < UNTIL}
    ended = {at for line, at in told if "excluded until" in line}
    assert ended == {first_after(day) for day in EXCLUDED if FIRST <= day < UNTIL}


def test_nobody_is_woken(calm: Noticed) -> None:
    """Neither by the time of winter nor by that of summer: what is raised in the quiet hours comes after them."""
    assert [each for each in calm.recorder.took if QUIET.end(each.at) is not None] == []
    assert calm.recorder.took


@pytest.mark.campaign(1)
@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
def test_a_restart_changes_nothing_of_it(calm: Noticed, tmp_path: Path, boundary: Boundary) -> None:
    """Whoever tells dies at each write of that sort: what arrives is the same, and each day's is of that day."""
    struck = Noticed(tmp_path / "home", calm.of, boundary, frozenset(calm.raised))
    assert by_day(struck.live()) == by_day(calm.recorder.took)
    wanted = len(calm.raised) if boundary.what == "raise_" else len(calm.recorder.took)
    assert struck.deaths == wanted


def by_day(of: list[Arrived]) -> list[tuple[date, str, str, tuple[str, ...]]]:
    """The messages in their days; within one, what was in doubt comes after what was not."""
    return sorted((each.at.date(), each.channel, each.title, each.lines) for each in of)


def opening(of: Arrived) -> date:
    """The day of the window that a reminder tells of."""
    return opened(of).date()


def opened(of: Arrived) -> datetime:
    """The instant from which its drills may start."""
    told = of.lines[0].split("from ")[1].split(" UTC")[0]
    return datetime.strptime(told, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def first_planned(of: Lived) -> dict[datetime, datetime]:
    """The look at which each window was first planned to have a drill; what failed, or was missed, has a new one."""
    found: dict[datetime, datetime] = {}
    for at, agenda in of.looks:
        for slot in (*agenda.planned.slots, *(each.slot for each in agenda.appointments if each.slot)):
            found.setdefault(slot.window.start.astimezone(UTC), at)
    return found


def first_after(day: date) -> datetime:
    """The first look after a day at which somebody may be told."""
    days = (day + timedelta(days=ahead) for ahead in range(1, 30))
    looks = (datetime.combine(each, at, UTC) for each in days for at in LOOKS if each not in ASLEEP)
    return next(at for at in looks if QUIET.end(at) is None)
