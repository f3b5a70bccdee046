"""The words for a failover of production: each lacks by itself, and none holds for longer than it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dr_orchestrator.domain.production import (
    Approval,
    Asked,
    Consent,
    Ground,
    OnProduction,
    Window,
    approved,
    lacking,
    lapsed,
)

NIGHT = Window(("mon", "tue"), "01:00", "04:00", "Europe/Berlin")
CONSENT = Consent("Shop team", "never tried", date(2026, 12, 31), NIGHT, "drills/tiers.yaml:9:production.a")
ON = OnProduction("dr_probe", "prod/probe", True, CONSENT, "drills/shop.yaml:7:drills.a.on")
NOW = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
"""Half past one of a Monday in Berlin."""

GROUND = Ground("123456789012", roles="arn:aws:iam::123456789012:role/dro")
ASKED = Asked("a", "plan", GROUND, "run-1")
GIVEN = Approval("a", "plan", "Ada", NOW - timedelta(minutes=5), GROUND)


def told(on: OnProduction = ON, at: datetime = NOW, *given: Approval) -> list[str]:
    return [str(each) for each in lacking(on, ASKED, given, at)]


def test_with_all_words_nothing_lacks() -> None:
    """The entry holds, it is within the window, and a person approved this plan today."""
    assert told(ON, NOW, GIVEN) == []


def test_each_word_that_lacks_is_told_with_its_place_and_how_it_is_given() -> None:
    """All at once: whoever reads it has to ask but once."""
    expired = replace(ON, consent=replace(CONSENT, expires=date(2026, 11, 29)))
    late = NOW + timedelta(hours=6)
    first, second, third = told(expired, late)
    assert first.startswith("drills/tiers.yaml:9:production.a: the entry for production has expired on 2026-11-29")
    assert second.startswith("drills/tiers.yaml:9:production.a.window: it is Mon 2026-11-30 06:30 UTC")
    assert third.startswith("drills/shop.yaml:7:drills.a.on: nobody has approved this plan (plan) today")
    assert "dro approve a --by NAME" in third


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 11, 30, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 2, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 3, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 2, 1, 0, tzinfo=UTC), False),
    ],
    ids=["its first minute", "before it", "its last minute", "its end", "a Wednesday"],
)
def test_a_window_is_one_of_its_own_time_zone(at: datetime, holds: bool) -> None:
    """Hours and days are those of the zone; the end is no more part of it."""
    assert NIGHT.holds(at) is holds


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        (GIVEN, True),
        (replace(GIVEN, plan="another"), False),
        (replace(GIVEN, at=NOW + timedelta(minutes=1)), False),
        (replace(GIVEN, at=datetime(2026, 11, 29, 22, 59, tzinfo=UTC)), False),
        (replace(GIVEN, at=datetime(2026, 11, 29, 23, 0, tzinfo=UTC)), True),
    ],
    ids=["this plan", "another plan", "not yet given", "yesterday there", "the day's first minute there"],
)
def test_an_approval_is_for_one_plan_and_one_day_of_the_window(given: Approval, holds: bool) -> None:
    """The day is that of the window's zone, whatever it is in UTC."""
    assert (approved(ON, ASKED, [given], NOW) is not None) is holds


def test_whose_word_was_on_another_plan_is_told() -> None:
    """A drill that was changed since somebody approved it says so: they have to look again."""
    (lack,) = told(ON, NOW, replace(GIVEN, plan="then"))
    assert "Ada approved another (then), before the drill or the policy was changed" in lack


def test_a_day_that_is_nearly_over_is_refused() -> None:
    """The way back is asked for on the same day."""
    always = replace(ON, consent=replace(CONSENT, window=Window(("mon",), "00:00", "24:00", "UTC")))
    at = datetime(2026, 11, 30, 23, 10, tzinfo=UTC)
    (lack,) = told(always, at, replace(GIVEN, at=at - timedelta(hours=1)))
    assert "ends at 00:00 UTC" in lack


def test_an_approval_is_for_one_run() -> None:
    """That which took it keeps it, however many are given since; for another it is none, and whose it was is told."""
    own, newer = replace(GIVEN, run="run-1"), replace(GIVEN, at=NOW)
    assert approved(ON, ASKED, [own, newer], NOW) == own
    (lack,) = told(ON, NOW, replace(GIVEN, run="run-2"))
    assert "the word of Ada was for run run-2, and no other" in lack


@pytest.mark.parametrize(
    "ground",
    [replace(GROUND, account="999999999999"), replace(GROUND, simulated=True), replace(GROUND, roles="another")],
    ids=["another account", "a simulation", "another role"],
)
def test_an_approval_is_for_one_ground(ground: Ground) -> None:
    """What was said of a simulation, or of staging, is never said of production."""
    (lack,) = told(ON, NOW, replace(GIVEN, ground=ground))
    assert "Ada approved it of account" in lack


def test_the_way_back_has_an_hour_beyond_the_window_and_the_way_there_none() -> None:
    """Looked at for each call: a run that began in the window and stood still does not go on after it."""
    for minutes, there, back in ((149, True, True), (150, False, True), (209, False, True), (210, False, False)):
        at = NOW + timedelta(minutes=minutes)
        assert (lapsed(ON, at, back=False) == "", lapsed(ON, at, back=True) == "") == (there, back), minutes
    expired = replace(ON, consent=replace(CONSENT, expires=date(2026, 11, 29)))
    assert "has expired" in lapsed(expired, NOW, back=True)


def test_an_entry_ends_with_its_last_day_there() -> None:
    """In the time zone of the window: the right that IAM gives ends at that instant."""
    assert CONSENT.ends == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
