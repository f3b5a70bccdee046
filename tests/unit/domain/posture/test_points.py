"""The rules on recovery points: exact at their edges, and silent about what nobody could ask."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.facts import Continuous, Inapplicable, Known, Protection, Unknown
from dr_orchestrator.domain.posture.judging import judged
from dr_orchestrator.domain.posture.ruling import Standing
from dr_orchestrator.domain.rule import Rule
from tests.support.protections import DAY, GOOD, HOUR, NOW, days, ruling, service, window

OFF = Known(Continuous(False), "aws:DescribeWindow")
DENIED = Unknown("no right", "aws:ListPoints", "ask for it", denied=True)
NONE = Inapplicable("it has none")


def test_good_backups_fall_short_of_nothing() -> None:
    """Thirty daily points, a window up to now, a key and protection: held, or of no meaning."""
    assert {each.standing for each in judged(GOOD, service(), NOW)} == {Standing.HELD, Standing.NONE}


def test_the_newest_of_all_kinds_counts() -> None:
    """A daily point of six hours ago and a window of five minutes ago keep an RPO of one hour; equality does not."""
    rule = Rule.POSTURE_NEWEST
    assert ruling(rule).standing is Standing.HELD
    assert ruling(rule, continuous=window(30, HOUR - HOUR / 3600)).standing is Standing.HELD
    late = ruling(rule, continuous=window(30, HOUR))
    assert (late.standing, late.severity, late.call) == (Standing.SHORT, Severity.HIGH, "aws:DescribeWindow")
    assert "RPO < 1 h" in late.evidence


def test_a_point_alone_is_as_old_as_it_is() -> None:
    """With the window off a point of six hours ago misses one hour, and keeps eight."""
    assert ruling(Rule.POSTURE_NEWEST, continuous=OFF).standing is Standing.SHORT
    assert ruling(Rule.POSTURE_NEWEST, service(8 * HOUR), continuous=OFF).standing is Standing.HELD


def test_nothing_to_restore_is_the_gravest() -> None:
    """No point and no window."""
    found = ruling(Rule.POSTURE_NEWEST, points=days(), continuous=OFF)
    assert (found.standing, found.severity) == (Standing.SHORT, Severity.HIGH)
    assert "nothing can be restored at all" in found.evidence


def test_what_could_not_be_asked_speaks_neither_for_nor_against() -> None:
    """One fact that suffices is enough; one that does not suffice says nothing where another is not known."""
    assert ruling(Rule.POSTURE_NEWEST, points=DENIED).standing is Standing.HELD
    found = ruling(Rule.POSTURE_NEWEST, continuous=DENIED)
    assert (found.standing, found.denied, found.remedy) == (Standing.UNKNOWN, True, "ask for it")
    assert ruling(Rule.POSTURE_DAILY, points=DENIED).standing is Standing.UNKNOWN


@pytest.mark.parametrize("rule", [Rule.POSTURE_NEWEST, Rule.POSTURE_DAILY, Rule.POSTURE_RETENTION])
def test_what_has_no_points_has_no_rule_on_them(rule: Rule) -> None:
    """An environment that is made anew."""
    bare = Protection(points=NONE, kept=NONE, continuous=NONE)
    assert {each.rule: each.standing for each in judged(bare, service(), NOW)}[rule] is Standing.NONE


def test_without_an_rpo_no_age_is_judged() -> None:
    """None was promised, and none is made up."""
    assert ruling(Rule.POSTURE_NEWEST, service(None)).standing is Standing.NONE


@pytest.mark.parametrize(
    ("ago", "standing"),
    [
        ((0.25, 1.25, 2.25), Standing.SHORT),
        (tuple(each + 0.25 for each in range(30) if each != 12), Standing.SHORT),
        (tuple(each + 0.25 for each in range(30)), Standing.HELD),
        (tuple(each * 1.4 for each in range(22)), Standing.HELD),
    ],
    ids=["young row", "a day left out", "each day", "late days"],
)
def test_each_day_of_the_retention_has_a_point(ago: tuple[float, ...], standing: Standing) -> None:
    """A day that is left out is a gap of two; one that begins later in its window is none."""
    assert ruling(Rule.POSTURE_DAILY, points=days(*ago)).standing is standing


def test_the_longest_hole_is_told() -> None:
    """How many there are, how long the longest is, and where it begins."""
    row = [each + 0.25 for each in range(30) if each not in (3, 20, 21)]
    found = ruling(Rule.POSTURE_DAILY, points=days(*row))
    assert found.evidence == "2 holes since 2026-10-21, the longest 72 h, from 2026-10-29 03:00 UTC"


def test_what_was_not_there_yet_has_no_hole() -> None:
    """A database that was made three days ago has three days of points."""
    found = ruling(Rule.POSTURE_DAILY, points=days(0.25, 1.25, 2.25), created_at=NOW - 3 * DAY)
    assert found.standing is Standing.HELD


def test_a_window_covers_days_only_where_no_schedule_takes_points() -> None:
    """Of what has a schedule a missing point is a fault, whatever else restores that day."""
    assert ruling(Rule.POSTURE_DAILY, points=days(0.25)).standing is Standing.SHORT
    assert ruling(Rule.POSTURE_DAILY, points=days(0.25), scheduled=False).standing is Standing.HELD


def test_retention_is_the_setting_or_the_row_of_points() -> None:
    """Seven days fall short of thirty, with the remedy; thirty points that somebody else keeps do not."""
    week = {"kept": Known(7 * DAY, "aws:Describe"), "continuous": window(7)}
    found = ruling(Rule.POSTURE_RETENTION, points=days(*(each + 0.25 for each in range(8))), **week)
    assert (found.standing, found.severity) == (Standing.SHORT, Severity.MEDIUM)
    assert "`aws keep --days 30`; or want less: `backups: {retention: ...}`" in found.remedy
    long = days(*(each + 0.25 for each in range(31)))
    assert ruling(Rule.POSTURE_RETENTION, points=long, **week).standing is Standing.HELD
    assert ruling(Rule.POSTURE_RETENTION, kept=Known(None, "aws:Describe")).standing is Standing.HELD
    assert ruling(Rule.POSTURE_RETENTION, service(retention=31 * DAY)).standing is Standing.SHORT


def test_a_hole_ends_the_row() -> None:
    """Points behind a hole keep no retention."""
    row = days(*(each + 0.25 for each in range(31) if each != 10))
    assert ruling(Rule.POSTURE_RETENTION, points=row, kept=Known(7 * DAY, "aws:D")).standing is Standing.SHORT


def test_point_in_time_recovery_that_is_off_is_graver_the_less_may_be_lost() -> None:
    """High under a day, medium else."""
    assert ruling(Rule.POSTURE_CONTINUOUS, continuous=OFF).severity is Severity.HIGH
    assert ruling(Rule.POSTURE_CONTINUOUS, service(24 * HOUR), continuous=OFF).severity is Severity.MEDIUM
    assert ruling(Rule.POSTURE_CONTINUOUS, continuous=Known(Continuous(True), "c")).standing is Standing.SHORT


def test_a_window_that_lags_or_was_interrupted_falls_short() -> None:
    """Its latest time is held to the RPO, its earliest to the retention, give or take two days."""
    assert ruling(Rule.POSTURE_CONTINUOUS, continuous=window(30, HOUR)).severity is Severity.HIGH
    assert ruling(Rule.POSTURE_CONTINUOUS, continuous=window(28)).standing is Standing.HELD
    cut = ruling(Rule.POSTURE_CONTINUOUS, continuous=window(10))
    assert (cut.standing, cut.severity) == (Standing.SHORT, Severity.MEDIUM)
    assert "begins 480 h after it should" in cut.evidence
    young = ruling(Rule.POSTURE_CONTINUOUS, continuous=window(10), created_at=NOW - 11 * DAY)
    assert young.standing is Standing.HELD
