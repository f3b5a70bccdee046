"""Calls adapt to throttling: spaced for all runs together, on the drill's clock, told, and free again afterwards."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import botocore.endpoint
import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.spacing import LONGEST, QUIET, SLOWEST, Spacing, Spacings
from dr_orchestrator.aws.calls.throttling import apart
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.drill import Roles
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.runner.context import Undriven
from dr_orchestrator.wiring.building import build_components, guarded, plan_copy
from tests.support import workspace
from tests.support.contexts import ToldContext, telling
from tests.support.estate import REGION, Estate
from tests.support.fakes import FakeClock
from tests.support.types import CALLS

ROLE = "arn:aws:iam::123456789012:role/dro-read"
Told = list[tuple[str, float]]


def stormy(spacing: Spacing, clock: FakeClock, calls: int = 40, every: float = 0.1) -> None:
    """Half of the calls of some seconds are throttled."""
    for number in range(calls):
        clock.sleep(every)
        spacing.answered(refused=number % 2 == 0)


def gaps(spacing: Spacing, calls: int, answer: Callable[[], None] = lambda: None) -> list[float]:
    """For how long each of some calls that come at once is held back."""

    def call() -> float:
        held = spacing.wait()
        answer()
        return held

    return [call() for _ in range(calls)]


def test_nothing_waits_while_nothing_throttles() -> None:
    """However many calls come, and however slow or fast they came before."""
    clock = FakeClock()
    spacing = Spacing(clock)
    assert gaps(spacing, 100, lambda: spacing.answered(refused=False)) == [0.0] * 100
    clock.sleep(3600)
    assert gaps(spacing, 100, lambda: spacing.answered(refused=False)) == [0.0] * 100
    assert clock.monotonic() == 3600


def test_after_a_storm_calls_are_spaced_at_less_than_what_was_throttled() -> None:
    """Ten calls a second were too many by half: fewer come now, but not one in many seconds."""
    clock = FakeClock()
    spacing = Spacing(clock)
    stormy(spacing, clock)
    began = clock.monotonic()
    gaps(spacing, 20)
    assert SLOWEST <= 20 / (clock.monotonic() - began) < 10


def test_when_throttling_ends_calls_come_faster_and_in_a_minute_freely() -> None:
    """The rate grows with each answer; a minute without a throttled one, and nothing is held back."""
    clock = FakeClock()
    spacing = Spacing(clock)
    stormy(spacing, clock)
    held = gaps(spacing, 20, lambda: spacing.answered(refused=False))
    assert sum(held) < QUIET / 2
    assert 0 < sum(held[-5:]) < sum(held[1:6]) / 2
    clock.sleep(QUIET)
    assert gaps(spacing, 20) == [0.0] * 20


def test_a_call_waits_a_few_seconds_at_most() -> None:
    """Even at the slowest, with many before it; alone it waits two seconds."""
    clock = FakeClock()
    spacing = Spacing(clock)
    spacing.answered(refused=True)
    assert gaps(spacing, 3) == [0.0, 1 / SLOWEST, 1 / SLOWEST]
    with mock.patch.object(clock, "sleep"):  # as of many threads at once: none has had its turn yet
        assert max(gaps(spacing, 50)) == LONGEST


def test_threads_queue_and_each_has_a_turn_of_its_own() -> None:
    """Turns are taken one after the other and waited for together: no thread holds the others up."""
    clock, asked, met = FakeClock(), list[float](), threading.Barrier(3)

    def sleep(seconds: float) -> None:
        asked.append(seconds)
        met.wait(10)  # the clock does not move until all are waiting

    spacing = Spacing(clock)
    spacing.answered(refused=True)
    spacing.wait()
    with mock.patch.object(clock, "sleep", sleep), ThreadPoolExecutor(3) as threads:
        held = sorted(each.result() for each in [threads.submit(spacing.wait) for _ in range(3)])
    assert held == sorted(asked) == [1 / SLOWEST, 2 / SLOWEST, LONGEST]


@pytest.fixture
def quick(made: Estate) -> Iterator[None]:
    """botocore's own pauses take no time, so that all that passes was waited for a turn.

    Its arithmetic counts by halves of a second: each test begins with a whole one, wherever others left the clock.
    """
    made.clock.sleep(-made.clock.monotonic() % 1.0)
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: None):
        yield
    made.lab.faults.clear()


def asking(made: Estate, told: Told, spacings: Spacings | None, of: Roles = Roles()) -> Account:  # noqa: B008
    account = Account(REGION, Guard(CALLS), of, "dro-test", made.clock.now, spacings)
    account.throttling.listen(telling(made.clock, told))
    return account


def describe(account: Account) -> None:
    account.api("rds").call("DescribeDBInstances")


def throttle(made: Estate, times: int, **rule: Any) -> None:
    made.lab.faults.add({"kind": "throttle", "action": "DescribeDBInstances", "times": times, **rule})


@pytest.mark.usefixtures("quick")
def test_two_accounts_of_a_world_share_what_they_learned(made: Estate) -> None:
    """One is throttled, the other is spaced: a run need not be refused to know; what it waits is told as throttling."""
    spacings, first, second = Spacings(made.clock), Told(), Told()
    throttled, other = asking(made, first, spacings), asking(made, second, spacings)
    describe(other)
    throttle(made, times=2)
    describe(throttled)
    describe(other)
    describe(other)
    assert second[0] == ("rds:DescribeDBInstances", pytest.approx(2, abs=0.1))
    assert 0 < second[1][1] < 2  # AWS has borne the first


@pytest.mark.usefixtures("quick")
def test_other_services_logins_and_worlds_are_not_held_back(made: Estate) -> None:
    """AWS counts by account, region and service; who logs in otherwise is another, and so is who shares nothing."""
    spacings, told = Spacings(made.clock), Told()
    here, roles = asking(made, [], spacings), asking(made, told, spacings, Roles(ROLE, ROLE))
    throttle(made, times=1)
    describe(here)
    for _ in range(2):
        describe(roles)
        describe(asking(made, told, Spacings(made.clock)))
        describe(asking(made, told, None))
        here.throttling.listen(telling(made.clock, told))
        here.api("dynamodb").call("ListTables")
    assert told == []


@pytest.mark.usefixtures("quick")
def test_a_call_that_waits_and_is_then_throttled_tells_all_of_it_once(made: Estate) -> None:
    """Its turn, the throttled answer and the next turn are one time; a look hands it over to who waits by it."""
    spacings, told = Spacings(made.clock), Told()
    here = asking(made, told, spacings)
    throttle(made, times=1)
    describe(here)
    told.clear()
    throttle(made, times=1)
    began = made.clock.monotonic()
    describe(here)
    passed = made.clock.monotonic() - began
    assert told == [("rds:DescribeDBInstances", pytest.approx(passed, abs=0.1))]
    assert passed == pytest.approx(4, abs=0.1)
    with apart() as lost:
        describe(here)
    assert lost == [pytest.approx(2, abs=0.1)]
    assert len(told) == 1


@pytest.mark.usefixtures("quick")
def test_a_call_is_signed_after_its_wait(made: Estate) -> None:
    """A signature that waited with its call would be the older for it."""
    here, story = asking(made, [], Spacings(made.clock)), list[str]()
    here._session.events.register("before-sign.*.*", lambda **_: story.append("sign"))
    with mock.patch.object(Spacing, "wait", lambda _: float(story.append("wait") or 0)):
        describe(here)
    assert story == ["wait", "sign"]


@pytest.mark.usefixtures("quick")
def test_all_runs_of_a_process_share_one_spacing(made: Estate, tmp_path: Path) -> None:
    """By the world that makes their accounts: a second run waits for what the first met, as a segment of its own."""
    here = workspace.world(tmp_path, made.clock)
    context = ToldContext("20261120-2", made.clock)
    with wiring.using(here):
        drill = here.drill("orders-snapshot")
        first, second = (guarded(here, REGION, f"20261120-{number}", Undriven(), drill) for number in (1, 2))
        copy = plan_copy(here, drill, drill.resource, "20261120-2")
        build_components(here, drill, copy, second, context)
        throttle(made, times=1)
        for account in (first, second):
            describe(account)
    assert [(of, seconds) for of, _, seconds in context.delays] == [(SegmentKind.THROTTLING, pytest.approx(2, abs=0.1))]


@pytest.mark.usefixtures("quick")
def test_half_of_all_calls_throttled_slows_all_and_loses_none(made: Estate) -> None:
    """In a storm the calls of two accounts come ever more apart, and every one is answered."""
    spacings, told = Spacings(made.clock), Told()
    accounts = [asking(made, told, spacings) for _ in range(2)]
    throttle(made, times=20, share=0.5, seed=1)
    began = made.clock.monotonic()
    for account in itertools.islice(itertools.cycle(accounts), 12):
        describe(account)
    storm = made.clock.monotonic() - began
    assert storm > 10
    assert sum(seconds for _, seconds in told) == pytest.approx(storm, rel=0.05)
    made.lab.faults.clear()
    made.clock.sleep(QUIET + 1)
    told.clear()
    for account in accounts * 3:
        describe(account)
    assert told == []
