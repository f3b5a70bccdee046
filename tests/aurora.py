"""An Aurora cluster in a lab, seen and added to by its AWS calls."""

from __future__ import annotations

from typing import Any

SOURCE = "trello-prod"
ENGINE = "aurora-postgresql"
SCALING = {"MinCapacity": 0.5, "MaxCapacity": 8.0}


def described(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    return found


def member(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def add_member(rds: Any, cluster: str, name: str, **given: Any) -> dict[str, Any]:
    wanted = {"DBInstanceClass": "db.r6g.large", "Engine": ENGINE}
    made: dict[str, Any] = rds.create_db_instance(
        **{"DBInstanceIdentifier": name, "DBClusterIdentifier": cluster, **wanted, **given}
    )["DBInstance"]
    return made
