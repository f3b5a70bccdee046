"""The declaration of Aurora clusters of PostgreSQL and MySQL; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import (
    By,
    Calls,
    Content,
    CopyType,
    Effect,
    Naming,
    Quota,
    Trait,
    Write,
    where_the_drill_says,
)
from dr_orchestrator.domain.vault import BY_RESTORE_JOB
from dr_orchestrator.resources import passwords, vaulted
from dr_orchestrator.resources.aurora_cluster import carried, statements
from dr_orchestrator.resources.aurora_cluster.name import (
    ENGINES,
    GLOBAL,
    INSTANCE,
    NAME,
    ON_PRODUCTION,
    OVER,
    RESTORED,
    SNAPSHOT,
)
from dr_orchestrator.resources.aurora_cluster.parity import CALLS, SETTINGS
from dr_orchestrator.resources.aurora_cluster.worldwide import calls as globally
from dr_orchestrator.resources.brought import BROUGHT
from dr_orchestrator.resources.drillable import Drillable, Order, Parts

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject, Place
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.ports import Clock, Destroyer, Member, Origin
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.domain.taking_over import Standby
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.resources.inside import Inside
    from dr_orchestrator.resources.sides import Sides
    from dr_orchestrator.runner import Components

_RESTORED = frozenset(
    {
        *(
            "DBSubnetGroupName",
            "VpcSecurityGroupIds",
            "DBClusterParameterGroupName",
            "ServerlessV2ScalingConfiguration",
        ),
        *("StorageType", "EngineMode", "DeletionProtection", "CopyTagsToSnapshot", "KmsKeyId", "Tags"),
        "EnableIAMDatabaseAuthentication",
    }
)
_ARN = r"arn:[^:]+:rds:(?P<region>[^:]+):\d+:cluster:(?P<name>[^:]+)"
_TAGGED = {Effect.TAG: ("rds:AddTagsToResource",)}
_CALLS = Calls(
    frozenset(
        {
            *("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups", "rds:DescribeEvents"),
            *("rds:DescribeDBClusterParameterGroups", "rds:DescribeDBParameterGroups", "rds:DescribeGlobalClusters"),
            *("rds:DescribeAccountAttributes", "rds:DescribeDBClusterSnapshots", "ec2:DescribeSecurityGroups"),
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds", "kms:DescribeKey"),
        }
    ),
    frozenset({"rds:CreateDBInstance", "rds:ModifyDBCluster", "rds:DeleteDBInstance", "rds:DeleteDBCluster"}),
    {
        "secretsmanager:GetSecretValue": "the resource has a database",
        "secretsmanager:ListSecretVersionIds": "the resource has a database",
        "kms:DescribeKey": "the source is encrypted",
        "rds:ModifyDBCluster": passwords.WHEN,
    },
)


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.aurora_cluster.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.aws.rds.carrying import SnapshotCopy
    from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS
    from dr_orchestrator.resources.aurora_cluster.instance import ClusterInstance
    from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster
    from dr_orchestrator.resources.aurora_cluster.vaulted import ClusterFromVault
    from dr_orchestrator.resources.aurora_cluster.worldwide.parts import GlobalCluster

    if copy.type == SNAPSHOT:
        return SnapshotCopy(CLUSTER_SNAPSHOTS, toolkit, copy)
    if copy.type == GLOBAL:
        return GlobalCluster(copy, toolkit)
    if copy.type == NAME and copy.made_by == BY_RESTORE_JOB:
        return ClusterFromVault(source, None, toolkit.at(copy.place))
    there = toolkit.at(copy.place)
    return ClusterInstance(there) if copy.type == INSTANCE else AuroraCluster(source, None, there)


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.aurora_cluster.listing import listed

    return listed(account)


def _clusters(account: Account) -> Quota:
    from dr_orchestrator.aws.rds.quotas import CLUSTERS, quota

    return quota(account, CLUSTERS)


def _instances(account: Account) -> Quota:
    from dr_orchestrator.aws.rds.quotas import INSTANCES, quota

    return quota(account, INSTANCES)


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from dr_orchestrator.resources.aurora_cluster.components import writer

    return writer(account, resource, canary, clock)


def _origin(resource: Resource, toolkit: Toolkit, stack: Copy, key: str) -> Origin:
    from dr_orchestrator.resources.aurora_cluster.origin import ClusterOrigin

    return ClusterOrigin(resource, toolkit, stack, key)


def _served(resource: Resource, toolkit: Toolkit) -> Collection[tuple[str, int]]:
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime

    return ClusterPointInTime(resource, Selection(), toolkit).addresses()


def _inside(resource: Resource, toolkit: Toolkit, stack: Copy) -> Inside | None:
    from dr_orchestrator.resources.aurora_cluster.origin import ClusterOrigin

    return ClusterOrigin(resource, toolkit, stack).inside()


def _member(toolkit: Toolkit, place: Place) -> Member:
    from dr_orchestrator.resources.aurora_cluster.member import ClusterMember

    return ClusterMember(toolkit, place)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.aurora_cluster.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.aurora_cluster.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.aurora_cluster.discovery import discovered

    return discovered(ground)


def _sides(lost: Resource, there: Resource, toolkit: Toolkit) -> Sides:
    from dr_orchestrator.aws.clusters.restoring import DOOR
    from dr_orchestrator.resources.database_sides import DatabaseSides

    return DatabaseSides(DOOR, lost, there, toolkit)


def _own_standby(resource: Resource, toolkit: Toolkit) -> Standby:
    from dr_orchestrator.resources.aurora_cluster.own import ProductionCluster

    return ProductionCluster(resource, toolkit)


def _twin() -> Twin:
    from dr_orchestrator.resources.aurora_cluster.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.aurora_cluster.lab.entry import Cluster

    return Cluster


TYPE = Drillable(
    made=CopyType(
        NAME,
        "Aurora cluster",
        "Clusters",
        "rds",
        "cluster:{id}",
        61,
        "AWS::RDS::DBCluster",
        "DBClusters",
        backed=(("Aurora", "cluster:{id}"),),
    ),
    parts=(
        CopyType(
            INSTANCE,
            "instance of an Aurora cluster",
            "ClusterInstances",
            "rds",
            "db:{id}",
            63,
            "AWS::RDS::DBInstance",
            "DBInstances",
        ),
        CopyType(SNAPSHOT, "snapshot of an Aurora cluster", "ClusterSnapshots", "rds", "cluster-snapshot:{id}", 255),
        CopyType(GLOBAL, "global cluster of Aurora", "GlobalClusters", "rds", ":global-cluster:{id}", 63),
    ),
    naming=Naming(
        r"(?=.{1,63}$)[a-z](-?[a-z0-9])*",
        "at most 63 lower-case letters, digits and single dashes, a letter first",
    ),
    content=Content.ROWS,
    keys=frozenset({"database", "isolation", "canary"}),
    kinds={
        Kind.SNAPSHOT_RESTORE: _CALLS | Calls(writes=frozenset({"rds:RestoreDBClusterFromSnapshot"})),
        Kind.PITR_RESTORE: _CALLS | Calls(writes=frozenset({"rds:RestoreDBClusterToPointInTime"})),
        Kind.AZ_FAILOVER: _CALLS
        | Calls(writes=frozenset({"rds:RestoreDBClusterFromSnapshot", "rds:FailoverDBCluster"})),
        Kind.GLOBAL_SWITCHOVER: _CALLS | globally.CALLS,
    },
    elsewhere={
        Kind.SNAPSHOT_RESTORE: BROUGHT
        | Calls(writes=frozenset({"rds:CopyDBClusterSnapshot", "rds:DeleteDBClusterSnapshot"}))
    },
    standing={Kind.SNAPSHOT_RESTORE: BROUGHT},
    vaulted={Kind.SNAPSHOT_RESTORE: _CALLS | vaulted.RESTORES | Calls(writes=frozenset({"rds:AddTagsToResource"}))},
    afar={Kind.SNAPSHOT_RESTORE: BROUGHT},
    writes=(
        vaulted.start(NAME, RESTORED),
        Write("rds:AddTagsToResource", By(NAME, "ResourceName", _ARN), Effect.TAG, frozenset({"Tags"})),
        Write(
            "rds:RestoreDBClusterFromSnapshot",
            By(NAME, "DBClusterIdentifier"),
            Effect.RESTORE,
            _RESTORED | {"Engine", "EngineVersion"},
            "SnapshotIdentifier",
            actions=_TAGGED,
            only={"Engine": ENGINES, "DeletionProtection": (False,)},
            beside=("cluster-snapshot:*", "cluster-pg:*", "og:*"),
        ),
        Write(
            "rds:RestoreDBClusterToPointInTime",
            By(NAME, "DBClusterIdentifier"),
            Effect.RESTORE,
            _RESTORED | {"RestoreToTime", "RestoreType"},
            "SourceDBClusterIdentifier",
            actions=_TAGGED,
            only={"RestoreType": ("full-copy",), "DeletionProtection": (False,)},
            beside=("cluster-auto-backup:*", "cluster-pg:*", "og:*"),
        ),
        Write(
            "rds:CreateDBInstance",
            By(INSTANCE, "DBInstanceIdentifier"),
            Effect.CREATE,
            frozenset({"Engine", "DBInstanceClass", "DBParameterGroupName", "PubliclyAccessible", "Tags"})
            | {"AutoMinorVersionUpgrade", "AvailabilityZone"},
            within=By(NAME, "DBClusterIdentifier"),
            actions=_TAGGED,
            only={"Engine": ENGINES, "PubliclyAccessible": (False,)},
            beside=("pg:*", "og:*"),
        ),
        Write(
            "rds:ModifyDBCluster",
            By(NAME, "DBClusterIdentifier"),
            Effect.CHANGE,
            passwords.TAKES,
            only=passwords.ONLY,
            needs=frozenset({"MasterUserPassword"}),
        ),
        Write(
            "rds:ModifyDBCluster",
            By(NAME, "DBClusterIdentifier"),
            Effect.CHANGE,
            passwords.KEPT_TAKES,
            only=passwords.KEPT_ONLY,
        ),
        Write(
            "rds:FailoverDBCluster",
            By(NAME, "DBClusterIdentifier"),
            Effect.CHANGE,
            within=By(INSTANCE, "TargetDBInstanceIdentifier"),
        ),
        *statements.WRITES,
        Write(
            "rds:DeleteDBInstance",
            By(INSTANCE, "DBInstanceIdentifier"),
            Effect.DELETE,
            frozenset({"SkipFinalSnapshot"}),
            only={"SkipFinalSnapshot": (True,)},
        ),
        Write(
            "rds:DeleteDBCluster",
            By(NAME, "DBClusterIdentifier"),
            Effect.DELETE,
            frozenset({"SkipFinalSnapshot", "DeleteAutomatedBackups"}),
            only={"SkipFinalSnapshot": (True,), "DeleteAutomatedBackups": (True,)},
        ),
        *carried.WRITES,
        *globally.WRITES,
    ),
    posture=Calls(
        frozenset(
            {
                *("rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots", "rds:DescribeGlobalClusters"),
                "kms:DescribeKey",
                *vaulted.READS,
            }
        ),
        only_when={
            **vaulted.WHEN,
            "kms:DescribeKey": "the source is encrypted",
        },
    ),
    discovery=Calls(frozenset({"rds:DescribeDBClusters"})),
    production=ON_PRODUCTION,
    fails_over=OVER,
    own_standby=_own_standby,
    listing=Calls(
        frozenset({"rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBClusterSnapshots"})
        | {"rds:DescribeGlobalClusters"}
    ),
    services=("rds", "ec2", "secretsmanager"),
    born=Calls(
        frozenset(
            {
                *("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBClusterSnapshots"),
                *("rds:DescribeEvents", "rds:DescribeGlobalClusters", "rds:DescribeAccountAttributes"),
                *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds", "kms:DescribeKey"),
            }
        ),
        frozenset({"rds:ModifyDBCluster", "rds:DeleteDBCluster", "rds:DeleteDBInstance"}),
        {
            **_CALLS.only_when,
            "rds:DescribeEvents": "a snapshot is the newest recovery point",
            **dict.fromkeys(
                ("rds:DeleteDBCluster", "rds:DeleteDBInstance"), "the environment held one that outlived it"
            ),
        },
    ),
    carried=carried.CALLS,
    stated=statements.STATED,
    inquiry=statements.INQUIRY,
    place=where_the_drill_says,
    secures="rds",
    heartbeat="{table: dr_canary, column: at}",
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"DBClusters": _clusters, "DBInstances": _instances},
    more={Kind.AZ_FAILOVER: {"DBInstances": 1}},  # the reader
    origin=_origin,
    inside=_inside,
    served=_served,
    member=_member,
    sides=_sides,
    both=frozenset({"rds:DescribeDBClusters"}),
    writer=_writer,
    settings=SETTINGS,
    compared=CALLS,
    looks=_looks,
    protection=_protection,
    discovered=_discovered,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.ENGINE, Trait.SIZE}),
)
