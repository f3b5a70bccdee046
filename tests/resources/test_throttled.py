"""Every restorer: what AWS refuses, denies or never ends fails the drill, is not measured, or is waited out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import botocore.endpoint
import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import NotRecoverable
from tests.support.contexts import ToldContext
from tests.support.ways import Make, Way
from tests.support.ways.every import SPECS


def telling(way: Way) -> tuple[Way, ToldContext]:
    """The way under a context that notes what it is told."""
    context = ToldContext(way.copy.run, way.made.clock)
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, context=context))
    return way, context


def told(context: ToldContext) -> list[tuple[SegmentKind, float]]:
    return [(of, seconds) for of, _, seconds in context.delays]


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
@pytest.mark.parametrize("ago", [timedelta(days=400), timedelta(seconds=1), -timedelta(hours=1)])
def test_an_instant_outside_the_window_is_refused(way_of: Make, kind: str, ago: timedelta) -> None:
    """Before the first, within the lag, or in the future: never silently another instant."""
    way = way_of(kind, selection=Selection(Pick.AT, ago=ago))
    with pytest.raises(NotRecoverable, match="outside its restorable window"):
        way.restorer.choose()


@pytest.mark.parametrize("kind", ["rds-snapshot", "stack"])
def test_a_copy_that_died_is_destroyed_like_any_other(way_of: Make, kind: str) -> None:
    """An incompatible instance or a rolled-back stack costs money too."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "ends-as", "status": "incompatible-restore", "action": SPECS[kind].ask})
    way.restored(ready=False)
    way.made.clock.sleep(3600)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


@pytest.mark.parametrize(
    ("kind", "code", "answers"),
    [
        ("rds-snapshot", "InstanceQuotaExceeded", 2),
        ("rds-snapshot", "InsufficientDBInstanceCapacity", 2),
        ("rds-pitr", "StorageQuotaExceeded", 2),
        ("dynamodb", "LimitExceededException", 12),  # botocore takes it for throttling, and asks six times
    ],
)
def test_a_quota_is_waited_out(way_of: Make, kind: str, code: str, answers: int) -> None:
    """What AWS has no room for now is asked for again, and the time is told once, as a wait for the quota."""
    way, context = telling(way_of(kind))
    way.made.lab.faults.add({"kind": "error", "code": code, "action": SPECS[kind].ask, "times": answers})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(1)):
        way.confirm(way.restore())
    assert told(context) == [(SegmentKind.QUOTA, pytest.approx(90 + (answers - 2), abs=0.5))]
    assert len(way.calls(SPECS[kind].ask)) == 1
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_creation_that_was_throttled_is_told_as_that(way_of: Make) -> None:
    """What botocore waited by itself is no quota, and is not forgotten either."""
    way, context = telling(way_of("rds-snapshot"))
    twice = ToldContext("r", way.made.clock)
    way.made.toolkit.account.throttling.listen(twice)
    way.made.lab.faults.add({"kind": "throttle", "action": SPECS["rds-snapshot"].ask, "times": 2})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(5)):
        way.confirm(way.restore())
    assert told(context) == [(SegmentKind.THROTTLING, pytest.approx(10, abs=0.5))]
    assert not twice.delays
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_throttling_storm_is_waited_out_and_told_where_it_hid_the_copy(way_of: Make) -> None:
    """Describes that are throttled for minutes neither fail the restore nor pass for its own time."""
    way, context = telling(way_of("rds-snapshot"))
    way.restored(ready=False)
    way.made.clock.sleep(3600)  # it is ready by now, and nobody can see it
    way.made.lab.faults.add({"kind": "throttle", "action": "DescribeDBInstances", "times": 10})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(20)):
        before = way.made.clock.monotonic()
        way.restorer.ready(way.copy)
        took = way.made.clock.monotonic() - before
    ((of, seconds),) = told(context)
    assert of is SegmentKind.THROTTLING
    assert 8 * 20 <= seconds < took
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
