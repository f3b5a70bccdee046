"""A shop whose environment has a database beside its table: the template as teams write it, the database a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import workspace
from tests.support.estate import TABLE, TEMPLATE
from tests.support.real_shop import PASSWORD, RealShop, real_shop

DATABASE = """
  Login:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {SecretStringTemplate: '{"username": "orders"}', GenerateStringKey: password}
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      DBInstanceIdentifier: orders-prod
      Engine: postgres
      DBInstanceClass: db.m6g.large
      AllocatedStorage: "10"
      DBName: orders
      MasterUsername: !Sub "{{resolve:secretsmanager:${Login}:SecretString:username}}"
      MasterUserPassword: !Sub "{{resolve:secretsmanager:${Login}:SecretString:password}}"
      DeletionProtection: true
      PubliclyAccessible: true
      BackupRetentionPeriod: 7
      StorageEncrypted: false
Outputs:"""
BORN_TEMPLATE = TEMPLATE.replace("\nOutputs:", DATABASE) + "  Address: {Value: !GetAtt Database.Endpoint.Address}\n"
BORN = "Database: orders-db"
CHECKS = """
      - {name: orders beat, newest-row: {database: Database, table: heartbeat, column: at, canary: true, interval: 1m}}
      - {name: orders are there, rows-at-least: {database: Database, table: orders, minimum: 3}}
"""
BORN_SHOP = workspace.SHOP.replace("{Config: sessions}", f"{{Config: sessions, {BORN}}}").rstrip() + CHECKS
"""The workspace of such a shop: the checks of the replica ask its database, too."""


@contextmanager
def born_shop(home: Path, shop: str = BORN_SHOP, template: str = BORN_TEMPLATE) -> Iterator[RealShop]:
    """Within: the real shop with rows in its instance and items in its table, and a replica that has both."""
    with real_shop(home) as made:
        drills = made.here.settings.drills
        written = (drills / "shop.yaml").read_text()
        assert "{Config: sessions}" in written
        (drills / "shop.yaml").write_text(
            written.replace("{Config: sessions}", f"{{Config: sessions, {BORN}}}").rstrip() + CHECKS
        )
        (drills / "infrastructure" / "shop.template.yaml").write_text(template)
        _table(made)
        yield made


def _table(made: Any) -> None:
    dynamodb = made.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE.id,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.clock.sleep(60)
    dynamodb.update_continuous_backups(
        TableName=TABLE.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    made.clock.sleep(60)
    for number in range(60):
        dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": f"session#{number}"}})


__all__ = ["BORN_SHOP", "BORN_TEMPLATE", "PASSWORD", "born_shop"]
