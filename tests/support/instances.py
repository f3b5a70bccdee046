"""RDS instances in a lab."""

from __future__ import annotations

from typing import Any

from tests.support.fakes import FakeClock

SOURCE = "jira-prod"


def make_source(rds: Any, clock: FakeClock, **given: Any) -> dict[str, Any]:
    wanted = {
        "DBInstanceIdentifier": SOURCE,
        "DBInstanceClass": "db.m6g.large",
        "Engine": "postgres",
        "EngineVersion": "16.9",
        "AllocatedStorage": 100,
        "MasterUsername": "jira",
        "MasterUserPassword": "secret-enough",
        "BackupRetentionPeriod": 7,
        "MultiAZ": True,
        "DeletionProtection": True,
        "Tags": [{"Key": "env", "Value": "production"}],
    }
    made = rds.create_db_instance(**{**wanted, **given})["DBInstance"]
    clock.sleep(3600)
    return described(rds, made["DBInstanceIdentifier"])


def described(rds: Any, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    return found


def snapshotted(rds: Any, clock: FakeClock, name: str = "manual") -> None:
    rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=SOURCE)
    clock.sleep(1800)


def restore(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=name, DBSnapshotIdentifier="manual", **given
    )["DBInstance"]
    return made
