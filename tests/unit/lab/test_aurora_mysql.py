"""Aurora MySQL in the lab, on a real MariaDB: the data is there without an instance, and is reached by one alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.support.labs import outlast
from tests.support.maria_shop import CLUSTER, PASSWORD, SOURCE, MariaShop, maria_shop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaShop]:
    with maria_shop(tmp_path_factory.mktemp("maria"), CLUSTER) as built:
        yield built


def joined(shop: MariaShop, cluster: str) -> Any:
    """The server behind a cluster, once an instance is in it."""
    rds, name = shop.client("rds"), f"{cluster}-1"
    member = {"DBInstanceIdentifier": name, "DBClusterIdentifier": cluster, "DBInstanceClass": "db.r6g.large"}
    rds.create_db_instance(Engine=CLUSTER.engine, **member)
    look = lambda: rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceStatus"]  # noqa: E731
    outlast(shop.clock, "creating", lambda: str(look()))
    found = rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
    return cast(Any, shop.lab.world.behind(CLUSTER.engine))._live[found["DbClusterResourceId"]].cluster


def rows(server: Any) -> int:
    with server.connect("orders", "orders", PASSWORD) as connection:
        return int(connection.execute("SELECT count(*) FROM orders").fetchone()[0])


def test_a_cluster_at_rest_is_snapshotted_and_restored(shop: MariaShop) -> None:
    """Its last instance is gone, its server rests; the snapshot holds the data, and so does a clone."""
    rds, plane = shop.client("rds"), cast(Any, shop.lab.world.behind(CLUSTER.engine))
    shop.back_up()
    rds.delete_db_instance(DBInstanceIdentifier=f"{SOURCE}-1")
    live = plane._live[shop.described()["DbClusterResourceId"]]
    outlast(
        shop.clock, "serving", lambda: "serving" if shop.client("rds").describe_db_clusters() and live.serving else ""
    )
    shop.take_snapshot("at-rest")
    engine = {"Engine": CLUSTER.engine}
    rds.restore_db_cluster_from_snapshot(DBClusterIdentifier="restored", SnapshotIdentifier="at-rest", **engine)
    assert rows(joined(shop, "restored")) == 3
    latest = {"UseLatestRestorableTime": True, "RestoreType": "copy-on-write"}
    shop.client("rds").restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="cloned", SourceDBClusterIdentifier=SOURCE, **latest
    )
    assert rows(joined(shop, "cloned")) == 3
    assert shop.lab.world.defects == []
