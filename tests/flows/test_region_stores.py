"""A stack with a database and a bucket comes back in another region from those that stand there; both are compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import there
from tests.support.passing import passing
from tests.support.real_shop import INSTANCE, RealShop
from tests.support.shop import run
from tests.support.there import AWAY, DRILL
from tests.support.there_stores import IMAGES, IMAGES_THERE, OBJECTS, ORDERS, PLACES, STANDING, shop_of_stores

pytestmark = pytest.mark.slow
COMPARED = {"Database": "both have the orders", "Files": "both have the images"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealShop, str]]:
    with shop_of_stores(tmp_path_factory.mktemp("stores")) as built:
        yield built


@pytest.fixture
def shop(made: tuple[RealShop, str]) -> RealShop:
    return made[0]


def ends(found: Run) -> tuple[Verdict, Cleanup]:
    assert found.closing is not None
    return found.closing.verdict, found.closing.cleanup


def told(found: Run, name: str) -> CheckResult:
    return next(each for each in found.checks if each.name == name)


def figures(found: Run, store: str) -> dict[str, Any]:
    return dict(told(found, COMPARED[store]).figures["both_sides"])


@contextmanager
def gone() -> Iterator[None]:
    """Within: the database and the bucket of the other region are not there."""
    databases: Any = rds_backends[ACCOUNT][AWAY].databases
    buckets: Any = s3_backends[ACCOUNT]["aws"].buckets
    held = [(each, name, each.pop(name)) for each, name in ((databases, STANDING), (buckets, IMAGES_THERE))]
    try:
        yield
    finally:
        for each, name, lost in held:
            each[name] = lost


@contextmanager
def lacking(shop: RealShop, key: str) -> Iterator[None]:
    """Within: two orders and an image never came to the other region; afterwards its backup holds them, as before."""
    s3 = shop.client("s3", AWAY)
    with psycopg.connect(shop.url(STANDING, AWAY)) as connection:
        connection.execute("DELETE FROM orders WHERE id <= 2")
    s3.delete_object(Bucket=IMAGES_THERE, Key=key)
    try:
        yield
    finally:
        with psycopg.connect(shop.url(STANDING, AWAY)) as connection:
            connection.execute("INSERT INTO orders VALUES (1), (2)")
        s3.put_object(Bucket=IMAGES_THERE, Key=key, Body=b"the photo of number 1")
        shop.archived(STANDING, AWAY)


def standing(shop: RealShop) -> dict[str, list[str]]:
    """What stands in either region, by kind."""
    found: dict[str, list[str]] = {"buckets": [each["Name"] for each in shop.client("s3").list_buckets()["Buckets"]]}
    for _, region in PLACES:
        rds, stacks = shop.client("rds", region), shop.client("cloudformation", region).describe_stacks()["Stacks"]
        found[region] = [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
        found[region] += [each["StackName"] for each in stacks]
    return found


def test_it_comes_back_from_what_stands_there(made: tuple[RealShop, str]) -> None:
    """What stands there is restored, read, and then compared with what was lost: that is asked nothing until then."""
    shop, zone = made
    before, heard = standing(shop), len(shop.lab.journal)
    with passing() as called, there.asked_where_production_is(lambda: shop.said_of_us(INSTANCE)) as asked:
        found = run(shop.here, DRILL)
    assert found.closing is not None
    assert ends(found) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN), found.closing.reasons
    assert asked == []
    assert called <= calls_of(TYPES, shop.here.drill(DRILL)).all
    of_lost = [each for each in shop.lab.journal[heard:] if {INSTANCE, IMAGES} & {*map(str, each.params.values())}]
    assert {each.action for each in of_lost} == {"DescribeDBInstances", "ListObjectVersions"}
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert {row.copy.type for row in found.copies if row.copy.parent} == {"rds-instance", "s3-bucket"}
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert {each.store for each in found.points} == {"orders-there", "images-there"}
    assert told(found, "orders are there").observed == f"{ORDERS} rows"
    assert told(found, "images are there").observed == f"{OBJECTS} objects"
    rows, objects = figures(found, "Database"), figures(found, "Files")
    assert rows["rows"] == {"public.heartbeat": [1, 1], "public.orders": [ORDERS, ORDERS]}
    assert (objects["here"], objects["there"], objects["alike"]) == (OBJECTS, OBJECTS, OBJECTS)
    assert standing(shop) == before
    assert there.records(shop, zone) == {}


def test_what_the_other_region_lacks_fails_it(shop: RealShop) -> None:
    """Orders and an image that never came: what was restored is as it stood there, and both comparisons name them."""
    with lacking(shop, key := "photo 1.jpg"):
        found = run(shop.here, DRILL)
    assert ends(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert {each.name for each in found.checks if each.mandatory and each.outcome is Outcome.FAILED} == {
        *COMPARED.values()
    }
    rows, objects = figures(found, "Database"), figures(found, "Files")
    assert (rows["different"], rows["rows"]["public.orders"]) == (["public.orders"], [ORDERS, ORDERS - 2])
    assert (objects["lost_count"], objects["there"]) == (1, OBJECTS - 1)
    assert key in objects["lost"][0]


def test_what_does_not_stand_there_is_told_before_anything_starts(made: tuple[RealShop, str]) -> None:
    """Database and bucket there are gone, production's own are not: nothing is made of either, and no name."""
    shop, zone = made
    before, heard = standing(shop), len(shop.lab.journal)
    with gone():
        blocked = "; ".join(plan(shop.here, DRILL).blockers)
        found = run(shop.here, DRILL)
    assert STANDING in blocked, blocked
    assert IMAGES_THERE in blocked, blocked
    assert found.closing is not None
    assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
    assert STANDING in found.closing.reasons[0]
    assert (found.copies, there.records(shop, zone)) == ((), {})
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Create", "Change", "Execute"))]
    assert standing(shop) == before
