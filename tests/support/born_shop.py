"""A shop whose environment has a database beside its table: the template as teams write it, the database a real one.

Its clock runs six hundred times as fast as the machine's, so that whatever was written once is old when a drill looks:
the heartbeat goes on for as long as the shop is there, as that of `dro canary` does.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg

from dr_orchestrator import wiring
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.runner.session import Session
from tests.support.estate import TABLE, TEMPLATE
from tests.support.real_shop import CLUSTER, INSTANCE, RealShop, real_shop

BEHIND = timedelta(hours=1)
_BEAT_S = 0.2

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
DEATHS = {
    "once it has chosen": (CloudFormationStack, "build"),
    "while it waits": (CloudFormationStack, "ready"),
    "before it is written down": (Session, "take_in"),
    "in its verification": (Session, "verify"),
}
"""The places in the making of a replica at which its process dies."""


def declared(shop: str, checks: str = BEATS) -> str:
    """A workspace's file whose replica has the database, and checks of it."""
    assert ITEMS in shop
    slow = re.sub(r"attribute: at, interval: \dm", "attribute: at, interval: 12h", shop)
    return slow.replace(ITEMS, f"{ITEMS[:-1]}, {BORN}}}").rstrip() + checks


def put(drills: Path, checks: str = BEATS, template: str = BORN_TEMPLATE) -> None:
    """Have a workspace drill such a replica."""
    file = drills / "shop.yaml"
    file.write_text(declared(file.read_text(), checks))
    (drills / "infrastructure" / "shop.template.yaml").write_text(template)


@contextmanager
def born_shop(home: Path, write: Callable[[Path], None] = lambda drills: put(drills, CHECKS)) -> Iterator[RealShop]:
    """Within: the real shop with rows in its databases and items in its table, and a replica as `write` declares it."""
    with real_shop(home) as made:
        write(made.here.settings.drills)
        _fill(made)
        with beating(made), wiring.using(wiring.App(made.here.settings, made.clock)) as here:
            yield replace(made, here=here)


@contextmanager
def beating(made: RealShop) -> Iterator[None]:
    """Within: the heartbeat is written into table and databases; theirs is an hour behind, so that they lose more."""
    ended = threading.Event()
    beats = [
        threading.Thread(target=_beat, args=(made, ended, of), name=f"beats of {of}") for of in (INSTANCE, CLUSTER)
    ]
    for each in beats:
        each.start()
    try:
        yield
    finally:
        ended.set()
        for each in beats:
            each.join()


def _beat(made: RealShop, ended: threading.Event, source: str) -> None:
    dynamodb = made.client("dynamodb")
    with psycopg.connect(made.url(source), autocommit=True) as connection:
        while not ended.wait(_BEAT_S):
            now = made.clock.now()
            dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": "canary"}, "at": {"S": now.isoformat()}})
            connection.execute("UPDATE heartbeat SET at = %s", (now - BEHIND,))


def _fill(made: RealShop) -> None:
    dynamodb = made.client("dynamodb")
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
    for source in (INSTANCE, CLUSTER):
        with psycopg.connect(made.url(source)) as connection:
            connection.execute("CREATE TABLE orders (id int)")
            connection.execute("INSERT INTO orders SELECT generate_series(1, 5)")
    for number in range(60):
        dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": f"session#{number}"}})
    dynamodb.put_item(TableName=TABLE.id, Item={"pk": {"S": "canary"}, "at": {"S": made.clock.now().isoformat()}})
    made.clock.sleep(900)
