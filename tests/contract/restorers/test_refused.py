"""Every restorer: what AWS refuses, denies or never ends fails the drill, is not measured, or is waited out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import botocore.endpoint
import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from tests.support.contexts import ToldContext
from tests.support.ways import ASK, RESTORERS, SOURCE, Make, Way, looked


def telling(way: Way) -> tuple[Way, ToldContext]:
    """The way under a context that notes what it is told."""
    context = ToldContext(way.copy.run, way.made.clock)
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, context=context))
    return way, context


def told(context: ToldContext) -> list[tuple[SegmentKind, float]]:
    return [(of, seconds) for of, _, seconds in context.delays]


@pytest.mark.parametrize(
    ("kind", "fault", "why"),
    [
        ("rds-snapshot", {"kind": "no-snapshot"}, "no available snapshot of orders-prod"),
        ("rds-pitr", {"kind": "pitr-off"}, "orders-prod"),
        ("dynamodb", {"kind": "pitr-off"}, "point-in-time recovery is switched off for table sessions-prod"),
    ],
)
def test_no_recovery_point_is_a_failed_drill(way_of: Make, kind: str, fault: dict[str, str], why: str) -> None:
    """No snapshot, or point-in-time recovery off: the service cannot be recovered this way, and nothing is made."""
    way = way_of(kind)
    way.made.lab.faults.add(fault)
    with pytest.raises(NotRecoverable, match=why):
        way.restorer.choose()
    assert way.calls(ASK[kind]) == []


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_source_that_is_not_there_is_a_failed_drill(way_of: Make, kind: str) -> None:
    """A mistyped or deleted source is told with the call, at the preflight already."""
    way = way_of(kind, replace(SOURCE[kind], id="no-such-thing"))
    with pytest.raises(NotRecoverable, match=r"^(rds|dynamodb):Describe\w+: .*no-such-thing"):
        looked(way)
    with pytest.raises(NotRecoverable):
        way.restorer.choose()


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
@pytest.mark.parametrize("ago", [timedelta(days=400), timedelta(seconds=1), -timedelta(hours=1)])
def test_an_instant_outside_the_window_is_refused(way_of: Make, kind: str, ago: timedelta) -> None:
    """Before the first, within the lag, or in the future: never silently another instant."""
    way = way_of(kind, selection=Selection(Pick.AT, ago=ago))
    with pytest.raises(NotRecoverable, match="outside its restorable window"):
        way.restorer.choose()


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_denied_look_is_inconclusive(way_of: Make, kind: str) -> None:
    """Access denied says nothing about the backups: not measured, with the call that was denied."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "access-denied", "action": "Describe*"})
    for act in (way.restorer.choose, lambda: looked(way)):
        with pytest.raises(NotMeasured, match=r"^(rds|dynamodb):Describe\w+: AccessDenied"):
            act()


def test_a_denied_restore_makes_nothing(way: Way) -> None:
    """The creating call is denied: INCONCLUSIVE, and the teardown knows that there is nothing."""
    way.made.lab.faults.add({"kind": "access-denied", "action": ASK[way.kind]})
    with pytest.raises(Denied, match=ASK[way.kind]):
        way.restore()
    assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED


@pytest.mark.parametrize(
    ("kind", "status", "why"),
    [
        ("rds-snapshot", "incompatible-restore", "ended as 'incompatible-restore'"),
        ("rds-pitr", "storage-full", "ended as 'storage-full'"),
        ("dynamodb", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
        ("stack", "ROLLBACK_COMPLETE", "asked for by a fault rule of the lab"),
    ],
)
def test_a_copy_that_dies_is_a_failed_drill(way_of: Make, kind: str, status: str, why: str) -> None:
    """What will never be ready fails the drill with its state, and (a stack) with the first resource that failed."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "ends-as", "status": status, "action": ASK[kind]})
    way.restored(ready=False)
    with pytest.raises(NotRecoverable, match=why):
        way.restorer.ready(way.copy)


@pytest.mark.parametrize("kind", ["rds-snapshot", "stack"])
def test_a_copy_that_died_is_destroyed_like_any_other(way_of: Make, kind: str) -> None:
    """An incompatible instance or a rolled-back stack costs money too."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "ends-as", "status": "incompatible-restore", "action": ASK[kind]})
    way.restored(ready=False)
    way.made.clock.sleep(3600)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_copy_that_is_never_ready_is_given_up_at_the_ceiling(way_of: Make, kind: str) -> None:
    """One hour here: the drill fails with the state that it hung in, instead of waiting for ever."""
    way = way_of(kind)
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, ceiling=3600.0))
    way.made.lab.faults.add({"kind": "stuck", "action": ASK[kind]})
    way.restored(ready=False)
    with pytest.raises(NotRecoverable, match=r"was still '(creating|CREATING)' after 1\.0 h"):
        way.restorer.ready(way.copy)


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
    way.made.lab.faults.add({"kind": "error", "code": code, "action": ASK[kind], "times": answers})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(1)):
        way.confirm(way.restore())
    assert told(context) == [(SegmentKind.QUOTA, pytest.approx(90 + (answers - 2), abs=0.5))]
    assert len(way.calls(ASK[kind])) == 1
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_creation_that_was_throttled_is_told_as_that(way_of: Make) -> None:
    """What botocore waited by itself is no quota, and is not forgotten either."""
    way, context = telling(way_of("rds-snapshot"))
    twice = ToldContext("r", way.made.clock)
    way.made.toolkit.account.throttling.listen(twice)
    way.made.lab.faults.add({"kind": "throttle", "action": ASK["rds-snapshot"], "times": 2})
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
