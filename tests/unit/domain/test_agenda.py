"""When drills are to start: once in each period, as planned; what was missed or did not pass is caught up on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from dr_orchestrator.domain.agenda import Planned, Status, agenda, entries, open_now, overdue_since, year_of
from dr_orchestrator.domain.calendar import Calendar, Freeze, Frequency
from dr_orchestrator.domain.calendar.days import closed, window
from dr_orchestrator.domain.programme import DueState, due_states, period_end, period_start
from tests.support.calendar import Year, company, drill, sometimes

BERLIN = Calendar(
    zone="Europe/Berlin",
    opens=time(9),
    closes=timedelta(hours=12),
    a_day=2,
    spread=timedelta(hours=1),
    freezes=(Freeze(date(2026, 3, 1), date(2026, 3, 20), "audit"), Freeze(date(2026, 12, 10), date(2027, 1, 5), "end")),
)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def state(name: str = "a", proven_at: datetime | None = None, now: datetime = NOON) -> DueState:
    declared = drill(name)
    return due_states([declared], {(name, "", "latest"): (proven_at,) if proven_at else ()}, now)[0]


def planned(*names: str) -> Planned:
    return year_of(Calendar(), [drill(name) for name in names], {}, 2026)


def test_each_drill_is_planned_once_in_each_of_its_periods() -> None:
    """A year has four slots of what is due once a quarter, two of half-years, one of a year, all in their period."""
    found = year_of(BERLIN, company(24), {}, 2026)
    assert Counter(each.drill.every for each in found.slots) == {
        Frequency.QUARTER: 8 * 4,
        Frequency.HALF_YEAR: 8 * 2,
        Frequency.YEAR: 8,
    }
    assert len({(each.drill.name, each.began) for each in found.slots}) == len(found.slots)
    for each in found.slots:
        assert each.began <= each.window.start <= each.at < each.window.end <= each.until
        assert not closed(BERLIN, each.window.day)
    assert found.without == ()


def test_a_day_holds_no_more_than_it_is_said_to() -> None:
    """Sixty drills of a quarter at two a day fill its open days, and no day has three."""
    crowd = [drill(f"d-{number}") for number in range(60)]
    found = year_of(BERLIN, crowd, {}, 2026)
    assert max(Counter(each.window.day for each in found.slots).values()) == 2


def test_what_no_day_has_room_for_is_named() -> None:
    """Of more drills than a quarter's days can hold those of the last tier are left without a day, by name."""
    crowd = [drill(f"d-{number:03}", tier=min(1, number % 8)) for number in range(300)]
    found = year_of(BERLIN, crowd, {}, 2026)
    left = {each.name for each, began in found.without if began == datetime(2026, 10, 1, tzinfo=UTC)}
    placed = {each.drill.name for each in found.slots if each.began == datetime(2026, 10, 1, tzinfo=UTC)}
    assert left | placed == {each.name for each in crowd}
    assert {each.service.tier.number for each in crowd if each.name in left} == {1}


def test_tier_0_comes_first_then_what_was_proven_longest_ago() -> None:
    """The days of a period are given out by tier, then by the last proof; what never was proven comes before both."""
    ago = {"b": NOON - timedelta(days=300), "c": NOON - timedelta(days=400), "d": None}
    drills = [drill("b"), drill("c"), drill("d"), drill("z", tier=0)]
    found = [each for each in year_of(Calendar(), drills, ago, 2026).slots if each.began.month == 10]
    assert [each.drill.name for each in found] == ["z", "d", "c", "b"]


def test_a_plan_stays_as_it_is_while_its_period_lasts() -> None:
    """Whatever is proven meanwhile, and whenever it is asked, each drill begins in the window that the plan gave it."""
    drills = company(12)
    first = Year(BERLIN, drills)
    first.live(2026, timedelta(hours=2))
    before = year_of(BERLIN, drills, {}, 2026)
    began = {(each.name, period_start(each.every, at)): at for at, each, _ in first.began}
    first_of_all = [slot for slot in before.slots if slot.began == datetime(2026, 1, 1, tzinfo=UTC)]
    assert len(first_of_all) == len(drills)
    for slot in first_of_all:
        assert slot.window.holds(began[slot.drill.name, slot.began])


def test_a_missed_window_is_caught_up_on_in_the_next_that_has_room() -> None:
    """A drill whose slot went by unbegun gets the next open window of its period, and says which it missed."""
    declared = Calendar()
    plan = planned("a")
    (found,) = agenda(declared, plan, [state()], {}, NOON)
    assert found.slot is not None
    assert found.slot.missed == plan.of(drill("a"), NOON).window.day  # type: ignore[union-attr]
    assert found.slot.window == window(declared, date(2026, 11, 30))
    assert open_now([found], NOON) == [drill("a")]


def test_what_was_begun_in_a_window_is_not_begun_in_it_again() -> None:
    """A run that did not prove its drill is tried again a week later, and not before, whatever its verdict."""
    begun = {"a": NOON - timedelta(minutes=5)}
    (found,) = agenda(Calendar(), planned("a"), [state()], begun, NOON)
    assert found.slot is not None
    assert found.slot.window.day == date(2026, 12, 7)
    assert open_now([found], NOON) == []


def test_where_no_day_is_left_there_is_no_slot() -> None:
    """After the last open window of a period a drill that it did not prove has no slot: that is told, not hidden."""
    late = datetime(2026, 12, 31, 18, tzinfo=UTC)
    (found,) = agenda(Calendar(), planned("a"), [state(now=late)], {}, late)
    assert found.slot is None
    assert open_now([found], late) == []


@pytest.mark.parametrize(
    ("proven_at", "since"),
    [
        (None, None),
        (datetime(2026, 10, 1, tzinfo=UTC), None),
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), None),
        (datetime(2026, 7, 1, tzinfo=UTC), None),
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
        (datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)),
    ],
)
def test_overdue_is_what_a_whole_period_went_by_without(proven_at: datetime | None, since: datetime | None) -> None:
    """What was proven last quarter is due, not overdue; what was proven before that is, since last quarter ended."""
    assert overdue_since(state(proven_at=proven_at), NOON) == since


def test_a_day_that_is_full_puts_a_catch_up_off() -> None:
    """Catching up takes what a day has left beside its plan: tier 0 first, the rest on later days."""
    one = replace(Calendar(), a_day=1)
    drills = [drill("a", tier=1), drill("z", tier=0)]
    states = due_states(drills, {}, NOON)
    found = {each.state.drill.name: each.slot for each in agenda(one, year_of(one, drills, {}, 2026), states, {}, NOON)}
    assert [found[name].window.day for name in ("z", "a") if found[name]] == [date(2026, 11, 30), date(2026, 12, 1)]  # type: ignore[union-attr]


def test_what_was_begun_today_counts_towards_what_the_day_holds() -> None:
    """With one drill a day, and one begun this morning, another is begun tomorrow."""
    one = replace(Calendar(), a_day=1)
    drills = [drill("a"), drill("b")]
    states = due_states(drills, {("a", "", "latest"): (NOON,)}, NOON)
    (found,) = agenda(one, year_of(one, drills, {}, 2026), states, {"a": NOON - timedelta(hours=1)}, NOON)
    assert found.slot is not None
    assert found.slot.window.day == date(2026, 12, 1)


def test_a_calendar_shows_one_entry_for_each_drill_and_period() -> None:
    """What is proven, planned, caught up on and yet to come is told once each, with what it is."""
    drills = [drill("a"), drill("b")]
    now = datetime(2026, 8, 20, 12, tzinfo=UTC)
    states = due_states(drills, {("a", "", "latest"): (now - timedelta(days=20),)}, now)
    plan = year_of(Calendar(), drills, {}, 2026)
    found = entries(plan, states, agenda(Calendar(), plan, states, {}, now), now)
    assert {(each.slot.drill.name, each.slot.began.month, each.status) for each in found} == {
        ("a", 7, Status.PROVEN),
        ("b", 7, Status.CATCH_UP),
        ("a", 10, Status.TENTATIVE),
        ("b", 10, Status.TENTATIVE),
    }
    assert len(found) == 4


@pytest.mark.campaign(1)
@pytest.mark.parametrize("seed", range(1, 9))
def test_a_year_proves_every_drill_once_a_period_and_begins_none_twice(seed: int) -> None:
    """Forty services through a year of freezes, changed clocks, days on which nobody looked, and runs that fail: within
    windows alone, at most two a day, none twice in one, no try again within a week, and whatever passes is left alone.
    """
    asleep = {date(2026, 4, 14) + timedelta(days=ahead) for ahead in range(12)}
    lived = Year(BERLIN, company(40), sometimes(0.2, seed), asleep)
    lived.live(2026, timedelta(hours=2))
    days = Counter(at.date() for at, _, _ in lived.began)
    assert max(days.values()) <= BERLIN.a_day
    for at, _, _ in lived.began:
        assert not closed(BERLIN, at.date())
        assert window(BERLIN, at.date()).holds(at)
        assert at.date() not in asleep
    for each in lived.drills:
        began = datetime(2026, 1, 1, tzinfo=UTC)
        while began.year == 2026:
            until = period_end(each.every, began)
            runs = [(at, proves) for at, of, proves in lived.began if of is each and began <= at < until]
            assert [proves for _, proves in runs] == [False] * (len(runs) - 1) + [True], (each.name, began)
            gaps = [later - earlier for (earlier, _), (later, _) in pairwise(runs)]
            assert all(gap >= BERLIN.again_after - timedelta(hours=3) for gap in gaps)
            began = until
