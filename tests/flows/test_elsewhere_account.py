"""A drill whose copy stands in another account: copied under a key that can be shared, shared, and copied there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import Region
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support.apart import OTHER, THERE
from tests.support.dying import killed_at, swept
from tests.support.elsewhere import ALIAS, AWAY, standing
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.shop import GREEN, fresh, run, world

DRILL = "orders-away-snapshot"
PLACES = {
    AWAY: f'region: {AWAY}, account: "{OTHER}", kms_key: {ALIAS}, shared_key: "{{key}}"',
    REGION: f'region: {REGION}, account: "{OTHER}"',
}


@pytest.fixture(scope="module")
def key(shop: Estate) -> str:
    login = elsewhere.login_of(shop.lab, OTHER)
    for region in (AWAY, REGION):
        elsewhere.prepared(shop.lab, region, **login)
    made = elsewhere.prepared(shop.lab)
    elsewhere.lets_in(OTHER, AWAY, REGION)
    return made


@pytest.fixture(params=[AWAY, REGION])
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def here(shop: Estate, key: str, home: Path, region: str) -> Iterator[wiring.App]:
    fresh(shop)
    drill = elsewhere.DRILL.replace(f"region: {AWAY}, kms_key: {ALIAS}", PLACES[region].format(key=key))
    if region == REGION:  # which is not lost, then: the account is
        drill = drill.replace("disruption: region", "disruption: infrastructure")
    with world(shop, home, drill.rstrip()) as made:
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text() + THERE)
        yield made
    elsewhere.of_aws(key, managed=False)


def left(region: str) -> list[str]:
    """All that drills have made, in either account, and is there."""
    return [each for account in (ACCOUNT, OTHER) for each in standing(region, account) if each.startswith("dro-")]


def test_a_snapshot_is_shared_and_copied_there(shop: Estate, here: wiring.App, region: str) -> None:
    """Two copies of the snapshot, the first shared with that account alone, and the instance; all are gone again."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [(row.copy.type, row.copy.place) for row in found.copies] == [
        ("rds-snapshot", Place("", region)),
        ("rds-snapshot", Place(OTHER, region)),
        ("rds-instance", Place(OTHER, region)),
    ]
    calls = {each.action: each.params for each in shop.lab.journal[heard:]}
    lent = calls["ModifyDBSnapshotAttribute"]
    assert lent["ValuesToAdd.AttributeValue.1"] == OTHER
    first, second = [each.params for each in shop.lab.journal[heard:] if each.action == "CopyDBSnapshot"]
    assert ("PreSignedUrl" in first) is (region != REGION)
    assert "PreSignedUrl" not in second
    shared = first["TargetDBSnapshotIdentifier"]
    assert second["SourceDBSnapshotIdentifier"] == f"arn:aws:rds:{region}:{ACCOUNT}:snapshot:{shared}"
    assert second["KmsKeyId"] == (ALIAS if region != REGION else "alias/aws/rds")
    assert left(region) == []
    assert shop.inventory() == before


def test_a_key_of_awss_own_is_not_shared(shop: Estate, here: wiring.App, region: str, key: str) -> None:
    """Told before anything starts, with what to name in its place."""
    if region == REGION:
        key = str(
            shop.client("rds").describe_db_instances(DBInstanceIdentifier="orders-prod")["DBInstances"][0]["KmsKeyId"]
        )
    elsewhere.of_aws(key, region=region)
    found = run(here, DRILL)
    elsewhere.of_aws(key, managed=False, region=region)
    assert found.copies == ()
    assert found.closing is not None
    assert "a key of AWS's own, which no other account may use" in found.closing.reasons[0]


def test_a_key_that_keeps_the_other_account_out_is_told(shop: Estate, here: wiring.App, region: str, key: str) -> None:
    """As that account's own answer, before anything is copied, with the statement that lets it in."""
    elsewhere.lets_in(ACCOUNT, region)  # and nobody else
    try:
        refused(shop, here, f"account {OTHER} may not use arn:aws:kms:{region}:{ACCOUNT}:key/")
        (look,) = (each for each in plan(here, DRILL).preflight.looks if each.name == "key of the copied snapshot")
    finally:
        elsewhere.lets_in(OTHER, region)
    assert f'"AWS": "arn:aws:iam::{OTHER}:root"' in look.hint


@contextmanager
def opted_out(account: str) -> Iterator[None]:
    """Within: nobody has enabled the other region for an account."""
    listed = EC2Backend.describe_regions

    def describe(self: EC2Backend, *given: Any) -> list[Region]:
        out = [replaced(each) if each.name == AWAY else each for each in listed(self, *given)]
        return out if self.account_id == account else listed(self, *given)

    def replaced(region: Region) -> Region:
        return Region(region.name, region.endpoint, "not-opted-in")

    with mock.patch.object(EC2Backend, "describe_regions", describe):
        yield


def refused(shop: Estate, here: wiring.App, why: str) -> None:
    """The first look ends it: nothing was copied, shared or restored, in neither account."""
    heard = len(shop.lab.journal)
    assert any(why in each for each in plan(here, DRILL).blockers)
    found = run(here, DRILL)
    assert found.closing is not None
    assert why in found.closing.reasons[0]
    assert found.copies == ()
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Copy", "Modify", "Restore"))]


@pytest.mark.parametrize("region", [AWAY], indirect=True)
def test_a_region_that_is_not_enabled_there_is_told(shop: Estate, here: wiring.App) -> None:
    """Each account enables its own: that the source's has done so does not help."""
    with opted_out(OTHER):
        refused(shop, here, f"region {AWAY} is not enabled for account {OTHER}: not-opted-in")


@pytest.mark.parametrize("region", [AWAY], indirect=True)
def test_a_key_there_that_cannot_be_used_is_told(shop: Estate, here: wiring.App) -> None:
    """The key of the second copy is looked at as that of the first is: hours later it would be found out too late."""
    login = elsewhere.login_of(shop.lab, OTHER)
    kms = elsewhere.client(shop.lab, "kms", AWAY, **login)
    key = str(kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"])
    kms.disable_key(KeyId=key)
    try:
        refused(shop, here, f":{OTHER}:key/{key} is Disabled")
    finally:
        kms.enable_key(KeyId=key)


def test_each_key_of_the_way_is_told(here: wiring.App, region: str, key: str) -> None:
    """The one that is shared, and the one of the account where the copy stands, as that account's own."""
    looks = {look.name: look.words for look in plan(here, DRILL).preflight.looks}
    shared, _, own = looks["key of the copied snapshot"].partition("; there ")
    assert shared.startswith("shared under key arn:aws:kms:")
    assert (key in shared) is (region == AWAY)
    if region == AWAY:
        assert own.startswith(f"key arn:aws:kms:{AWAY}:{OTHER}:key/")
        assert "it belongs to" not in own
    else:
        assert own == "alias/aws/rds"


@contextmanager
def unencrypted() -> Iterator[None]:
    """Within: neither the source nor any snapshot of it is encrypted."""
    backend: Any = rds_backends[ACCOUNT][REGION]
    source = backend.databases[INSTANCE.id]
    kept = [each for each in backend.database_snapshots.values() if each.dbi_resource_id == source.dbi_resource_id]
    with ExitStack() as held:
        held.callback(setattr, source, "storage_encrypted", source.storage_encrypted)
        source.storage_encrypted = False
        for each in kept:
            held.enter_context(mock.patch.multiple(each, encrypted=False, kms_key_id=None))
        yield


@pytest.mark.parametrize("region", [AWAY], indirect=True)
def test_what_was_not_encrypted_is_so_by_the_key_that_is_named(shop: Estate, here: wiring.App) -> None:
    """It is shared as it is, under no key; the copy in the other account has the one that the drill names."""
    heard = len(shop.lab.journal)
    with unencrypted():
        looks = {look.name: look.words for look in plan(here, DRILL).preflight.looks}
        found = run(here, DRILL)
    assert looks["key of the copied snapshot"].startswith(f"shared without a key; there key arn:aws:kms:{AWAY}:{OTHER}")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    first, second = [each.params for each in shop.lab.journal[heard:] if each.action == "CopyDBSnapshot"]
    assert "KmsKeyId" not in first
    assert second["KmsKeyId"] == ALIAS
    assert left(AWAY) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("operation", ["CopyDBSnapshot", "ModifyDBSnapshotAttribute"])
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(
    shop: Estate, here: wiring.App, region: str, operation: str
) -> None:
    """In both accounts: what was shared is shared no more."""
    found = swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(region) == []
