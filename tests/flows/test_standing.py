"""Drills of what lies in another region already: copied snapshots, and replicated backups; their lag is the loss."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.models import AutomatedBackup
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support.elsewhere import AWAY
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run, world

SNAPSHOT, PITR = "orders-standing-snapshot", "orders-standing-pitr"
BACKUP = f"arn:aws:rds:{AWAY}:{ACCOUNT}:auto-backup:ab-{INSTANCE.id}"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def key(shop: Estate) -> str:
    return elsewhere.prepared(shop.lab)


@pytest.fixture
def here(shop: Estate, key: str, home: Path) -> Iterator[wiring.App]:
    fresh(shop)
    with world(shop, home, elsewhere.STANDING.rstrip()) as made:
        yield made
    rds = shop.client("rds", AWAY)
    for each in rds.describe_db_snapshots()["DBSnapshots"]:
        rds.delete_db_snapshot(DBSnapshotIdentifier=each["DBSnapshotIdentifier"])
    replicate(to=frozenset())


def replicate(to: frozenset[str] = frozenset({AWAY})) -> None:
    """Have the automated backups of the instance be replicated, or no more."""
    instance: object = rds_backends[ACCOUNT][REGION].databases[INSTANCE.id]
    instance.replicated_to = to  # type: ignore[attr-defined]


class Left(AutomatedBackup):
    """A backup of the same ARN of an instance, that is not replicated any more: its window ended a day ago."""

    status = "retained"

    def __init__(self, of: str = "", status: str = "retained") -> None:
        """`of` is the resource id of the instance that had the name before, where it is another's."""
        instance = rds_backends[ACCOUNT][REGION].databases[INSTANCE.id]
        super().__init__(instance, [], AWAY)
        self.dbi_resource_id, self.status = of or self.dbi_resource_id, status
        self.db_instance_automated_backups_arn += "-left"
        if self.restore_window:
            self.restore_window = {name: at - timedelta(days=1) for name, at in self.restore_window.items()}


@pytest.fixture
def leave(monkeypatch: pytest.MonkeyPatch) -> Callable[[Left], None]:
    """Has the other region list a backup that was left there, before those that are replicated now."""
    listed = Rds.describe_db_instance_automated_backups

    def left(backup: Left) -> None:
        def both(self: Rds, *args: Any, **given: Any) -> list[Any]:
            return [*([backup] if self.region_name == AWAY else []), *listed(self, *args, **given)]

        monkeypatch.setattr(Rds, "describe_db_instance_automated_backups", both)

    return left


def copied(shop: Estate, key: str) -> tuple[str, datetime]:
    """Somebody copies the newest snapshot to the other region; its name there, and the instant of its data."""
    kept = shop.client("rds").describe_db_snapshots(DBInstanceIdentifier=INSTANCE.id)["DBSnapshots"]
    newest = max(kept, key=lambda each: each["SnapshotCreateTime"])
    name = f"nightly-{next(_numbers)}"
    shop.client("rds", AWAY).copy_db_snapshot(
        SourceDBSnapshotIdentifier=newest["DBSnapshotArn"],
        TargetDBSnapshotIdentifier=name,
        SourceRegion=REGION,
        KmsKeyId=key,
    )
    shop.clock.sleep(1200)
    return name, newest["SnapshotCreateTime"]


def restored(shop: Estate, here: wiring.App, drill: str, action: str) -> tuple[Run, dict[str, str]]:
    """A run of what lies there, and the one restore that it asked for; nothing was copied, and nothing is left."""
    heard, kept = len(shop.lab.journal), set(elsewhere.standing(AWAY))
    found = run(here, drill)
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    assert not [each for each in calls if each.action.startswith("Copy")]
    assert found.closing is not None
    assert [row.copy.region for row in found.copies] == [AWAY], found.closing.reasons
    assert set(elsewhere.standing(AWAY)) == kept
    assert found.closing.cleanup is Cleanup.CLEAN
    (asked,) = [each.params for each in calls if each.action == action]
    return found, asked


def test_a_copied_snapshot_is_restored_where_it_lies(shop: Estate, here: wiring.App, key: str) -> None:
    """By its name there; the loss is counted from the instant of its data, and not from that of the copying."""
    name, of = copied(shop, key)
    found, asked = restored(shop, here, SNAPSHOT, "RestoreDBInstanceFromDBSnapshot")
    assert asked["DBSnapshotIdentifier"] == name
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    (point,) = found.points
    assert point.data_time_source.endswith(f" in {AWAY}")
    assert abs(point.data_time - of) < timedelta(seconds=1)
    assert point.created_at is not None
    assert point.created_at - of > timedelta(minutes=10)
    rpa = found.closing.measures.rpa
    assert rpa is not None
    assert rpa > timedelta(minutes=30)


def test_each_region_has_a_verdict_of_its_own(shop: Estate, here: wiring.App, key: str) -> None:
    """The newest beside the source is of just now and keeps the promise; what lies in the other region is too old."""
    copied(shop, key)
    shop.clock.sleep(3600)
    fresh(shop)
    beside, away = run(here, "orders-snapshot"), run(here, SNAPSHOT)
    assert beside.closing is not None
    assert away.closing is not None
    assert beside.closing.verdict in GREEN, beside.closing.reasons
    assert away.closing.verdict is Verdict.FAILED
    assert [point.id for point in beside.points] != [point.id for point in away.points]
    assert [row.copy.region for row in (*beside.copies, *away.copies)] == [REGION, AWAY]


def test_a_replicated_backup_is_restored_where_it_lies(shop: Estate, here: wiring.App) -> None:
    """By the ARN that it has there, to an instant of its own window: it is behind that of the source."""
    replicate()
    found, asked = restored(shop, here, PITR, "RestoreDBInstanceToPointInTime")
    assert asked["SourceDBInstanceAutomatedBackupsArn"] == BACKUP
    assert "SourceDBInstanceIdentifier" not in asked
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    (point,) = found.points
    assert point.id.startswith(f"{BACKUP}@")
    worst = found.closing.measures.worst_case
    assert worst is not None
    assert worst >= timedelta(minutes=14)


LEFT = {"another instance of its name": ("db-FORMER", "active"), "stopped": ("", "retained"), "frozen": ("", "active")}


@pytest.mark.parametrize(("of", "status"), LEFT.values(), ids=LEFT)
def test_a_backup_that_was_left_there_is_not_taken(
    here: wiring.App, leave: Callable[[Left], None], of: str, status: str
) -> None:
    """Its ARN of an instance is the same: another's data, or a window that stands still, would be taken for ours."""
    replicate()
    leave(Left(of, status))
    (point,) = plan(here, PITR).recovery_points
    assert point.id.startswith(f"{BACKUP}@")


@pytest.mark.parametrize(("of", "status"), list(LEFT.values())[:2], ids=list(LEFT)[:2])
def test_what_was_left_there_alone_is_no_replication(
    here: wiring.App, leave: Callable[[Left], None], of: str, status: str
) -> None:
    """It is told that none is there, and how one is begun."""
    leave(Left(of, status))
    (why,) = [each for each in plan(here, PITR).blockers if "replicated" in each]
    assert "no automated backup of orders-prod is replicated to eu-central-1" in why


@pytest.mark.parametrize("drill", [SNAPSHOT, PITR])
def test_such_a_drill_calls_what_is_declared(shop: Estate, here: wiring.App, key: str, drill: str) -> None:
    """Nothing that a policy of `dro iam` would deny, and no copying at all."""
    copied(shop, key)
    replicate()
    with passing() as passed:
        run(here, drill)
    declared = calls_of(TYPES, here.drill(drill)).all
    assert passed <= declared, passed - declared
    assert "rds:CopyDBSnapshot" not in declared


@pytest.mark.parametrize(
    ("drill", "why"),
    [
        (SNAPSHOT, "no available snapshot of orders-prod"),
        (PITR, "no automated backup of orders-prod is replicated to eu-central-1"),
    ],
)
def test_where_nothing_lies_nothing_is_started(here: wiring.App, drill: str, why: str) -> None:
    """No point there is told by the plan, and by the first look of the run."""
    assert any(why in each for each in plan(here, drill).blockers)
    found = run(here, drill)
    assert found.copies == ()
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert why in found.closing.reasons[0]


def test_a_copy_that_came_too_late_is_not_taken(shop: Estate, here: wiring.App, key: str) -> None:
    """What is still on its way when disaster strikes helps nobody."""
    name, _ = copied(shop, key)
    fresh(shop)
    kept = shop.client("rds").describe_db_snapshots(DBInstanceIdentifier=INSTANCE.id)["DBSnapshots"]
    newest = max(kept, key=lambda each: each["SnapshotCreateTime"])
    given = {"SourceDBSnapshotIdentifier": newest["DBSnapshotArn"], "SourceRegion": REGION, "KmsKeyId": key}
    shop.client("rds", AWAY).copy_db_snapshot(TargetDBSnapshotIdentifier="on-its-way", **given)
    assert plan(here, SNAPSHOT).recovery_points[0].id == name
