"""Two regions: a result tells how many things are alike, which are not, and of which nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.domain.proof import SameInBoth, Tolerance
from dr_orchestrator.domain.sides import DIFFERENT, LOST, MOST_TOLD, MOVING, STALE, STRANGE, UNKNOWN, Compared, Settled
from dr_orchestrator.domain.verdict import Outcome

CHECK = SameInBoth("both", "parcels")


def compared(here: int, there: int, alike: int, **named: list[str]) -> Compared:
    again = sum(map(len, named.values()))
    return Compared("item", "by digest", here, there, alike, Settled(again, 0, named))


def test_what_is_alike_passes_with_its_figures() -> None:
    """How many there are on either side, how many are alike, and how they were told apart."""
    found = compared(3, 3, 3).result(CHECK)
    assert found.outcome is Outcome.PASSED
    assert found.observed == "3 items in the lost region, 3 in the other, 3 alike; by digest"
    figures = found.figures["both_sides"]
    assert (figures["here"], figures["there"], figures["alike"], figures["lost_count"]) == (3, 3, 3, 0)


@pytest.mark.parametrize("how", [LOST, STRANGE, DIFFERENT, STALE])
def test_what_stays_apart_fails_whatever_else_is_not_known(how: str) -> None:
    """One thing is enough, and it is told by name."""
    named: dict[str, Any] = {how: ["b", "a"], MOVING: ["c"]}
    found = compared(9, 9, 6, **named).result(CHECK)
    assert found.outcome is Outcome.FAILED
    assert found.observed.startswith("2 items are ")
    assert ": a, b; 1 item is still being written to, and never seen alike: c; " in found.observed
    assert "3 items looked at again" in found.observed
    assert found.figures["both_sides"][how] == ["a", "b"]


@pytest.mark.parametrize("how", [MOVING, UNKNOWN])
def test_what_nobody_knows_proves_nothing(how: str) -> None:
    """Neither passed nor failed."""
    named: dict[str, Any] = {how: ["a"]}
    assert compared(2, 2, 1, **named).result(CHECK).outcome is Outcome.INCONCLUSIVE


def test_nothing_in_either_region_proves_nothing() -> None:
    """An empty store and its empty replica are alike, and may both have been lost."""
    found = compared(0, 0, 0).result(CHECK)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.observed.startswith("there is nothing in either region; ")


def test_of_many_the_first_are_told_and_the_others_counted() -> None:
    """A report is read by people."""
    names = [f"k{number}" for number in range(MOST_TOLD + 3)]
    found = compared(20, 12, 12, lost=names).result(CHECK)
    assert "k4 and 3 more" in found.observed
    assert found.figures["both_sides"]["lost_count"] == MOST_TOLD + 3


def test_the_claim_says_until_when_and_within_what() -> None:
    """As the drill file says."""
    assert CHECK.expected == "parcels holds the same in both regions, at the latest after 5 m"
    assert "rows within 2" in SameInBoth("rows", "db", tolerance=Tolerance(rows=2)).expected
