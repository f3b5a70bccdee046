"""Seed, mutate, restore, assert: a marker that changed after the restored instant shows that the restore went back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.restored import Marker, judged
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import RestoredItem, RestoredRow
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.fakes import RunningClock
from tests.support.stores import Tables, no_login

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE, US = timedelta(minutes=1), timedelta(microseconds=1)
CHECK = RestoredRow("restored", "dr_canary", "at")
POINT = RecoveryPoint("x", PointKind.CONTINUOUS, AT, "s", store="orders")
SEEDED, MOVED_ON = Marker(41, AT - MINUTE), Marker(47, AT + 5 * MINUTE)


def compared(copy: Marker | None, source: Marker | None, *points: RecoveryPoint) -> CheckResult:
    return judged(CHECK, points or (POINT,), lambda: copy, lambda: source)


def test_a_restore_that_went_back_passes() -> None:
    """The copy holds the state of before the instant, and the source has moved on: both are told in words."""
    result = compared(SEEDED, MOVED_ON)
    assert result.outcome is Outcome.PASSED
    assert (
        result.expected
        == "marker row in dr_canary from not after the restored instant, and changed in the source since"
    )
    assert "in the copy no. 41 of 2026-11-20 08:59:00 UTC; restored to 2026-11-20 09:00:00 UTC" in result.observed
    assert "in the source no. 47 of 2026-11-20 09:05:00 UTC" in result.observed
    assert result.newest is None  # the RPA is the heartbeat's business


@pytest.mark.parametrize(
    ("at", "kind", "outcome"),
    [
        (AT, PointKind.CONTINUOUS, Outcome.PASSED),
        (AT + US, PointKind.CONTINUOUS, Outcome.FAILED),
        (AT + timedelta(seconds=1) - US, PointKind.SNAPSHOT, Outcome.PASSED),
        (AT + timedelta(seconds=1), PointKind.SNAPSHOT, Outcome.FAILED),
        (MOVED_ON.at, PointKind.SNAPSHOT, Outcome.FAILED),
    ],
)
def test_a_copy_with_a_later_state_fails(at: datetime, kind: PointKind, outcome: Outcome) -> None:
    """A state from after the instant is not what was asked for; a snapshot's instant is told to the second."""
    point = RecoveryPoint("x", kind, AT, "s")
    result = compared(Marker(42, at), MOVED_ON, point)
    assert result.outcome is outcome
    assert ("the copy holds a later state" in result.observed) is (outcome is Outcome.FAILED)


@pytest.mark.parametrize("source", [MOVED_ON, None])
def test_a_marker_that_is_gone_from_the_copy_fails(source: Marker | None) -> None:
    """What was there before the instant must be in the copy, whatever the source says."""
    assert compared(None, source).outcome is Outcome.FAILED


@pytest.mark.parametrize("source", [SEEDED, Marker(41, AT + MINUTE), Marker(3, AT + MINUTE), None])
def test_a_source_that_stands_still_proves_nothing(source: Marker | None) -> None:
    """Same number, a lower one or none: the writer is dead or began anew, so the check is inconclusive, not passed."""
    result = compared(SEEDED, source)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "source" in result.observed


def test_a_source_that_cannot_be_read_is_inconclusive() -> None:
    """The reason is told; that the copy holds a later state is known without the source."""

    def unreachable() -> Marker | None:
        raise NotMeasured("connection timed out")

    result = judged(CHECK, (POINT,), lambda: SEEDED, unreachable)
    assert (result.outcome, "connection timed out" in result.observed) == (Outcome.INCONCLUSIVE, True)
    assert judged(CHECK, (POINT,), lambda: MOVED_ON, unreachable).outcome is Outcome.FAILED


def test_the_source_is_read_before_the_copy() -> None:
    """Were the copy production itself, a beat between the two looks must not make it an older state."""
    beats = iter([Marker(41, AT - MINUTE), Marker(42, AT)])
    result = judged(CHECK, (POINT,), lambda: next(beats), lambda: next(beats))
    assert "source no. 41" in result.observed
    assert result.outcome is Outcome.INCONCLUSIVE


def test_what_the_source_wrote_before_the_instant_must_be_in_the_copy() -> None:
    """A copy that lacks a state of before the restored instant lost it, however far the source moved on."""
    result = judged(CHECK, (POINT,), lambda: Marker(1, AT - 30 * MINUTE), lambda: Marker(47, AT - MINUTE))
    assert result.outcome is Outcome.FAILED
    assert "written before the restored instant, and not in the copy" in result.observed


# In the suite.

COPY = Copy("dynamodb-table", "dro-x", "us-east-1", "x", "d", "s")
ITEM = RestoredItem("restored", {"pk": "canary"}, "at")


class Places(Tables):
    """The table that is asked decides what is found: a copy and its source."""

    def __init__(self, **items: tuple[int, datetime]) -> None:
        super().__init__([])
        self.places = items

    def call(self, operation: str, **parameters: object) -> dict[str, object]:
        assert operation == "GetItem"
        number, at = self.places[str(parameters["TableName"]).replace("-", "_")]
        return {"Item": {"pk": {"S": "canary"}, "sequence": {"N": str(number)}, "at": {"S": at.isoformat()}}}


def performed(tables: Tables, *points: RecoveryPoint, check: RestoredItem | RestoredRow = ITEM) -> list[CheckResult]:
    items = ItemChecks(tables, lambda copy, _: copy.id, lambda _: "prod")
    return Suite((check,), RunningClock(), SqlChecks(no_login), items, HttpChecks(lambda _: {})).all(COPY, points, AT)


def test_the_suite_compares_copy_and_source() -> None:
    """The marker of the copy's table is held against that of the source's; the result is one check, no heartbeat."""
    (result,) = performed(Places(dro_x=(1, AT - MINUTE), prod=(2, AT + MINUTE)), POINT)
    assert (result.outcome, result.canary, result.proves_data) == (Outcome.PASSED, False, True)
    (result,) = performed(Places(dro_x=(2, AT + MINUTE), prod=(2, AT + MINUTE)), POINT)
    assert result.outcome is Outcome.FAILED


def test_what_the_suite_cannot_compare_is_inconclusive() -> None:
    """No recovery point, a database that cannot be reached, an item that is no marker: never a pass."""
    good = Places(dro_x=(1, AT - MINUTE), prod=(2, AT + MINUTE))
    bare = Tables([{"pk": {"S": "canary"}, "at": {"S": AT.isoformat()}}])
    for (result,) in (performed(good), performed(good, POINT, check=CHECK), performed(bare, POINT)):
        assert result.outcome is Outcome.INCONCLUSIVE
