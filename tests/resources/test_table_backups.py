"""The backups of a table: which there are to choose from, and how one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.recovery_point import PointKind
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.backups import TableBackup
from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable
from tests.support.estate import REGION, TABLE
from tests.support.ways import Make, Way

HOUR = timedelta(hours=1)


@pytest.fixture
def backend() -> Iterator[DynamoDb]:
    """The lab's own tables and backups; those that a test adds end with it."""
    found = cast(DynamoDb, dynamodb_backends[ACCOUNT][REGION])
    before = dict(found.backups)
    yield found
    found.backups.clear()
    found.backups.update(before)


@pytest.fixture
def table(backend: DynamoDb) -> JournalledTable:
    return cast(JournalledTable, backend.tables[TABLE.id])


@pytest.fixture
def way(way_of: Make) -> Way:
    return way_of("dynamodb-backup")


def test_the_newest_backup_is_chosen_and_asked_for_by_its_arn(way: Way, backend: DynamoDb) -> None:
    """What is restored is what was chosen, of the instant that AWS tells, and nothing else is said in the request."""
    kept = (cast(TableBackup, each) for each in backend.backups.values() if each.type == "USER")
    newest = max(kept, key=lambda each: each.at)
    point = way.restorer.choose()
    assert (point.id, point.kind, point.store) == (newest.arn, PointKind.SNAPSHOT, TABLE.name)
    assert abs(point.data_time - newest.at) < timedelta(seconds=1)
    way.restore()
    assert way.calls("RestoreTableFromBackup") == [{"TargetTableName": way.copy.id, "BackupArn": newest.arn}]


def test_it_holds_what_its_table_held_at_that_instant(way: Way) -> None:
    """The oldest backup is from the table's tenth item on: it has ten, however many there are by now."""
    way.selection = Selection(Pick.OLDEST)
    way.restored()
    counted = way.made.client("dynamodb").scan(TableName=way.copy.id, Select="COUNT")["Count"]
    assert counted == 10


def test_backups_of_aws_backup_are_chosen_too(way: Way, backend: DynamoDb, table: JournalledTable) -> None:
    """Who asks for all types is told of no backup of AWS Backup: it is asked for them by their own type."""
    kept = backend.keep(TableBackup(table, "nightly", "AWS_BACKUP", way.made.clock.now()))
    assert way.restorer.choose().id == kept.arn


def test_a_backup_of_another_table_of_that_name_is_none(way: Way, backend: DynamoDb, table: JournalledTable) -> None:
    """A name may have been another table's before, whose backups outlive it: its id tells them apart."""
    chosen, at = way.restorer.choose(), way.made.clock.now()
    strange = TableBackup(table, "of-another", at=at)
    strange.table.id = "another"  # type: ignore[attr-defined] # the lab's tables have one
    backend.keep(strange)
    assert way.restorer.choose() == chosen


def test_a_backup_that_is_being_made_is_none_yet(way: Way, backend: DynamoDb) -> None:
    """It is listed while it is being made, and can be restored only once it is available."""
    chosen = way.restorer.choose()
    made = way.made.client("dynamodb").create_backup(TableName=TABLE.id, BackupName="late")["BackupDetails"]
    assert made["BackupStatus"] == "CREATING"
    assert way.restorer.choose() == chosen
    way.made.clock.sleep(60)
    assert way.restorer.choose().id == made["BackupArn"]


def test_a_backup_that_another_restore_uses_is_waited_for(way: Way) -> None:
    """AWS restores a backup to one table at a time; what waiting took is a segment of its own."""
    late = way.made.client("dynamodb").create_backup(TableName=TABLE.id, BackupName="late")["BackupDetails"]
    point = replace(way.restorer.choose(), id=late["BackupArn"])  # AWS refuses it alike while it is being made
    told = way.made.toolkit.context.delays
    told.clear()
    way.restorer.restore(point, way.copy)
    assert [(kind, reason) for kind, reason, _ in told] == [
        (SegmentKind.QUOTA, "dynamodb:RestoreTableFromBackup: BackupInUseException")
    ]


def test_the_worst_case_is_the_largest_gap_and_never_the_whole(way: Way) -> None:
    """AWS does not tell how long a backup took: the gaps can show that an objective is missed, not that it is met."""
    taken = sorted(point.data_time for point in way.restorer._points())
    until = taken[-1] + 30 * HOUR
    worst = way.restorer.worst_case(until)
    assert (worst.loss, worst.whole) == (30 * HOUR, False)
    assert "backups" in worst.source


def test_what_was_before_the_oldest_backup_is_no_gap(
    way: Way, backend: DynamoDb, table: JournalledTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backups that were kept for a month go with it: a table that is older had others before, and was not without."""
    until = way.made.clock.now()
    monkeypatch.setattr(table, "created_at", until.replace(tzinfo=None) - timedelta(days=80))
    backend.backups.clear()
    for days in (1, 2, 3):
        backend.keep(TableBackup(table, f"nightly-{days}", "AWS_BACKUP", until - timedelta(days=days)))
    assert abs(way.restorer.worst_case(until).loss - timedelta(days=1)) < timedelta(seconds=1)
