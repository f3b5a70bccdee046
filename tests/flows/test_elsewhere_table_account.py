"""A table that is restored in another account, from the vault there that AWS Backup copied its points into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest
from moto.backup.models import backup_backends
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.notes import told_of
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies, elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support.apart import OTHER, THERE
from tests.support.dying import killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY
from tests.support.estate import REGION, TABLE, VAULT, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, beat, fresh, run, world

DRILL = "sessions-away-vault"
ROLE = f"arn:aws:iam::{OTHER}:role/dr-restore"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE.id}"


@pytest.fixture(params=[AWAY, REGION], scope="module")
def region(request: pytest.FixtureRequest, shop: Estate) -> str:
    """The region of the other account's vault: another than the table's, or the same."""
    found, login = str(request.param), elsewhere.login_of(shop.lab, OTHER)
    key = elsewhere.prepared(shop.lab, found, **login)
    elsewhere.client(shop.lab, "backup", found, **login).create_backup_vault(
        BackupVaultName=VAULT.name, EncryptionKeyArn=key
    )
    return found


@pytest.fixture
def here(shop: Estate, home: Path, region: str) -> Iterator[wiring.App]:
    fresh(shop)
    shop.clock.sleep(1260)
    at, kept = shop.clock.now() - timedelta(minutes=20), cast(Vaults, backup_backends[OTHER][region])
    kept.keep(VAULT.name, ARN, "DynamoDB", at, took=timedelta(minutes=15))
    beat(shop)
    written = elsewhere.TABLE_DRILLS.replace(
        f"region: {AWAY}, kms_key", f'region: {region}, account: "{OTHER}", kms_key'
    )
    written = written[written.index(f"\n  {DRILL}:") :].replace(f", region: {AWAY}}}\n", "}\n")
    written = written.replace(f"arn:aws:iam::{ACCOUNT}:role/dr-restore", ROLE)
    if region == REGION:  # which is not lost, then: the account is
        written = written.replace("disruption: region", "disruption: infrastructure")
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with world(shop, home, written.rstrip()) as made, dead:
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text() + THERE)
        yield made
    kept._points[VAULT.name].clear()


def left(region: str) -> list[str]:
    """The tables of the other account."""
    return sorted(dynamodb_backends[OTHER][region].tables)


def test_a_table_is_restored_there_from_the_vault_of_that_account(shop: Estate, here: wiring.App, region: str) -> None:
    """By a job of that account, under its key; nothing is asked to be made in the table's own, and nothing is left."""
    heard, before = len(shop.lab.journal), shop.inventory()
    assert here.drill(DRILL).vault == Vault(VAULT.name, ROLE)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.place for row in found.copies] == [Place(OTHER, region)]
    identity = found.copies[0].identity
    assert identity is not None
    assert identity.arn.startswith(f"arn:aws:dynamodb:{region}:{OTHER}:table/dro-")
    (asked,) = [each.params for each in shop.lab.journal[heard:] if each.action == "StartRestoreJob"]
    assert asked["IamRoleArn"] == ROLE
    assert f":{OTHER}:key/" in asked["Metadata"]["kmsMasterKeyArn"]
    (point,) = found.points
    assert point.data_time_source == f"CreationDate in {region}"
    assert left(region) == []
    assert shop.inventory() == before


def test_what_came_there_too_late_is_not_taken(shop: Estate, here: wiring.App, region: str) -> None:
    """Whatever region it came from: it was still on its way."""
    (before,) = plan(here, DRILL).recovery_points
    at, kept = shop.clock.now() - timedelta(minutes=5), cast(Vaults, backup_backends[OTHER][region])
    kept.keep(VAULT.name, ARN, "DynamoDB", at, took=timedelta(hours=1))
    assert plan(here, DRILL).recovery_points == [before]


def test_where_nothing_lies_nothing_is_started(here: wiring.App, region: str) -> None:
    """Whatever the vault of the table's own account keeps."""
    cast(Vaults, backup_backends[OTHER][region])._points[VAULT.name].clear()
    found = run(here, DRILL)
    assert found.copies == ()
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert "no available recovery point of sessions" in found.closing.reasons[0]


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny."""
    with passing() as passed:
        run(here, DRILL)
    declared = calls_of(TYPES, here.drill(DRILL)).all
    assert passed <= declared, passed - declared


def _allowed(policies: list[Any], action: str) -> list[str]:
    """The resources on which policies allow an action."""
    statements = [each for policy in policies for each in policy["Statement"] if each["Effect"] == "Allow"]
    return [arn for each in statements if action in each["Action"] for arn in each["Resource"]]


def test_the_role_of_that_account_alone_may_have_it_restored(here: wiring.App) -> None:
    """Of what lies there; the drills' role beside the table can start no job for it, nor pass the role there."""
    scope = Scope(TYPES, [here.drill(DRILL)], Allowed())
    there = elsewhere_policies(scope)[OTHER]
    assert _allowed(there, "iam:PassRole") == [ROLE]
    assert {arn.split(":")[4] for arn in _allowed(there, "backup:StartRestoreJob")} == {OTHER}
    beside = drill_policies(scope)
    assert not _allowed(beside, "iam:PassRole")
    assert not _allowed(beside, "backup:StartRestoreJob")
    assert not [each for each in told_of(scope) if "shared" in each], "nothing is lent to that account"


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_on_the_way_it_goes_on(here: wiring.App, shop: Estate, region: str, after: bool) -> None:
    """The job is adopted there, and started once."""
    heard = len(shop.lab.journal)
    found = resumed(here, killed_in(here, DRILL, killed_at("StartRestoreJob", 1, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    started = [each for each in shop.lab.journal[heard:] if each.action == "StartRestoreJob" and each.status == 200]
    assert len(started) == 1
    assert left(region) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_on_the_way_a_sweep_takes_it_down(here: wiring.App, shop: Estate, region: str, after: bool) -> None:
    """In the account where it stands."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at("StartRestoreJob", 1, after), shop.clock, 3600.0)
    assert [row.copy.place for row in found.copies] == [Place(OTHER, region)]
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(region) == []
    assert shop.inventory() == before
