"""Time lost to throttling: measured from the first such answer to the call's end, told once, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import botocore.endpoint
import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.throttling import apart
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.watcher import Sighting, States, Watcher
from dr_orchestrator.errors import Transient
from tests.support.contexts import telling
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.types import CALLS

CALL = "rds:DescribeDBInstances"
Told = list[tuple[str, float]]


@pytest.fixture
def told(made: Estate) -> Iterator[Told]:
    """What the account of `asking` tells; botocore's pauses pass on the estate's clock."""
    heard: Told = []
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: made.clock.sleep(7)):
        yield heard
    made.lab.faults.clear()


def asking(made: Estate, told: Told) -> Account:
    account = Account(REGION, Guard(CALLS))
    account.throttling.listen(telling(made.clock, told))
    return account


def throttle(made: Estate, times: int = 0, kind: str = "throttle") -> None:
    made.lab.faults.add({"kind": kind, "action": "DescribeDBInstances", "times": times})


def test_what_botocore_waits_by_itself_is_told_once(made: Estate, told: Told) -> None:
    """Two throttled answers, two pauses, one word of it; a call that went well at once tells nothing."""
    throttle(made, times=2)
    rds = asking(made, told).api("rds")
    rds.call("DescribeDBInstances")
    rds.call("DescribeDBInstances")
    assert told == [(CALL, pytest.approx(14, abs=0.1))]


def test_a_call_that_is_throttled_to_the_end_tells_what_it_took(made: Estate, told: Told) -> None:
    """Also where it fails in the end: the run waited all the same."""
    throttle(made)
    with pytest.raises(Transient):
        asking(made, told).api("rds").call("DescribeDBInstances")
    assert told == [(CALL, pytest.approx(35, abs=0.1))]


@pytest.mark.parametrize("kind", ["server-error", "reset"])
def test_what_is_no_throttling_is_not_told_as_such(made: Estate, told: Told, kind: str) -> None:
    """An internal error or a cut connection that botocore repeats is another matter."""
    throttle(made, times=1, kind=kind)
    asking(made, told).api("rds").call("DescribeDBInstances")
    assert told == []


def test_apart_it_is_handed_over_instead_of_told(made: Estate, told: Told) -> None:
    """A describe that serves several waits is none's own: who asked for it accounts for it."""
    throttle(made, times=1)
    with apart() as seconds:
        asking(made, told).api("rds").call("DescribeDBInstances")
    assert told == []
    assert seconds == [pytest.approx(7, abs=0.1)]


def test_a_throttled_look_that_finds_the_copy_ready_is_counted_once(made: Estate, told: Told) -> None:
    """The wait tells what its look lost; the account does not tell it a second time."""
    api, lost = asking(made, told).api("rds"), list[float]()
    throttle(made, times=2)
    watcher = Watcher(made.clock)

    def describe(names: Any) -> Any:
        found = api.call("DescribeDBInstances", DBInstanceIdentifier=next(iter(names)))["DBInstances"]
        return {each["DBInstanceIdentifier"]: Sighting(each["DBInstanceStatus"]) for each in found}

    watcher.wait(
        watcher.feed(("rds",), describe),
        INSTANCE.id,
        States(frozenset({"available"}), sightings=2),
        ceiling=3600,
        observe=lambda _: None,
        delayed=lambda seconds, _why: lost.append(seconds),
    )
    assert told == []
    assert lost == [pytest.approx(14, abs=0.1)]
