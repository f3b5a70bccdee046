"""Exercises of people in a quarter: rehearsals are counted in nothing, and each name once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.quarter.people import PeopleRow, together
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.quarter.people import people_json, people_row, sentence
from tests.support.ledger_samples import START

MINUTE = timedelta(minutes=1)
ROWS = (
    PeopleRow(
        *("tabletop", "a", START, Verdict.PASSED, "2 of 2 met", 4, 3, (2 * MINUTE, 6 * MINUTE), 1),
        standing="done",
    ),
    PeopleRow("tabletop", "a", START, Verdict.FAILED, "0 of 2 met", 9, 9, (MINUTE,), 1, True, "done"),
    PeopleRow("documentation review", "b", gaps=2, standing="overdue"),
)


def test_they_are_counted_together() -> None:
    """What was declared, held and overdue; whom it reached, and in the middle of which times."""
    told = together(ROWS)
    assert (told.planned, told.held, told.overdue, told.asked, told.reached, told.gaps) == (2, 1, 1, 3, 2, 3)
    assert told.median == 4 * MINUTE
    assert sentence(ROWS) == (
        "2 declared, 1 held in this quarter, 1 overdue; 3 gaps open. "
        "2 of 3 contacts were reached, half of them within 4 m."
    )


def test_none_is_said() -> None:
    """An empty section would look like one that nobody wrote."""
    assert sentence(()) == "No tabletop and no review is declared."
    assert together(()).median is None


def test_a_row_tells_what_it_is_worth() -> None:
    """A rehearsal is stamped; what was not held says whether it should have been."""
    assert people_row(ROWS[1]).held == "2026-11-20, SIMULATED"
    assert (people_row(ROWS[2]).held, people_row(ROWS[2]).badge.word) == ("not in this quarter", "overdue")
    corrected = replace(ROWS[0], correction="misheard")
    assert people_row(corrected).held == "2026-11-20, corrected"
    assert [each["correction"] for each in people_json([ROWS[0], corrected])["exercises"]] == [None, "misheard"]
    told = people_json(ROWS)
    assert (told["contacts_median_s"], told["exercises"][2]["verdict"]) == (240, None)
