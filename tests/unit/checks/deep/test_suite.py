"""Deep checks among the others of a drill: on the clock or off it, each with its time, its store and its moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check, RowsAtLeast
from dr_orchestrator.domain.proof import AnswersWithin, Command, Counts, Deep, Integrity, Tolerance, WholeRead
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted, NotMeasured, NotTheCopy
from tests.support.fakes import RunningClock

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
POINT = RecoveryPoint("p", PointKind.SNAPSHOT, NOW, "source", store="orders-db")
HOUR = timedelta(hours=1)
WHOLE, SUITE = WholeRead("whole", HOUR), Command("suite", ("pytest", "-q"), proves_data=True)


class Deeply:
    """Performs each deep check as it is told to, and remembers what it was given."""

    def __init__(self, *results: CheckResult, error: Exception | None = None) -> None:
        self.results, self.error = list(results), error
        self.given: list[tuple[Any, ...]] = []

    def perform(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str] = ()
    ) -> list[CheckResult]:
        self.given.append((check.name, copy.id, [point.id for point in points], sorted(taken)))
        if self.error:
            raise self.error
        return self.results


def suite(deep: Deeply | None, *checks: Check, reached: list[Moment] | None = None) -> Suite:
    moments = [] if reached is None else reached
    made: Any = deep
    return Suite(checks, RunningClock(), store_of=lambda _: "orders-db", deep=made, reached=moments.append)


def result(name: str = "whole", **more: Any) -> CheckResult:
    return replace(CheckResult(name, "e", "o", Outcome.PASSED), **more)


def test_what_is_optional_and_deep_is_performed_afterwards() -> None:
    """All others on the clock, in the order declared; where none is optional nothing comes afterwards."""
    optional = replace(WHOLE, mandatory=False)
    rows = RowsAtLeast("rows", "t", 1, mandatory=False)
    made = suite(None, optional, rows, SUITE)
    later = made.afterwards()
    assert later is not None
    assert ([each.name for each in made.on_the_clock().checks], later.checks) == (["rows", "suite"], (optional,))
    assert suite(None, WHOLE, rows).afterwards() is None


def test_each_has_its_time_its_store_and_its_restored_instant() -> None:
    """A program's own results follow its result, and may take no name of another check, performed now or later."""
    deep = Deeply(result("suite", figures={"exit_code": 0}), result("suite: a"))
    made = suite(deep, replace(WHOLE, mandatory=False), SUITE).on_the_clock()
    own, more = made.all(COPY, (POINT,), NOW)
    assert deep.given == [("suite", "dro-x", ["p"], ["suite", "whole"])]
    assert own.duration > timedelta()
    assert [(each.name, each.store) for each in (own, more)] == [("suite", "orders-db"), ("suite: a", "orders-db")]


def test_a_copy_that_is_whole_reaches_its_moment_then() -> None:
    """Not where it could not be read whole, or where another check was performed."""
    for figures, moments in (({"whole": True}, [Moment.DATA_WHOLE]), ({"whole": False}, []), ({}, [])):
        reached: list[Moment] = []
        (told,) = suite(Deeply(result(figures=figures)), WHOLE, reached=reached).all(COPY, (POINT,), NOW)
        assert (reached, told.reads_whole) == (moments, True)


@pytest.mark.parametrize("error", [NotMeasured("denied"), RuntimeError("boom")])
def test_one_that_cannot_tell_is_inconclusive(error: Exception) -> None:
    """With the reason; it is still known for what it was to find out, and is no witness of data."""
    (told,) = suite(Deeply(error=error), WHOLE).all(COPY, (POINT,), NOW)
    assert (told.outcome, told.reads_whole, told.proves_data) == (Outcome.INCONCLUSIVE, True, False)
    assert str(error) in told.observed
    assert told.expected == "every block of every table read within 1 h, none damaged"


@pytest.mark.parametrize("error", [Aborted("stopped"), NotTheCopy("production")])
def test_a_stop_and_a_stranger_end_the_suite(error: Exception) -> None:
    """Neither is a result."""
    with pytest.raises(type(error)):
        suite(Deeply(error=error), WHOLE).all(COPY, (POINT,), NOW)


def test_what_has_no_deep_checks_says_so() -> None:
    """A table, say."""
    (told,) = suite(None, WHOLE).all(COPY, (POINT,), NOW)
    assert (told.outcome, "dro-x is nothing" in told.observed) == (Outcome.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("check", "claim"),
    [
        (
            WholeRead("n", HOUR, 400, sample=3000),
            "a sample of 3,000 blocks read within 1 h, at most 400 MB/s, none damaged",
        ),
        (
            Integrity("n", require=("amcheck", "checksums"), against_source=True),
            "nothing wrong that the engine can prove of itself, asked of amcheck and checksums, "
            "extensions and sequences as in the source",
        ),
        (
            AnswersWithin("n", "SELECT 1", timedelta(milliseconds=250)),
            "95 of 100 answers within 250 ms, 20 times, from: SELECT 1",
        ),
        (
            AnswersWithin("n", "s", against_source=True, factor=1.5, times=3, p=50),
            "50 of 100 answers within 1.5 times the source's own, 3 times, from: s",
        ),
        (Counts("n", tolerance=Tolerance(share=0.01)), "as many rows as the source in every table, within 1 %"),
        (SUITE, "exit code 0 within 10 m from: pytest -q"),
    ],
)
def test_a_claim_in_words(check: Deep, claim: str) -> None:
    """All that it depends on."""
    assert words.expectation(check) == claim


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.0042, "4.2 ms"), (0.25, "250 ms"), (1.254, "1.25 s"), (59.4, "59.4 s"), (90, "1 m 30 s")]
)
def test_a_short_time_in_words(seconds: float, told: str) -> None:
    """Three figures tell enough; from a minute on as durations are told."""
    assert words.latency(timedelta(seconds=seconds)) == told
