"""Injects come as they are due, and a criterion is met where it was performed, with some challenges or without."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.injects import Inject, in_order


def test_injects_come_as_they_are_due() -> None:
    """Those that wait for something to happen stand last, as they are written."""
    late, soon = (Inject(name, "c", "e", at=timedelta(minutes=at)) for name, at in (("late", 9), ("soon", 0)))
    waiting = [Inject(name, "c", "e", trigger="it happened") for name in ("b", "a")]
    assert in_order([waiting[0], late, waiting[1], soon]) == [soon, late, *waiting]


def test_major_challenges_meet_no_criterion() -> None:
    """Of the four ratings two do."""
    assert [each for each in Rating if each.met] == [Rating.PERFORMED, Rating.SOME_CHALLENGES]
    assert all(each.words for each in Rating)
