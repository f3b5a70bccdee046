"""The declaration of multi-AZ DB clusters of RDS; what performs them is imported when one needs it."""

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
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.multi_az_cluster.name import ENGINES, MEMBERS, NAME, ON_PRODUCTION, OVER, RESTORED, STAYS
from dr_orchestrator.resources.multi_az_cluster.parity import CALLS, SETTINGS

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.ports import Clock, Destroyer
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.domain.taking_over import Standby
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.runner import Components

_RESTORED = frozenset(
    {
        *("DBSubnetGroupName", "VpcSecurityGroupIds", "DBClusterParameterGroupName", "DBClusterInstanceClass"),
        *("StorageType", "Iops", "PubliclyAccessible", "BackupRetentionPeriod", "DeletionProtection"),
        *("CopyTagsToSnapshot", "KmsKeyId", "Tags", "EnableIAMDatabaseAuthentication"),
    }
)
_APART: dict[str, tuple[object, ...]] = {"PubliclyAccessible": (False,), "DeletionProtection": (False,)}
_ARN = r"arn:[^:]+:rds:(?P<region>[^:]+):\d+:cluster:(?P<name>[^:]+)"
_TAGGED = {Effect.TAG: ("rds:AddTagsToResource",)}
_CALLS = Calls(
    frozenset(
        {
            *("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups", "rds:DescribeEvents"),
            *("rds:DescribeDBClusterParameterGroups", "rds:DescribeGlobalClusters", "rds:DescribeAccountAttributes"),
            *("rds:DescribeDBClusterSnapshots", "ec2:DescribeSecurityGroups"),
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds", "kms:DescribeKey"),
        }
    ),
    frozenset({"rds:ModifyDBCluster", "rds:DeleteDBCluster"}),
    {
        "secretsmanager:GetSecretValue": "the resource has a database",
        "secretsmanager:ListSecretVersionIds": "the resource has a database",
        "kms:DescribeKey": "the source is encrypted",
        "rds:DescribeDBClusterParameterGroups": "a parameter group is of the team's own",
        "rds:ModifyDBCluster": passwords.WHEN,
    },
)


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.multi_az_cluster.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.multi_az_cluster.points import MultiAzSnapshot
    from dr_orchestrator.resources.multi_az_cluster.vaulted import MultiAzFromVault

    if copy.made_by == BY_RESTORE_JOB:
        return MultiAzFromVault(source, None, toolkit.at(copy.place))
    return MultiAzSnapshot(source, None, toolkit.at(copy.place))


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.multi_az_cluster.listing import listed

    return listed(account)


def _clusters(account: Account) -> Quota:
    from dr_orchestrator.aws.rds.quotas import CLUSTERS, quota

    return quota(account, CLUSTERS)


def _instances(account: Account) -> Quota:
    from dr_orchestrator.aws.rds.quotas import INSTANCES, quota

    return quota(account, INSTANCES)


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from dr_orchestrator.resources.multi_az_cluster.components import writer

    return writer(account, resource, canary, clock)


def _served(resource: Resource, toolkit: Toolkit) -> Collection[tuple[str, int]]:
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.resources.multi_az_cluster.points import MultiAzPointInTime

    return MultiAzPointInTime(resource, Selection(), toolkit).addresses()


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.multi_az_cluster.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.multi_az_cluster.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.multi_az_cluster.discovery import discovered

    return discovered(ground)


def _own_standby(resource: Resource, toolkit: Toolkit) -> Standby:
    from dr_orchestrator.resources.multi_az_cluster.own import ProductionZones

    return ProductionZones(resource, toolkit)


def _twin() -> Twin:
    from dr_orchestrator.resources.multi_az_cluster.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.multi_az_cluster.lab.entry import ZonesCluster

    return ZonesCluster


TYPE = Drillable(
    made=CopyType(
        NAME,
        "multi-AZ DB cluster",
        "MultiAzClusters",
        "rds",
        "cluster:{id}",
        52,
        quota="DBClusters",
        backed=(("RDS", "cluster:{id}"),),
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
    },
    vaulted={Kind.SNAPSHOT_RESTORE: _CALLS | vaulted.RESTORES | Calls(writes=frozenset({"rds:AddTagsToResource"}))},
    stays=STAYS,
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
            only={**_APART, "Engine": ENGINES},
            needs=frozenset({"DBClusterInstanceClass"}),
            beside=("cluster-snapshot:*", "cluster-pg:*", "og:*"),
        ),
        Write(
            "rds:RestoreDBClusterToPointInTime",
            By(NAME, "DBClusterIdentifier"),
            Effect.RESTORE,
            _RESTORED | {"RestoreToTime", "RestoreType"},
            "SourceDBClusterIdentifier",
            actions=_TAGGED,
            only={**_APART, "RestoreType": ("full-copy",)},
            needs=frozenset({"DBClusterInstanceClass"}),
            beside=("cluster-auto-backup:*", "cluster-pg:*", "og:*"),
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
        Write("rds:FailoverDBCluster", By(NAME, "DBClusterIdentifier"), Effect.CHANGE),
        Write(
            "rds:DeleteDBCluster",
            By(NAME, "DBClusterIdentifier"),
            Effect.DELETE,
            frozenset({"SkipFinalSnapshot", "DeleteAutomatedBackups"}),
            only={"SkipFinalSnapshot": (True,), "DeleteAutomatedBackups": (True,)},
        ),
    ),
    posture=Calls(
        frozenset(
            {"rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots", "kms:DescribeKey", *vaulted.READS},
        ),
        only_when={**vaulted.WHEN, "kms:DescribeKey": "the source is encrypted"},
    ),
    discovery=Calls(frozenset({"rds:DescribeDBClusters"})),
    production=ON_PRODUCTION,
    fails_over=OVER,
    own_standby=_own_standby,
    listing=Calls(frozenset({"rds:DescribeDBClusters"})),
    services=("rds", "ec2", "secretsmanager"),
    place=where_the_drill_says,
    secures="rds",
    heartbeat="{table: dr_canary, column: at}",
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"DBClusters": _clusters, "DBInstances": _instances},
    more={kind: {"DBInstances": MEMBERS} for kind in (Kind.SNAPSHOT_RESTORE, Kind.PITR_RESTORE, Kind.AZ_FAILOVER)},
    served=_served,
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
