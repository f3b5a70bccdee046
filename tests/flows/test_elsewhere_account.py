"""A drill whose copy stands in another account: copied under a key that can be shared, shared, and copied there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support import elsewhere
from tests.support.apart import OTHER, THERE
from tests.support.dying import killed_at, swept
from tests.support.elsewhere import ALIAS, AWAY, standing
from tests.support.estate import REGION, Estate
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
    return elsewhere.prepared(shop.lab)


@pytest.fixture(params=[AWAY, REGION])
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def here(shop: Estate, key: str, home: Path, region: str) -> Iterator[wiring.App]:
    fresh(shop)
    drill = elsewhere.DRILL.replace(f"region: {AWAY}, kms_key: {ALIAS}", PLACES[region].format(key=key))
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


@pytest.mark.parametrize("operation", ["CopyDBSnapshot", "ModifyDBSnapshotAttribute"])
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(
    shop: Estate, here: wiring.App, region: str, operation: str
) -> None:
    """In both accounts: what was shared is shared no more."""
    found = swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(region) == []
