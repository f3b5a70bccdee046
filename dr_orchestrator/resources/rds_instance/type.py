"""The declaration of RDS instances; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
from dr_orchestrator.resources.brought import BROUGHT
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.rds_instance import snapshots
from dr_orchestrator.resources.rds_instance.name import NAME, ON_PRODUCTION, OVER, OWN_OPTIONS, RESTORED, SNAPSHOT
from dr_orchestrator.resources.rds_instance.parity import CALLS, SETTINGS

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
    from dr_orchestrator.runner import Components, Followed

_RESTORED = frozenset(
    {
        *("DBInstanceClass", "DBParameterGroupName", "DBSubnetGroupName", "VpcSecurityGroupIds", "PubliclyAccessible"),
        *("MultiAZ", "DeletionProtection", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "BackupRetentionPeriod"),
        *("EnableIAMDatabaseAuthentication", "OptionGroupName", "Tags"),
    }
)
_APART: dict[str, tuple[object, ...]] = {
    "PubliclyAccessible": (False,),
    "MultiAZ": (False,),
    "DeletionProtection": (False,),
}
_TAGGED = snapshots.TAGGED
_GROUPS = ("og:*", "pg:*")
_ARN = r"arn:[a-z-]+:rds:(?P<region>[^:]+):[^:]+:db:(?P<name>[^:]+)"
_OCCASIONS = {
    "secretsmanager:GetSecretValue": "the resource has a database",
    "secretsmanager:ListSecretVersionIds": "the resource has a database",
    "kms:DescribeKey": "the source is encrypted",
    "rds:DescribeOptionGroups": OWN_OPTIONS,
}
_CALLS = Calls(
    frozenset(
        {
            *("rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups", "rds:DescribeEvents", "rds:DescribeDBSnapshots"),
            *("rds:DescribeAccountAttributes", "rds:DescribeOptionGroups", "ec2:DescribeSecurityGroups"),
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds", "kms:DescribeKey"),
        }
    ),
    frozenset({"rds:ModifyDBInstance", "rds:DeleteDBInstance"}),
    {**_OCCASIONS, "rds:ModifyDBInstance": passwords.WHEN},
)
_PROMOTION = _CALLS | Calls(
    frozenset({"cloudwatch:GetMetricStatistics", "rds:DescribeDBParameters"}),
    frozenset({"rds:CreateDBInstanceReadReplica", "rds:PromoteReadReplica"}),
    {"rds:DescribeDBParameters": "a parameter group is of the team's own"},
)


def _own_keys() -> Mapping[str, Any]:
    from pydantic import Field

    from dr_orchestrator.catalog.shapes.fields import Text

    told = f"The option group of its copies, where its own is bound to another VPC than theirs ({NAME})."
    return {"option_group": (Text | None, Field(default=None, description=told))}


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.rds_instance.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.aws.rds.carrying import SnapshotCopy
    from dr_orchestrator.aws.rds.objects import SNAPSHOTS
    from dr_orchestrator.resources.rds_instance.restore import RdsInstance
    from dr_orchestrator.resources.rds_instance.vaulted import RdsFromVault

    if copy.type == SNAPSHOT:
        return SnapshotCopy(SNAPSHOTS, toolkit, copy)
    there = toolkit.at(copy.place)
    if copy.made_by == BY_RESTORE_JOB:
        return RdsFromVault(source, None, there)
    return RdsInstance(source, None, there)


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.rds_instance.listing import listed

    return listed(account)


def _instances(account: Account) -> Quota:
    from dr_orchestrator.aws.rds.quotas import INSTANCES, quota

    return quota(account, INSTANCES)


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from dr_orchestrator.resources.rds_instance.components import writer

    return writer(account, resource, canary, clock)


def _origin(resource: Resource, toolkit: Toolkit, stack: Copy, key: str) -> Origin:
    from dr_orchestrator.resources.rds_instance.origin import InstanceOrigin

    return InstanceOrigin(resource, toolkit, stack, key)


def _followed(resource: Resource, toolkit: Toolkit, stack: Copy, followed: Followed) -> Origin:
    from dr_orchestrator.resources.rds_instance.promoted import PromotedOrigin

    return PromotedOrigin(resource, toolkit, stack, followed)


def _served(resource: Resource, toolkit: Toolkit) -> Collection[tuple[str, int]]:
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.resources.rds_instance.points import RdsPointInTime

    return RdsPointInTime(resource, Selection(), toolkit).addresses()


def _inside(resource: Resource, toolkit: Toolkit, stack: Copy) -> Inside | None:
    from dr_orchestrator.resources.rds_instance.origin import InstanceOrigin

    return InstanceOrigin(resource, toolkit, stack).inside()


def _member(toolkit: Toolkit, place: Place) -> Member:
    from dr_orchestrator.resources.rds_instance.member import InstanceMember

    return InstanceMember(toolkit, place)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.rds_instance.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.rds_instance.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.rds_instance.discovery import discovered

    return discovered(ground)


def _sides(lost: Resource, there: Resource, toolkit: Toolkit) -> Sides:
    from dr_orchestrator.resources.database_sides import DatabaseSides
    from dr_orchestrator.resources.rds_instance.restore import DOOR

    return DatabaseSides(DOOR, lost, there, toolkit)


def _own_standby(resource: Resource, toolkit: Toolkit) -> Standby:
    from dr_orchestrator.resources.rds_instance.production import ProductionInstance

    return ProductionInstance(resource, toolkit)


def _twin() -> Twin:
    from dr_orchestrator.resources.rds_instance.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.rds_instance.lab.entry import Instance

    return Instance


TYPE = Drillable(
    made=CopyType(
        NAME,
        "RDS instance",
        "Instances",
        "rds",
        "db:{id}",
        63,
        "AWS::RDS::DBInstance",
        "DBInstances",
        backed=(("RDS", "db:{id}"),),
    ),
    parts=(CopyType(SNAPSHOT, "RDS snapshot", "Snapshots", "rds", "snapshot:{id}", 255),),
    naming=Naming(
        r"(?=.{1,63}$)[a-z](-?[a-z0-9])*",
        "at most 63 lower-case letters, digits and single dashes, a letter first",
    ),
    content=Content.ROWS,
    keys=frozenset({"database", "isolation", "canary"}),
    kinds={
        Kind.SNAPSHOT_RESTORE: _CALLS | Calls(writes=frozenset({"rds:RestoreDBInstanceFromDBSnapshot"})),
        Kind.AZ_FAILOVER: Calls(_CALLS.reads, _CALLS.writes, _OCCASIONS)
        | Calls(
            writes=frozenset({"rds:RestoreDBInstanceFromDBSnapshot", "rds:RebootDBInstance", "rds:ModifyDBInstance"})
        ),
        Kind.REPLICA_PROMOTION: _PROMOTION,
        Kind.PITR_RESTORE: _CALLS
        | Calls(
            frozenset({"rds:DescribeDBInstanceAutomatedBackups"}), frozenset({"rds:RestoreDBInstanceToPointInTime"})
        ),
    },
    vaulted={
        Kind.SNAPSHOT_RESTORE: vaulted.RESTORES
        | Calls(_CALLS.reads, _CALLS.writes | {"rds:AddTagsToResource"}, _CALLS.only_when)
    },
    elsewhere={
        Kind.SNAPSHOT_RESTORE: BROUGHT | Calls(writes=frozenset({"rds:CopyDBSnapshot", "rds:DeleteDBSnapshot"}))
    },
    standing={Kind.SNAPSHOT_RESTORE: BROUGHT, Kind.PITR_RESTORE: BROUGHT},
    afar={Kind.SNAPSHOT_RESTORE: BROUGHT},
    writes=(
        vaulted.start(NAME, RESTORED),
        Write("rds:AddTagsToResource", By(NAME, "ResourceName", _ARN), Effect.TAG, frozenset({"Tags"})),
        Write(
            "rds:RestoreDBInstanceFromDBSnapshot",
            By(NAME, "DBInstanceIdentifier"),
            Effect.RESTORE,
            _RESTORED,
            "DBSnapshotIdentifier",
            actions=_TAGGED,
            only=_APART,
            beside=("snapshot:*", *_GROUPS),
        ),
        Write(
            "rds:RestoreDBInstanceToPointInTime",
            By(NAME, "TargetDBInstanceIdentifier"),
            Effect.RESTORE,
            _RESTORED | {"RestoreTime"},
            "SourceDBInstanceIdentifier",
            actions=_TAGGED,
            only=_APART,
            beside=("auto-backup:*", *_GROUPS),
        ),
        Write(
            "rds:RestoreDBInstanceToPointInTime",
            By(NAME, "TargetDBInstanceIdentifier"),
            Effect.RESTORE,
            _RESTORED | {"RestoreTime"},
            "SourceDBInstanceAutomatedBackupsArn",
            actions=_TAGGED,
            only=_APART,
            beside=("auto-backup:*", *_GROUPS),
        ),
        Write(
            "rds:CreateDBInstanceReadReplica",
            By(NAME, "DBInstanceIdentifier"),
            Effect.RESTORE,
            _RESTORED - {"DBParameterGroupName", "BackupRetentionPeriod", "OptionGroupName"},
            "SourceDBInstanceIdentifier",
            actions=_TAGGED,
            only=_APART,
            beside=_GROUPS,
            needs=frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds"}),
        ),
        Write(
            "rds:PromoteReadReplica",
            By(NAME, "DBInstanceIdentifier"),
            Effect.CHANGE,
            frozenset({"BackupRetentionPeriod"}),
            only={"BackupRetentionPeriod": (0,)},
        ),
        Write(
            "rds:ModifyDBInstance",
            By(NAME, "DBInstanceIdentifier"),
            Effect.CHANGE,
            passwords.TAKES,
            only=passwords.ONLY,
            needs=frozenset({"MasterUserPassword"}),
        ),
        Write(
            "rds:ModifyDBInstance",
            By(NAME, "DBInstanceIdentifier"),
            Effect.CHANGE,
            frozenset({"MultiAZ", "ApplyImmediately"}),
            only={"MultiAZ": (True,), "ApplyImmediately": (True,)},
        ),
        Write(
            "rds:RebootDBInstance",
            By(NAME, "DBInstanceIdentifier"),
            Effect.CHANGE,
            frozenset({"ForceFailover"}),
            only={"ForceFailover": (True,)},
        ),
        Write(
            "rds:DeleteDBInstance",
            By(NAME, "DBInstanceIdentifier"),
            Effect.DELETE,
            frozenset({"SkipFinalSnapshot", "DeleteAutomatedBackups"}),
            only={"SkipFinalSnapshot": (True,), "DeleteAutomatedBackups": (True,)},
        ),
        *snapshots.WRITES,
    ),
    posture=Calls(
        frozenset(
            {
                *("rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:DescribeDBInstanceAutomatedBackups"),
                "kms:DescribeKey",
                *vaulted.READS,
            }
        ),
        only_when={
            **vaulted.WHEN,
            "kms:DescribeKey": "the source is encrypted",
        },
    ),
    discovery=Calls(frozenset({"rds:DescribeDBInstances"})),
    production=ON_PRODUCTION,
    fails_over=OVER,
    own_standby=_own_standby,
    listing=Calls(frozenset({"rds:DescribeDBInstances", "rds:DescribeDBSnapshots"})),
    services=("rds", "ec2", "secretsmanager", "backup"),
    born=Calls(
        frozenset(
            {
                *("rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:DescribeDBInstanceAutomatedBackups"),
                *("rds:DescribeEvents", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"),
                *("kms:DescribeKey", "rds:DescribeAccountAttributes"),
            }
        ),
        frozenset({"rds:ModifyDBInstance", "rds:DeleteDBInstance"}),
        {
            **_CALLS.only_when,
            "rds:DescribeEvents": "a snapshot is the newest recovery point",
            "rds:DeleteDBInstance": "the environment held one that outlived it",
        },
    ),
    carried=snapshots.CARRIED,
    promoted=_PROMOTION | snapshots.TAKEN,
    place=where_the_drill_says,
    secures="rds",
    heartbeat="{table: dr_canary, column: at}",
    vowel=True,
    own_keys=_own_keys,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"DBInstances": _instances},
    origin=_origin,
    followed=_followed,
    inside=_inside,
    served=_served,
    member=_member,
    sides=_sides,
    both=frozenset({"rds:DescribeDBInstances"}),
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
