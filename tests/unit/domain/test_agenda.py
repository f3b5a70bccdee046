"""When drills are to start: once in each period, as planned; what was missed or did not pass is caught up on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from dr_orchestrator.domain.agenda import Planned, Status, agenda, entries, open_now, overdue_since, year_of
from dr_orchestrator.domain.calendar import Calendar, Freeze, Frequency
from dr_orchestrator.domain.calendar.days import closed, open_windows, window
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.programme import Begun, DueState, due_states, period_end, period_start
from dr_orchestrator.domain.service import Exclusion
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
    green = {(name, "", "latest"): (proven_at,) if proven_at else ()}
    return due_states([declared], green, now, None, {name: proven_at} if proven_at else {})[0]


def last_of(until: datetime) -> datetime:
    """When the last open window before an instant opens: there a try is repeated, whatever it is said to wait for."""
    return list(open_windows(BERLIN, until - timedelta(days=60), until))[-1].start


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
        assert each.began <= each.window.start <= each.at < each.window.end
        assert each.at < each.until
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
    """A drill whose slot went by unbegun gets the next open window of its period, and says that it catches up."""
    declared = Calendar()
    plan = planned("a")
    (found,) = agenda(declared, plan, [state()], {}, NOON)
    assert found.slot is not None
    assert found.slot.catches_up
    assert found.slot.window == window(declared, date(2026, 11, 30))
    assert open_now([found], NOON) == [drill("a")]


def test_what_was_begun_in_a_window_is_not_begun_in_it_again() -> None:
    """A run that did not prove its drill is tried again a week later, and not before, whatever its verdict."""
    at = NOON - timedelta(minutes=5)
    (found,) = agenda(Calendar(), planned("a"), [state()], {"a": Begun(at, at)}, NOON)
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
    (found,) = agenda(one, year_of(one, drills, {}, 2026), states, {"a": Begun(NOON - timedelta(hours=1))}, NOON)
    assert found.slot is not None
    assert found.slot.window.day == date(2026, 12, 1)


def test_a_calendar_shows_one_entry_for_each_drill_and_period() -> None:
    """What is caught up on and what is yet to come is told once each; what is proven is no start."""
    drills = [drill("a"), drill("b")]
    now = datetime(2026, 8, 20, 12, tzinfo=UTC)
    states = due_states(drills, {("a", "", "latest"): (now - timedelta(days=20),)}, now)
    plan = year_of(Calendar(), drills, {}, 2026)
    found = entries(plan, agenda(Calendar(), plan, states, {}, now), now)
    assert [(each.slot.drill.name, each.slot.began.month, each.status) for each in found] == [
        ("b", 7, Status.CATCH_UP),
        ("a", 10, Status.TENTATIVE),
        ("b", 10, Status.TENTATIVE),
    ]


def test_what_failed_since_is_as_late_as_before() -> None:
    """A run that did not pass, or another definition, takes the proof away, and not how long ago that was."""
    (found,) = due_states([drill("a")], {}, NOON, None, {"a": datetime(2026, 2, 1, tzinfo=UTC)})
    assert found.proven_at is None
    assert overdue_since(found, NOON) == datetime(2026, 7, 1, tzinfo=UTC)


def test_what_never_passed_is_late_from_the_end_of_its_own_first_period() -> None:
    """As far as it is known since when it is declared; in that period itself it is only due."""
    for declared, late in ((datetime(2026, 9, 30, tzinfo=UTC), True), (datetime(2026, 10, 1, tzinfo=UTC), False)):
        (found,) = due_states([drill("a")], {}, NOON, None, None, {"a": declared})
        assert (overdue_since(found, NOON) == datetime(2026, 10, 1, tzinfo=UTC)) is late


def test_what_is_overdue_does_not_wait_for_its_slot() -> None:
    """On a period's first open day it is due at once, though the plan has it weeks later, behind what is not late."""
    drills = [drill(f"a-{number}", tier=0) for number in range(30)] + [drill("late", tier=3)]
    now, calendar = datetime(2026, 10, 1, 12, tzinfo=UTC), replace(Calendar(), a_day=3)
    long_ago = {"late": datetime(2026, 2, 1, tzinfo=UTC)}
    plan = year_of(calendar, drills, long_ago, 2026)
    slot = plan.of(drills[-1], now)
    assert slot is not None
    assert slot.window.day > date(2026, 11, 1)
    found = agenda(calendar, plan, due_states(drills, {}, now, None, long_ago), {}, now)
    (late,) = (each for each in found if each.state.drill.name == "late")
    assert late.slot is not None
    assert late.slot.window.day <= date(2026, 10, 2)


def test_a_simulated_run_puts_no_drill_off() -> None:
    """It is not begun twice in a window, and a week's wait is for runs on real AWS alone."""
    (found,) = agenda(Calendar(), planned("a"), [state()], {"a": Begun(NOON - timedelta(minutes=5))}, NOON)
    assert found.slot is not None
    assert found.slot.window.day == date(2026, 12, 1)


def test_a_try_near_the_end_is_repeated_in_the_periods_last_window() -> None:
    """Where a week later is another period, its last open window is taken: a day that is open is not told as none."""
    now, failed = datetime(2026, 12, 29, 12, tzinfo=UTC), datetime(2026, 12, 28, 10, tzinfo=UTC)
    (found,) = agenda(Calendar(), planned("a"), [state(now=now)], {"a": Begun(failed, failed)}, now)
    assert found.slot is not None
    assert found.slot.window.day == date(2026, 12, 31)


def test_a_drill_that_is_under_way_is_not_begun_beside_itself() -> None:
    """Whenever its run was begun, in this window or long before it, it has no slot until that has ended."""
    early = NOON - timedelta(hours=5)
    (found,) = agenda(Calendar(), planned("a"), [state()], {"a": Begun(early, early, under_way=True)}, NOON)
    assert (found.slot, found.under_way) == (None, True)
    assert open_now([found], NOON) == []


def test_a_try_is_repeated_no_earlier_than_it_is_said_to_be() -> None:
    """A week is a week, to the minute, though the window opens before that."""
    now, failed = datetime(2026, 11, 30, 9, 30, tzinfo=UTC), datetime(2026, 11, 23, 16, 50, tzinfo=UTC)
    (found,) = agenda(Calendar(), planned("a"), [state(now=now)], {"a": Begun(failed, failed)}, now)
    assert found.slot is not None
    assert found.slot.at == datetime(2026, 11, 30, 16, 50, tzinfo=UTC)


def test_what_fails_production_over_takes_nobodys_day() -> None:
    """A person starts it: it has no slot, and what a day holds is left to the others."""
    on = replace(drill("z", tier=0), production=object.__new__(OnProduction))
    one = replace(Calendar(), a_day=1)
    drills = [on, drill("a")]
    plan = year_of(one, drills, {}, 2026)
    assert {each.drill.name for each in plan.slots} == {"a"}
    found = {each.state.drill.name: each for each in agenda(one, plan, due_states(drills, {}, NOON), {}, NOON)}
    assert (found["z"].slot, found["z"].by_hand) == (None, True)
    assert found["a"].slot is not None
    assert found["a"].slot.window.day == date(2026, 11, 30)


def test_what_is_excluded_is_not_started() -> None:
    """While its resource is excluded a drill has no appointment, and from the day after it has."""
    last = Exclusion("Dana", "is switched off", date(2026, 11, 30))
    service = replace(drill("a").service, exclusions={"db": last})
    declared = replace(drill("a"), service=service)
    plan = year_of(Calendar(), [declared], {}, 2026)
    assert agenda(Calendar(), plan, due_states([declared], {}, NOON), {}, NOON) == []
    later = NOON + timedelta(days=1)
    (found,) = agenda(Calendar(), plan, due_states([declared], {}, later), {}, later)
    assert found.slot is not None


def test_tier_0_has_its_day_before_what_is_due_more_often() -> None:
    """Where days are few, a yearly drill of tier 0 has one, and a quarterly one of tier 3 has none."""
    crowd = [drill(f"d-{number:03}", tier=3) for number in range(66)]
    first = drill("first", tier=0, every=Frequency.YEAR)
    plan = year_of(replace(Calendar(), a_day=1), [*crowd, first], {}, 2026)
    assert "first" in {each.drill.name for each in plan.slots}
    assert plan.without
    assert {each.service.tier.number for each, _ in plan.without} == {3}


def test_every_day_belongs_to_a_period() -> None:
    """Far east of UTC a quarter's first working day opens in the quarter before, and is a day of that."""
    sydney = Calendar(zone="Australia/Sydney", a_day=1)
    days = {each.window.day for each in year_of(sydney, [drill(f"d-{n}") for n in range(70)], {}, 2026).slots}
    assert date(2026, 10, 1) in days
    assert date(2026, 7, 1) in days


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
            late = [at >= last_of(until) for at, _ in runs[1:]]
            assert all(gap >= BERLIN.again_after or last for gap, last in zip(gaps, late, strict=True))
            began = until
