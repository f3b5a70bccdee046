"""A shop whose environment has a database beside its table: the template as teams write it, the database a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from dr_orchestrator import wiring
from tests.support.estate import TABLE, TEMPLATE
from tests.support.real_shop import INSTANCE, RealShop, real_shop

DATABASE = """
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.20.0.0/16}}
  One:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: 10.20.1.0/24, AvailabilityZone: us-east-1a}
  Two:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: 10.20.2.0/24, AvailabilityZone: us-east-1b}
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupDescription: of the database, SubnetIds: [!Ref One, !Ref Two]}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: of the database, VpcId: !Ref Network}}
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
      MasterUsername: "{{resolve:secretsmanager:prod/orders:SecretString:username}}"
      MasterUserPassword: "{{resolve:secretsmanager:prod/orders:SecretString:password}}"
      DeletionProtection: true
      PubliclyAccessible: true
      BackupRetentionPeriod: 7
      StorageEncrypted: false
      DBSubnetGroupName: !Ref Subnets
      VPCSecurityGroups: [!GetAtt Group.GroupId]
Outputs:"""
BORN_TEMPLATE = TEMPLATE.replace("\nOutputs:", DATABASE) + "  Address: {Value: !GetAtt Database.Endpoint.Address}\n"
BORN = "Database: orders-db"
ITEMS = "{Config: {resource: sessions, fill: items}}"
BEATS = """
      - name: orders beat
        newest-row: {database: Database, table: heartbeat, column: at, canary: true, interval: 12h}
"""
CHECKS = (
    BEATS
    + """      - {name: orders are there, rows-at-least: {database: Database, table: orders, minimum: 3}}
"""
)


def declared(shop: str, checks: str = BEATS) -> str:
    """A workspace's file whose replica has the database, and checks of it."""
    assert ITEMS in shop
    slow = shop.replace("attribute: at, interval: 1m", "attribute: at, interval: 12h")
    return slow.replace(ITEMS, f"{ITEMS[:-1]}, {BORN}}}").rstrip() + checks


def put(drills: Path, checks: str = BEATS, template: str = BORN_TEMPLATE) -> None:
    """Have a workspace drill such a replica."""
    file = drills / "shop.yaml"
    file.write_text(declared(file.read_text(), checks))
    (drills / "infrastructure" / "shop.template.yaml").write_text(template)


@contextmanager
def born_shop(home: Path) -> Iterator[RealShop]:
    """Within: the real shop with rows in its instance and items in its table, and a replica that has both."""
    with real_shop(home) as made:
        put(made.here.settings.drills, CHECKS)
        _fill(made)
        with wiring.using(wiring.App(made.here.settings, made.clock)) as here:
            yield replace(made, here=here)


def _fill(made: RealShop) -> None:
    dynamodb, beat = made.client("dynamodb"), made.clock.now
    dynamodb.create_table(
        TableName=TABLE.id,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.clock.sleep(60)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=TABLE.id, PointInTimeRecoverySpecification=recovery)
    made.clock.sleep(60)
    with psycopg.connect(made.url(INSTANCE)) as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("INSERT INTO orders SELECT generate_series(1, 5)")
        connection.execute("INSERT INTO heartbeat VALUES (%s)", (beat(),))
    made.clock.sleep(1800)  # what the instance lost more than the table did
    for number in range(60):
        dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": f"session#{number}"}})
    dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": "canary"}, "at": {"S": beat().isoformat()}})
    made.clock.sleep(900)
