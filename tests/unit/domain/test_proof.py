"""What deep checks say of themselves: when they are performed, whom they ask, how far counts may lie apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.drill import Check, RestoredRow, RowsAtLeast, reads_source
from dr_orchestrator.domain.proof import (
    AnswersWithin,
    Command,
    Counts,
    Integrity,
    Tolerance,
    WholeRead,
    asks_source,
    off_the_clock,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "make",
    [
        lambda must: WholeRead("n", HOUR, mandatory=must),
        lambda must: Integrity("n", mandatory=must),
        lambda must: AnswersWithin("n", "s", HOUR, mandatory=must),
        lambda must: Counts("n", mandatory=must),
        lambda must: Command("n", ("x",), mandatory=must),
    ],
)
def test_one_that_is_optional_is_off_the_clock(make: type[WholeRead]) -> None:
    """Hours of reading are no recovery time, unless the team says that the service is not usable without."""
    assert off_the_clock(make(False))  # type: ignore[arg-type]
    assert not off_the_clock(make(True))  # type: ignore[arg-type]
    assert not asks_source(make(True))  # type: ignore[arg-type]


def test_other_checks_stay_on_the_clock() -> None:
    """As ever, optional ones too."""
    check: Check = RowsAtLeast("n", "t", 1, mandatory=False)
    assert not off_the_clock(check)
    assert not asks_source(check)


@pytest.mark.parametrize("check", [Integrity("n", against_source=True), Counts("n", against_source=True)])
def test_production_is_asked_by_the_teams_word_alone(check: Check) -> None:
    """Each of the three that can say it."""
    assert asks_source(check)
    assert asks_source(AnswersWithin("n", "s", against_source=True))


def test_a_source_is_read_beside_the_copy_by_few_checks() -> None:
    """By those that the team's word lets, and by the one that compares what was restored; by no other."""
    assert reads_source(RestoredRow("n", "t", "at"))
    assert reads_source(Counts("n", against_source=True))
    assert not reads_source(Counts("n"))
    assert not reads_source(RowsAtLeast("n", "t", 1))


@pytest.mark.parametrize(
    ("tolerance", "copy", "source", "allowed"),
    [
        (Tolerance(), 5, 5, True),
        (Tolerance(), 5, 6, False),
        (Tolerance(2), 8, 6, True),
        (Tolerance(2), 3, 6, False),
        (Tolerance(share=0.1), 90, 100, True),
        (Tolerance(share=0.1), 89, 100, False),
        (Tolerance(share=0.1), 1, 0, False),
        (Tolerance(1, 0.1), 1, 0, True),
    ],
)
def test_counts_may_lie_as_far_apart_as_told(tolerance: Tolerance, copy: int, source: int, allowed: bool) -> None:
    """In rows, or as a share of the source's; to either side."""
    assert tolerance.allows(copy, source) is allowed


def test_a_tolerance_is_told_as_it_was_written() -> None:
    """A share in per cent, or rows."""
    assert [str(each) for each in (Tolerance(7), Tolerance(share=0.001))] == ["7 rows", "0.1 %"]
