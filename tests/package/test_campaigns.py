"""The short form of a campaign: so many cases as its mark says, the same ones each time."""

from __future__ import annotations

import pytest

from tests.support.campaigns import left_out

CASES = [f"tests/flows/test_x.py::test_y[{number}]" for number in range(7)]


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 6, 7, 20])
def test_as_many_are_tried_as_the_mark_says(kept: int) -> None:
    """All where there are no more; in any order they are the same."""
    assert len(CASES) - len(left_out(CASES, kept)) == min(kept, len(CASES))
    assert left_out(CASES, kept) == left_out(CASES[::-1], kept)


def test_two_tests_of_the_same_cases_try_different_ones() -> None:
    """Of a resumption and a sweep, say, that are killed at the same calls."""
    tried = {
        ({*range(7)} - {int(each[-2]) for each in left_out([each.replace("_y", name) for each in CASES], 1)}).pop()
        for name in ("_a", "_b", "_c", "_d", "_e")
    }
    assert len(tried) > 1
