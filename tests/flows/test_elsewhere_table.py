"""Tables whose copies stand in another region: restored there out of their own, or from a vault of that region."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.preflight import region
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.dynamodb_table.lab.vaulted import back_up
from dr_orchestrator.resources.dynamodb_table.vaulted import TableFromVault
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support.dying import killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, tables
from tests.support.estate import REGION, TABLE, VAULT, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, beat, fresh, run, world

PITR, BACKUP, KEYED, VAULTED = (f"sessions-away-{each}" for each in ("pitr", "backup", "key", "vault"))
ASKS = {
    PITR: "RestoreTableToPointInTime",
    BACKUP: "RestoreTableFromBackup",
    KEYED: "RestoreTableToPointInTime",
    VAULTED: "StartRestoreJob",
}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def key(shop: Estate) -> str:
    made = elsewhere.prepared(shop.lab)
    elsewhere.vault(shop.lab, made)
    return made


@pytest.fixture
def here(shop: Estate, key: str, home: Path) -> Iterator[wiring.App]:
    fresh(shop)
    name = f"sessions-away-{next(_numbers)}"
    shop.client("dynamodb").create_backup(TableName=TABLE.id, BackupName=name)
    shop.clock.sleep(1260)
    back_up(VAULT.name, TABLE.id, shop.clock.now() - timedelta(minutes=20), AWAY, timedelta(minutes=15))
    beat(shop)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with world(shop, home, elsewhere.TABLE_DRILLS.rstrip()) as made, dead:
        yield made
    vaults(AWAY)._points[VAULT.name].clear()


def drilled(shop: Estate, here: wiring.App, drill: str) -> tuple[Run, dict[str, Any]]:
    """A run that passes, and its restore; it changed nothing but its copy, in the other region, and leaves nothing."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.region for row in found.copies] == [AWAY]
    assert tables() == []
    assert shop.inventory() == before
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    deleted = [each.params["TableName"] for each in calls if each.action == "DeleteTable"]
    assert deleted == [found.copies[0].copy.id]
    (asked,) = [each.params for each in calls if each.action == ASKS[drill]]
    return found, asked


def looked(found: Run) -> str:
    """The words of a run's report on what it looked at."""
    return next(step.detail for step in found.steps if step.name == "look before starting")


def test_an_instant_is_restored_into_the_region_that_is_called(shop: Estate, here: wiring.App) -> None:
    """The source by its ARN, and how to encrypt it: AWS restores none across regions without both."""
    found, asked = drilled(shop, here, PITR)
    assert asked["SourceTableArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE.id}"
    assert "SourceTableName" not in asked
    assert asked["SSESpecificationOverride"] == {"Enabled": False}
    assert asked["TargetTableName"] == found.copies[0].copy.id
    identity = found.copies[0].identity
    assert identity is not None
    assert identity.arn.startswith(f"arn:aws:dynamodb:{AWAY}:")


def test_a_backup_is_restored_there_likewise(shop: Estate, here: wiring.App) -> None:
    """By its ARN, which is of the region of its table."""
    found, asked = drilled(shop, here, BACKUP)
    assert asked["BackupArn"] == found.points[0].id
    assert asked["BackupArn"].split(":")[3] == REGION


def test_its_key_is_the_one_that_the_drill_names(shop: Estate, here: wiring.App, key: str) -> None:
    """Proven of the live copy, and told by parity as the drill's own word."""
    found, asked = drilled(shop, here, KEYED)
    assert asked["SSESpecificationOverride"] == {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": elsewhere.ALIAS}
    (differs,) = [each for each in found.differences if each.setting == "encryption"]
    assert differs.standing is Standing.ACCEPTED
    assert AWAY in differs.why


@pytest.mark.parametrize("drill", [PITR, BACKUP])
def test_it_is_told_that_its_region_is_needed(here: wiring.App, drill: str) -> None:
    """By the plan, and by the report of the run: it is no proof against the loss of the region."""
    told = f"this is no proof against the loss of {REGION}"
    assert [each for each in plan(here, drill).seen if told in each]
    assert told in looked(run(here, drill))


def test_a_point_of_a_vault_there_is_restored_where_it_lies(shop: Estate, here: wiring.App, key: str) -> None:
    """By a job of that region, under the key that is named; its data are as old as those of its original."""
    found, asked = drilled(shop, here, VAULTED)
    assert asked["RecoveryPointArn"] == found.points[0].id
    assert asked["RecoveryPointArn"].split(":")[3] == AWAY
    assert asked["Metadata"]["kmsMasterKeyArn"] == key
    assert "no proof against" not in looked(found)
    (point,) = found.points
    assert point.data_time_source == f"CreationDate in {AWAY}"
    assert point.created_at is not None
    assert point.created_at - point.data_time == timedelta(minutes=15)


def test_what_came_there_too_late_is_not_taken(shop: Estate, here: wiring.App) -> None:
    """A copy tells the instant of its original: whether it was there when disaster struck, that of its completion."""
    (before,) = plan(here, VAULTED).recovery_points
    back_up(VAULT.name, TABLE.id, shop.clock.now() - timedelta(minutes=5), AWAY, timedelta(hours=1))
    (after,) = plan(here, VAULTED).recovery_points
    assert after.id == before.id


def test_what_is_whole_by_now_and_was_not_then_is_not_taken(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on after a while chooses of what there was when disaster struck, whatever its data's age."""
    table = replace(TABLE, to=Destination(AWAY, standing=True))
    of = TableFromVault(table, None, shop.toolkit, VAULT)
    before, struck = of.choose(), shop.clock.now()
    back_up(VAULT.name, TABLE.id, struck - timedelta(minutes=1), AWAY, timedelta(minutes=11))
    shop.clock.sleep(660)
    assert of.choose().id != before.id
    monkeypatch.setattr(type(shop.toolkit.context), "struck", struck)
    assert of.choose().id == before.id


def test_the_longest_way_there_counts(shop: Estate, here: wiring.App) -> None:
    """Until a copy is there, the one before it is all there is."""
    shop.clock.sleep(7200)  # else the table is younger than the point, which would be another's of its name
    beat(shop)
    back_up(VAULT.name, TABLE.id, shop.clock.now() - timedelta(hours=2), AWAY, timedelta(minutes=50))
    found = run(here, VAULTED)
    assert found.closing is not None
    worst = found.closing.measures.worst_case
    assert worst is not None
    assert worst >= timedelta(minutes=90 + 50)


def test_where_nothing_lies_nothing_is_started(shop: Estate, here: wiring.App) -> None:
    """Whatever the vault of the source's region keeps."""
    vaults(AWAY)._points[VAULT.name].clear()
    found = run(here, VAULTED)
    assert found.copies == ()
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert "no available recovery point of sessions" in found.closing.reasons[0]


@pytest.fixture
def encrypted(shop: Estate, monkeypatch: pytest.MonkeyPatch) -> str:
    """The table is encrypted with a key of its team's own."""
    made = str(shop.client("kms").create_key()["KeyMetadata"]["Arn"])
    source: Any = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.id]
    monkeypatch.setattr(source, "sse_specification", {"Enabled": True, "KMSMasterKeyId": made})
    return made


@pytest.mark.parametrize("drill", [PITR, BACKUP])
def test_a_key_that_no_other_region_has_is_told(shop: Estate, here: wiring.App, encrypted: str, drill: str) -> None:
    """Before anything is asked for, with what to write."""
    heard = len(shop.lab.journal)
    found = run(here, drill)
    assert found.copies == ()
    assert found.closing is not None
    assert f"encrypted with {encrypted}, which no other region has" in found.closing.reasons[0]
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Restore", "Start"))]


@pytest.mark.parametrize("drill", [PITR, BACKUP])
def test_a_key_that_aws_manages_needs_none_there(
    shop: Estate, here: wiring.App, encrypted: str, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """Each account has one of them in each region: the copy is encrypted with AWS's own."""
    monkeypatch.setattr(kms_backends[ACCOUNT][REGION].keys[encrypted.rpartition("/")[2]], "key_manager", "AWS")
    drilled(shop, here, drill)


@pytest.mark.parametrize("drill", [KEYED, VAULTED])
def test_the_key_of_its_region_takes_its_place(shop: Estate, here: wiring.App, encrypted: str, drill: str) -> None:
    """Of a point of a vault, too, which tells the key of its table."""
    drilled(shop, here, drill)


@pytest.mark.parametrize("drill", ASKS)
def test_a_region_that_is_not_enabled_is_told(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """Before anything is made."""
    monkeypatch.setattr(region, "enabled", mock.Mock(side_effect=NotRecoverable("region is not enabled")))
    found = run(here, drill)
    assert found.copies == ()
    assert found.closing is not None
    assert "region is not enabled" in found.closing.reasons[0]


def test_what_stands_there_under_its_name_is_not_touched(shop: Estate, here: wiring.App) -> None:
    """A table of somebody else's: nothing is restored, and nothing is deleted."""
    there = shop.client("dynamodb", AWAY)
    given = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }

    dead = killed_in(here, PITR, killed_at("DescribeContinuousBackups", 1, after=True))
    name = f"dro-{dead.header.id}-{TABLE.id}"
    there.create_table(TableName=name, **given)
    shop.clock.sleep(60)
    try:
        found = resumed(here, dead)
        assert found.closing is not None
        assert found.closing.verdict is Verdict.FAILED
        assert f"a table {name} exists already and is not of this run" in found.closing.reasons[0]
        assert tables() == [name]
    finally:
        there.delete_table(TableName=name)
        shop.clock.sleep(600)


@pytest.mark.parametrize("drill", ASKS)
def test_such_a_drill_calls_what_is_declared(here: wiring.App, drill: str) -> None:
    """Nothing that a policy of `dro iam` would deny."""
    with passing() as passed:
        run(here, drill)
    declared = calls_of(TYPES, here.drill(drill)).all
    assert passed <= declared, passed - declared


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("drill", [PITR, BACKUP, VAULTED])
def test_killed_on_the_way_it_goes_on(here: wiring.App, shop: Estate, drill: str, after: bool) -> None:
    """What was asked for is adopted there, and asked for once."""
    heard = len(shop.lab.journal)
    found = resumed(here, killed_in(here, drill, killed_at(ASKS[drill], 1, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    asked = [each for each in shop.lab.journal[heard:] if each.action == ASKS[drill] and each.status == 200]
    assert len(asked) == 1
    assert tables() == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("drill", [PITR, BACKUP, VAULTED])
def test_killed_on_the_way_a_sweep_takes_it_down(here: wiring.App, shop: Estate, drill: str, after: bool) -> None:
    """In the region where it stands, proven by an inventory of that."""
    before = shop.inventory()
    found = swept(here, drill, killed_at(ASKS[drill], 1, after), shop.clock, 3600.0)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert all(row.state in TERMINAL for row in found.copies)
    assert tables() == []
    assert shop.inventory() == before


def test_each_region_has_a_verdict_of_its_own(shop: Estate, here: wiring.App) -> None:
    """What lies in the other region is too old, whatever the table's own keeps."""
    vaults(AWAY)._points[VAULT.name].clear()
    old: datetime = shop.clock.now() - timedelta(hours=3)
    back_up(VAULT.name, TABLE.id, old, AWAY)
    beside, away = run(here, "sessions-pitr"), run(here, VAULTED)
    assert beside.closing is not None
    assert beside.closing.verdict in GREEN
    assert away.closing is not None
    assert away.closing.verdict is Verdict.FAILED
