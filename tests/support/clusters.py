"""Clusters of the small estate that stand beside what is drilled, made once by their name."""

from __future__ import annotations

from typing import Any

from tests.support.aurora import ENGINE, add_member
from tests.support.estate import Estate
from tests.support.multi_az import CLASS, VERSION
from tests.support.multi_az import ENGINE as IN_ZONES


def aurora(made: Estate, name: str = "of-aurora") -> str:
    """A cluster of Aurora, with an instance; its name."""
    if name not in _names(made):
        _make(made, name, Engine=ENGINE)
        add_member(made.client("rds"), name, f"{name}-1")
    return name


def zones(made: Estate, name: str = "in-zones") -> str:
    """A multi-AZ DB cluster; its name."""
    if name not in _names(made):
        own = {"Engine": IN_ZONES, "EngineVersion": VERSION, "DBClusterInstanceClass": CLASS}
        _make(made, name, **own, StorageType="gp3", Iops=3000, AllocatedStorage=100)
        made.clock.sleep(3600)
    return name


def member(made: Estate, cluster: str) -> str:
    """An instance that a cluster has; its name."""
    held = made.client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["DBClusterMembers"]
    return str(held[0]["DBInstanceIdentifier"])


def _names(made: Estate) -> list[str]:
    return [each["DBClusterIdentifier"] for each in made.client("rds").describe_db_clusters()["DBClusters"]]


def _make(made: Estate, name: str, **given: Any) -> None:
    login = {"MasterUsername": "somebody", "MasterUserPassword": "not-a-secret"}
    made.client("rds").create_db_cluster(DBClusterIdentifier=name, **login, **given)
