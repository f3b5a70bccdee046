"""The worst case of recovery points that retention removes: neither worse than it was, nor better than is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.aws import points
from dr_orchestrator.domain.recovery_point import WorstCase

NOW, DAY, TOOK = datetime(2026, 11, 20, tzinfo=UTC), timedelta(days=1), timedelta(minutes=5)
DAILY = [each + 0.25 for each in range(14)]


def judged(days_old: Sequence[float], born: float, kept: int = 0) -> WorstCase:
    created = NOW - born * DAY
    times = points.rhythm([NOW - each * DAY for each in days_old], NOW, kept, created)
    found = points.worst_case(times, NOW, TOOK, unseen=points.unseen(times, NOW, kept, created))
    assert found is not None
    return found


@pytest.mark.parametrize(("days_old", "born"), [(DAILY, 400), ([0.25, 1.25], 10)], ids=["14 are kept", "9 days late"])
def test_what_was_before_the_first_that_is_left_is_not_guessed(days_old: Sequence[float], born: float) -> None:
    """Retention may have removed it, or none was taken: no gap of months is told, and no objective is shown as met."""
    found = judged(days_old, born)
    assert (found.gap, found.whole) == (DAY, False)
    assert f"from before {NOW - days_old[-1] * DAY:%Y-%m-%d %H:%M} UTC there is none" in found.source


@pytest.mark.parametrize(
    ("born", "kept", "gap", "whole"),
    [(14, 0, 1, True), (10, 7, 5.75, True), (3, 7, 1.75, True), (400, 7, 5.75, True)],
)
def test_a_history_that_is_seen_from_its_beginning_is_whole(born: float, kept: int, gap: float, whole: bool) -> None:
    """From its birth where the first came soon; from the retention's beginning, or the birth, where that is known."""
    found = judged(DAILY if not kept else [0.25, 1.25], born, kept)
    assert (found.gap, found.whole) == (gap * DAY, whole)
    assert "there is none" not in found.source
