"""How far a clock is from another one, and how much of that is sure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.run import Clocks
from dr_orchestrator.domain.skew import Skew


@pytest.mark.parametrize(
    ("ahead", "error", "least", "words"),
    [
        (7, 2, 5, "7.00 s (give or take 2.00 s) ahead of"),
        (-7, 2, 5, "7.00 s (give or take 2.00 s) behind"),
        (1.25, 2, 0, "1.25 s (give or take 2.00 s) ahead of"),
    ],
)
def test_what_is_sure_of_a_skew(ahead: float, error: float, least: float, words: str) -> None:
    """On whichever side, less by the error; a skew within it may be none."""
    skew = Skew(timedelta(seconds=ahead), timedelta(seconds=error))
    assert skew.least == timedelta(seconds=least)
    assert str(skew) == words


def test_each_skew_has_the_name_of_the_other_clock() -> None:
    """One that was not measured is there as unknown."""
    skew = Skew(timedelta(), timedelta())
    assert Clocks(ledger=skew).by_name == (("AWS", None), ("the ledger's database", skew))
