"""Clocks, recovery points, verdicts and findings."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.clock import Event, MachineClock, Moment, PacedClock, span
from dr_orchestrator.domain.finding import Severity, finding
from dr_orchestrator.domain.recovery_point import largest_gap
from dr_orchestrator.domain.verdict import Cleanup, Verdict, worst, worst_cleanup
from dr_orchestrator.errors import (
    Aborted,
    CatalogError,
    DrillFault,
    Exit,
    NotMeasured,
    NotRecoverable,
    Problem,
    UnsafeToDelete,
    UsageError,
)
from dr_orchestrator.settings import Pace

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_no_history_has_no_gap() -> None:
    """With no recovery point at all nothing is said: not zero, not a guess."""
    assert largest_gap([], NOW) is None


def test_the_gap_up_to_now_counts() -> None:
    """A history that stopped is as bad as a hole in it."""
    assert largest_gap([NOW - timedelta(hours=9), NOW - timedelta(hours=8)], NOW) == timedelta(hours=8)


@given(st.lists(st.timedeltas(timedelta(), timedelta(days=90)).map(NOW.__sub__), min_size=1))
def test_a_gap_is_the_largest_whatever_the_order(times: list[datetime]) -> None:
    """The order in which AWS lists recovery points does not matter, and no gap between neighbours is larger."""
    gap = largest_gap(times, NOW)
    assert gap is not None
    ordered = [*sorted(times), NOW]
    assert gap == max(later - earlier for earlier, later in pairwise(ordered))
    assert gap == largest_gap(times[::-1], NOW)


def test_a_span_needs_both_ends() -> None:
    """A span between moments of which one was not reached is None, never zero."""
    events = [Event(Moment.DISRUPTION, NOW, timedelta(seconds=5))]
    assert span(events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED) is None
    assert span(events, Moment.DECLARED, Moment.DISRUPTION) is None


def test_a_span_is_monotonic_time() -> None:
    """A span is the difference of offsets; what the wall clock said meanwhile does not enter."""
    start = Event(Moment.DISRUPTION, NOW, timedelta(seconds=5))
    end = Event(Moment.CLEAN, NOW - timedelta(days=1), timedelta(hours=26, seconds=5))
    assert span([end, start], Moment.DISRUPTION, Moment.CLEAN) == timedelta(hours=26)


def test_a_paced_clock_runs_as_fast_as_it_is_told() -> None:
    """At pace 1000 a thousandth of the real time passes, on the wall and on the monotonic clock alike."""
    clock = PacedClock(Pace(1000.0, time.time()))
    before, wall, started = clock.monotonic(), clock.now(), clock.monotonic()
    clock.sleep(5.0)
    ended, passed, after = clock.monotonic(), (clock.now() - wall).total_seconds(), clock.monotonic()
    assert clock.pace == 1000.0
    assert ended - started >= 5.0
    assert ended - started - 0.1 <= passed <= after - before + 0.1
    assert clock.now().tzinfo is UTC


def test_a_clock_does_not_sleep_backwards() -> None:
    """A negative wait is no wait: it neither raises nor turns the clock."""
    clock = PacedClock(Pace())
    before = clock.monotonic()
    clock.sleep(-3600)
    assert before <= clock.monotonic() < before + 5


def test_leases_are_kept_by_the_machines_own_clock() -> None:
    """Whatever the pace of the drill: a process that is silent for half a minute is silent for that long."""
    clock = MachineClock()
    before, told = time.time(), clock.now().timestamp()
    assert clock.pace == 1.0
    assert before <= told <= time.time()


def test_the_machines_seconds_go_on_while_it_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that was closed for an hour has not held its lease through it."""
    goes_on = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # where there is none, the other does
    monkeypatch.setattr(time, "clock_gettime", {goes_on: 3700.0}.get)
    assert MachineClock().monotonic() == 3700.0


def test_the_worst_verdict_wins() -> None:
    """Of several runs the worst counts, in the order of precedence, whatever order they ended in."""
    order = list(Verdict)
    for first, second in permutations(order, 2):
        assert worst([first, second]) is min(first, second, key=order.index)


def test_nothing_proven_is_inconclusive() -> None:
    """An empty selection proves nothing: the verdict of no runs is not a pass."""
    assert worst([]) is Verdict.INCONCLUSIVE


def test_only_the_passes_are_green() -> None:
    """PARTIAL and INCONCLUSIVE are not green."""
    assert [verdict for verdict in Verdict if verdict.green] == [Verdict.PASSED_WITH_FINDINGS, Verdict.PASSED]


def test_a_known_leftover_outweighs_an_unknown() -> None:
    """Clean is only what is clean everywhere."""
    assert worst_cleanup([Cleanup.CLEAN, Cleanup.UNPROVEN]) is Cleanup.UNPROVEN
    assert worst_cleanup([Cleanup.UNPROVEN, Cleanup.LEFTOVERS, Cleanup.CLEAN]) is Cleanup.LEFTOVERS
    assert worst_cleanup([Cleanup.CLEAN, Cleanup.CLEAN]) is Cleanup.CLEAN


def test_a_finding_is_known_again_by_its_cause() -> None:
    """The fingerprint follows from the cause and not from the words, and differs between causes."""
    one = finding(Severity.HIGH, "RTO missed by 3 m", "today", owner="a", cause=("orders", "restore", "RTO"))
    again = finding(Severity.LOW, "RTO missed by 9 m", "later", owner="b", cause=("orders", "restore", "RTO"))
    other = finding(Severity.HIGH, "RTO missed by 3 m", "today", owner="a", cause=("orders", "restoreRTO", ""))
    assert one.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), Exit.USAGE),
        (CatalogError(()), Exit.USAGE),
        (DrillFault("x"), Exit.INCONCLUSIVE),
        (NotRecoverable("x"), Exit.FAILED),
        (NotMeasured("x"), Exit.INCONCLUSIVE),
        (Aborted("x"), Exit.ABORTED),
        (UnsafeToDelete("x"), Exit.LEFTOVERS),
    ],
)
def test_each_error_has_its_exit_code(error: UsageError | DrillFault, code: Exit) -> None:
    """The exit codes are a contract; no error ends the program with 0."""
    assert error.exit_code is code
    assert code != Exit.PASSED


def test_a_fault_names_the_call_that_said_so() -> None:
    """The message of a fault begins with the AWS call, so that a reason in a report can be acted on."""
    assert NotRecoverable("denied", "ask", "rds:DescribeDBInstances").message == "rds:DescribeDBInstances: denied"


def test_a_problem_in_a_file_is_told_with_its_place() -> None:
    """File, line and key are in the text, and the fix where there is one."""
    told = CatalogError((Problem("tiers.yaml", 7, "rto", "not a limit", "write < 4h"),))
    assert str(told) == "tiers.yaml:7:rto: not a limit (write < 4h)"
