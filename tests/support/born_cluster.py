"""A shop whose environment has an Aurora cluster beside its table: the template as teams write it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import aurora_drills, born_shop
from tests.support.estate import Estate, estate

CLUSTER = aurora_drills.CLUSTER
SNAPSHOT = "boards-newest"
BOARDS = """  boards-db: {type: aurora-cluster, id: boards-prod, region: us-east-1,
    database: {name: orders, secret: prod/orders, reset_password: true}}
  sessions: {type"""
OF_CLUSTER = """
  Boards:
    Type: AWS::RDS::DBCluster
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      DBClusterIdentifier: boards-prod
      Engine: aurora-postgresql
      EngineVersion: "16.4"
      DatabaseName: orders
      MasterUsername: "{{resolve:secretsmanager:prod/orders:SecretString:username}}"
      MasterUserPassword: "{{resolve:secretsmanager:prod/orders:SecretString:password}}"
      DeletionProtection: true
      BackupRetentionPeriod: 7
      StorageEncrypted: true
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 8}
      DBSubnetGroupName: !Ref Subnets
      VpcSecurityGroupIds: [!GetAtt Group.GroupId]
  Writer:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceIdentifier: boards-prod-writer
      DBClusterIdentifier: !Ref Boards
      DBInstanceClass: db.serverless
      Engine: aurora-postgresql
      PubliclyAccessible: true
      PromotionTier: 0
  Reader:
    Type: AWS::RDS::DBInstance
    DependsOn: Writer
    Properties: {DBClusterIdentifier: !Ref Boards, DBInstanceClass: db.serverless, Engine: aurora-postgresql}
Outputs:"""
_DATABASE = born_shop.DATABASE.index("\n  Database:")
TEMPLATE = born_shop.TEMPLATE.replace("\nOutputs:", born_shop.DATABASE[:_DATABASE] + OF_CLUSTER)
MANAGED = "".join(
    "      ManageMasterUserPassword: true\n" if "MasterUserPassword:" in line else line
    for line in OF_CLUSTER.splitlines(keepends=True)
)
BOTH = born_shop.BORN_TEMPLATE.replace("\nOutputs:", MANAGED)
"""A template with an instance and a cluster, whose master user RDS manages."""

BEATS = """
      - name: boards beat
        newest-row: {database: Boards, table: heartbeat, column: at, canary: true, interval: 12h}
"""


def declared(shop: str, checks: str = BEATS) -> str:
    """A workspace's file whose replica has the cluster, and checks of it."""
    if "boards-db" not in shop:
        shop = shop.replace("\n  sessions: {type", f"\n{BOARDS}")
    return born_shop.declared(shop, checks).replace(born_shop.BORN, "Boards: boards-db")


def put(drills: Path, checks: str = BEATS, template: str = TEMPLATE) -> None:
    """Have a workspace drill such a replica."""
    file = drills / "shop.yaml"
    file.write_text(declared(file.read_text(), checks))
    (drills / "infrastructure" / "shop.template.yaml").write_text(template)


@contextmanager
def cluster_estate(home: Path) -> Iterator[Estate]:
    """Within: the estate with a cluster that nothing real is behind, and a snapshot of it."""
    with estate(home, CLUSTER) as made:
        aurora_drills.make_cluster(made, CLUSTER, "db.r6g.large")
        made.clock.sleep(7200)
        named = {"DBClusterSnapshotIdentifier": SNAPSHOT, "DBClusterIdentifier": CLUSTER.id}
        made.client("rds").create_db_cluster_snapshot(**named)
        made.clock.sleep(1800)
        yield made
