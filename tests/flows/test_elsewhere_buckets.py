"""Buckets that are restored where a vault elsewhere is, into which AWS Backup copied their points: another region, or
another account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast
from unittest import mock

import pytest
from moto.backup.models import backup_backends
from moto.s3.models import s3_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies, elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.s3_bucket.lab.vaulted import back_up
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import buckets, elsewhere, workspace
from tests.support.apart import OTHER, THERE
from tests.support.dying import killed_at, swept
from tests.support.elsewhere import ALIAS, AWAY
from tests.support.estate import BUCKET, REGION, RESTORER, VAULT, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run

DRILL, HOUR = "images-vault", 3600.0


@pytest.fixture(params=[Place("", AWAY), Place(OTHER, AWAY), Place(OTHER, REGION)], ids=str, scope="module")
def place(request: pytest.FixtureRequest, shop: Estate) -> Place:
    """Where the vault is; its account is empty where that is the source's own."""
    found: Place = request.param
    login = elsewhere.login_of(shop.lab, found.account) if found.account else {}
    key = elsewhere.prepared(shop.lab, found.region, **login)
    backup = elsewhere.client(shop.lab, "backup", found.region, **login)
    if VAULT.name not in {each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]}:
        backup.create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=key)
    return found


@pytest.fixture
def here(shop: Estate, home: Path, place: Place) -> Iterator[wiring.App]:
    fresh(shop)
    account, region = place.account or ACCOUNT, place.region
    kept = cast(Vaults, backup_backends[account][region])
    kept._points.setdefault(VAULT.name, []).clear()
    held = {"at": shop.clock.now().isoformat(), "sequence": 1}
    buckets.put(shop, BUCKET, {"dro/heartbeat.json": json.dumps(held).encode()})
    shop.clock.sleep(20)
    back_up(VAULT.name, BUCKET.id, shop.clock.now(), region, account, timedelta(minutes=10))
    shop.clock.sleep(660)
    of = f', account: "{account}"' if place.account else ""
    lies = f", region: {region}" if region != REGION else ""
    there = f'recovery_points: {{vault: {VAULT.name}, role: "{RESTORER.replace(ACCOUNT, account)}"{lies}}}'
    to = f"to: {{region: {region}{of}, kms_key: {ALIAS}}}"
    lost = "region" if lies else "infrastructure"
    drilled = buckets.DRILLED.replace("images-pitr", DRILL).replace("pitr-restore", "snapshot-restore")
    drilled = drilled.replace("same-objects: {}", "same-objects: {read: true}")
    drilled = drilled.replace("disruption: application", f"disruption: {lost}\n    {there}\n    {to}", 1)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    declared = workspace.SHOP.replace("\ndrills:\n", drilled, 1)
    with wiring.using(workspace.world(home, shop.clock, shop=declared)) as made, dead:
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text() + (THERE if place.account else ""))
        yield made
    kept._points[VAULT.name].clear()


def left(place: Place) -> list[str]:
    """The buckets of drills in the account of the copies."""
    return [each for each in s3_backends[place.account or ACCOUNT]["aws"].buckets if each.startswith("dro-")]


def test_a_bucket_is_restored_compared_and_taken_down_where_the_vault_is(
    shop: Estate, here: wiring.App, place: Place
) -> None:
    """By a job there, into a bucket of the place, under its key; its objects are held against those of its source,
    which is elsewhere; nothing that is not declared is called, and nothing is left.
    """
    heard, before = len(shop.lab.journal), shop.inventory()
    with passing() as passed:
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    outcomes = {each.name: each.outcome for each in found.checks}
    assert [outcomes[each] for each in ("heartbeat", "images are there", "nothing is missing")] == [Outcome.PASSED] * 3
    assert [row.copy.place for row in found.copies] == [place]
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    (asked,) = [each.params for each in calls if each.action == "StartRestoreJob"]
    assert asked["IamRoleArn"].split(":")[4] == (place.account or ACCOUNT)
    assert asked["Metadata"]["EncryptionType"] == "SSE-KMS"
    assert asked["Metadata"]["KMSKey"].startswith(f"arn:aws:kms:{place.region}:{place.account or ACCOUNT}:key/")
    (point,) = found.points
    assert point.data_time_source == f"CreationDate in {place.region}"
    (differs,) = [each for each in found.differences if each.setting == "encryption"]
    assert differs.standing is Standing.ACCEPTED
    lost = [each.detail for each in found.closing.findings if each.rule is Rule.LOST_REGION]
    assert len(lost) == (place.region != REGION)
    assert all(each.startswith(f"{REGION} was asked while it counted as lost: s3:") for each in lost)
    assert left(place) == []
    assert shop.inventory() == before
    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all, passed - declared.all


def test_it_is_planned_there(here: wiring.App, place: Place) -> None:
    """The region and the key that are looked at are those of the place; and whose role may start what there."""
    made = plan(here, DRILL)
    assert made.blockers == []
    (creates,) = made.creates
    assert f" in {place.region}" in creates or f"in account {place.account}" in creates
    looks = {each.name: each.words for each in made.preflight.looks}
    assert f"arn:aws:kms:{place.region}" in looks["key of the copy"]
    assert looks["region"].startswith(place.region)
    assert looks["source"] == f"bucket {BUCKET.id} in {REGION}"
    assert "key" not in looks
    scope = Scope(TYPES, [here.drill(DRILL)], Allowed())
    assert scope.regions == sorted({place.region, REGION})
    policies = elsewhere_policies(scope)[place.account] if place.account else drill_policies(scope)
    allowed = [each for policy in policies for each in policy["Statement"] if each["Effect"] == "Allow"]
    (starts,) = [each for each in allowed if "backup:StartRestoreJob" in each["Action"]]
    assert f"arn:aws:backup:{place.region}:{place.account or '*'}:recovery-point:*" in starts["Resource"]
    assert any("s3:CreateBucket" in each["Action"] for each in allowed)


KILLS = [
    ("CreateBucket", 1, True),
    ("StartRestoreJob", 1, True),
    ("StartRestoreJob", 1, False),
    ("DeleteBucket", 1, True),
]


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_on_the_way_a_sweep_takes_it_down(
    shop: Estate, here: wiring.App, place: Place, operation: str, number: int, after: bool
) -> None:
    """In the place where it stands: its job ends, then it is emptied and deleted."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at(operation, number, after), shop.clock, HOUR)
    assert [row.copy.place for row in found.copies] == [place]
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(place) == []
    assert shop.inventory() == before
