"""Databases that are restored where a vault elsewhere is, into which AWS Backup copied their points: another region, or
another account.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast
from unittest import mock

import pytest
from moto.backup.models import backup_backends
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import opening
from tests.support import elsewhere
from tests.support.apart import OTHER, THERE
from tests.support.dying import killed_at, swept
from tests.support.elsewhere import AWAY
from tests.support.estate import INSTANCE, REGION, VAULT, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run, world

DRILL = "orders-standing-vault"
ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{INSTANCE.id}"


@pytest.fixture(params=["", OTHER], ids=["region", "account"], scope="module")
def account(request: pytest.FixtureRequest, shop: Estate) -> str:
    """The account of the vault in the other region, empty where it is the source's own."""
    found = str(request.param)
    login = elsewhere.login_of(shop.lab, found) if found else {}
    key = elsewhere.prepared(shop.lab, **login)
    backup = elsewhere.client(shop.lab, "backup", **login)
    if VAULT.name not in {each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]}:
        backup.create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=key)
    return found


@pytest.fixture
def here(shop: Estate, home: Path, account: str) -> Iterator[wiring.App]:
    fresh(shop)
    kept = cast(Vaults, backup_backends[account or ACCOUNT][AWAY])
    kept._points.setdefault(VAULT.name, []).clear()
    kept.keep(VAULT.name, ARN, "RDS", shop.clock.now() - timedelta(minutes=14), took=timedelta(minutes=10))
    role = f"arn:aws:iam::{account or ACCOUNT}:role/dr-restore"
    to = f'\n    to: {{region: {AWAY}, account: "{account}"}}' if account else ""
    written = f"""
  {DRILL}:
    kind: snapshot-restore
    resource: orders-db
    disruption: region
    recovery_points: {{vault: {VAULT.name}, role: "{role}", region: {AWAY}}}{to}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 5m}}}}"""
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with world(shop, home, written) as made, dead:
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text() + (THERE if account else ""))
        yield made
    kept._points[VAULT.name].clear()


def test_an_instance_is_restored_where_the_vault_is(shop: Estate, here: wiring.App, account: str) -> None:
    """By a job there, put where the drill says, with nothing of what is the source's region's; nothing is copied, and
    nothing is called that is not declared.
    """
    heard, before = len(shop.lab.journal), shop.inventory()
    with passing() as passed:
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.place for row in found.copies] == [Place(account, AWAY)]
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    assert not [each for each in calls if each.action.startswith(("Copy", "Restore"))]
    (asked,) = [each.params for each in calls if each.action == "StartRestoreJob"]
    assert asked["IamRoleArn"].split(":")[4] == (account or ACCOUNT)
    assert asked["Metadata"]["DBSubnetGroupName"] == "dro-isolated"
    assert "DBParameterGroupName" not in asked["Metadata"], "the default is that of the place"
    (point,) = found.points
    assert point.data_time_source == f"CreationDate in {AWAY}"
    (differs,) = [each for each in found.differences if each.setting == "encryption"]
    assert differs.standing is Standing.ACCEPTED
    assert rds_backends[account or ACCOUNT][AWAY].databases == {}
    assert shop.inventory() == before
    (lost,) = [each for each in found.closing.findings if each.rule is Rule.LOST_REGION]
    assert f"{REGION} was asked while it counted as lost: " in lost.detail
    assert "rds:DescribeDBInstances" in lost.detail
    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all, passed - declared.all
    assert "rds:CopyDBSnapshot" not in declared.writes


@pytest.mark.campaign(1)
def test_killed_before_the_answer_it_is_taken_down_there(shop: Estate, here: wiring.App, account: str) -> None:
    """The sweep finds the job where the vault is, lets it end, and deletes what it made."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at("StartRestoreJob", 1, after=True), shop.clock, 3600.0)
    assert [row.copy.place for row in found.copies] == [Place(account, AWAY)]
    assert all(row.state in TERMINAL for row in found.copies)
    assert rds_backends[account or ACCOUNT][AWAY].databases == {}
    assert shop.inventory() == before
