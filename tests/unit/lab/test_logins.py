"""Logins in the lab: a rotation and a new master password really change what the database lets in, and only there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.real_shop import CLUSTER, INSTANCE, PASSWORD, RealShop, real_shop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    # At this pace a reset lasts a second, which a busy machine sees.
    with real_shop(tmp_path_factory.mktemp("logins"), pace=60.0) as made:
        yield made


def lets_in(shop: RealShop, source: str, password: str) -> bool:
    try:
        psycopg.connect(shop.url(source).replace(PASSWORD, password)).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("source", [INSTANCE, CLUSTER])
def test_a_rotation_changes_the_database_and_keeps_the_old_version(shop: RealShop, source: str) -> None:
    """As AWS's own rotation finds it, by the identifier in the secret; the labels move on."""
    key = "dbInstanceIdentifier" if source == INSTANCE else "dbClusterIdentifier"
    held = {"username": "orders", "password": PASSWORD, key: source}
    secrets = shop.client("secretsmanager")
    secrets.create_secret(Name=f"prod/{source}", SecretString=json.dumps(held))
    secrets.rotate_secret(SecretId=f"prod/{source}")
    new = json.loads(secrets.get_secret_value(SecretId=f"prod/{source}")["SecretString"])
    old = json.loads(secrets.get_secret_value(SecretId=f"prod/{source}", VersionStage="AWSPREVIOUS")["SecretString"])
    assert (old["password"], new[key]) == (PASSWORD, source)
    assert (lets_in(shop, source, PASSWORD), lets_in(shop, source, new["password"])) == (False, True)
    with shop._server(source).connect() as connection:
        connection.execute(f"ALTER ROLE orders PASSWORD '{PASSWORD}'")


@pytest.mark.parametrize("source", [INSTANCE, CLUSTER])
def test_a_new_master_password_takes_its_time_and_is_used_then(shop: RealShop, source: str) -> None:
    """Pending first, then in a state of its own; refused while that lasts; the other source keeps what it has."""
    rds, of = shop.client("rds"), "cluster" if source == CLUSTER else "instance"
    name, status = (
        ("DBClusterIdentifier", "Status") if of == "cluster" else ("DBInstanceIdentifier", "DBInstanceStatus")
    )
    change: Any = getattr(rds, f"modify_db_{of}")

    def described() -> Any:
        return next(iter(getattr(rds, f"describe_db_{of}s")(**{name: source}).values()))[0]

    change(**{name: source}, MasterUserPassword="another-one", ApplyImmediately=True)
    assert described()["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    seen = set()
    while described().get("PendingModifiedValues"):
        seen.add(described()[status])
        shop.clock.sleep(3)
    assert seen <= {"available", "resetting-master-credentials"}
    shop.lab.settle()
    other = CLUSTER if source == INSTANCE else INSTANCE
    assert (lets_in(shop, source, "another-one"), lets_in(shop, source, PASSWORD)) == (True, False)
    assert (lets_in(shop, other, "another-one"), lets_in(shop, other, PASSWORD)) == (False, True)
    with shop._server(source).connect() as connection:
        connection.execute(f"ALTER ROLE orders PASSWORD '{PASSWORD}'")
    assert shop.lab.world.defects == []
