"""The declaration of DynamoDB tables; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from dr_orchestrator.resources import vaulted
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.dynamodb_table.heartbeat import BEAT
from dr_orchestrator.resources.dynamodb_table.name import EXPORT, NAME, RESTORED
from dr_orchestrator.resources.dynamodb_table.parity import CALLS, SETTINGS

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject, Place
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.domain.ports import Clock, Destroyer, Member, Restorer
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.drillable import Bringing
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.resources.sides import Sides
    from dr_orchestrator.runner import Components

_ARN = r"arn:[a-z-]+:dynamodb:(?P<region>[^:/]+):[^:/]+:table/(?P<name>[^:/]+)"
_OF_IMPORTS = (
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
    *("logs:PutLogEvents", "logs:PutRetentionPolicy"),
)
"""The rights by which an import tells of items that it refused."""

_ON_THE_TARGET = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")

_RESTORED = {Effect.FILL: tuple(f"dynamodb:{each}" for each in _ON_THE_TARGET)}
"""The rights on the restored table by which a restore writes into it."""

_CALLS = Calls(
    frozenset(
        {
            *("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:ListTables"),
            *("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "kms:DescribeKey"),
        }
    ),
    frozenset({"dynamodb:TagResource", "dynamodb:DeleteTable"}),
    {
        "dynamodb:GetItem": "a check reads an item",
        "dynamodb:Query": "a tenant's items are looked for",
        "dynamodb:Scan": "a check counts items, or a store is filled",
        "kms:DescribeKey": "the source is encrypted with a key of its own",
    },
)
"""The calls of every kind of drill."""


_AWAY = Calls(
    frozenset({"ec2:DescribeRegions", "kms:DescribeKey"}),
    only_when={"kms:DescribeKey": "the source is encrypted with a key of its own, or the drill names one"},
)
"""The looks at a region in which a copy is to stand."""


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.dynamodb_table.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.dynamodb_table.exporting import Export
    from dr_orchestrator.resources.dynamodb_table.importing import ImportedTable
    from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
    from dr_orchestrator.resources.dynamodb_table.vaulted import TableFromVault

    if copy.type == EXPORT:
        return Export(source, toolkit, copy)
    if copy.made_by == BY_RESTORE_JOB:
        return TableFromVault(source, None, toolkit.at(copy.place))
    if copy.account and not copy.parent:
        return ImportedTable(source, None, toolkit)
    return DynamoTable(source, None, toolkit if copy.parent else toolkit.at(copy.place))


def _brought(resource: Resource, toolkit: Toolkit, bucket: str, account: str) -> Bringing:
    from dr_orchestrator.resources.dynamodb_table.exporting import Into
    from dr_orchestrator.resources.dynamodb_table.importing import ImportedTable

    table = ImportedTable(resource, None, toolkit, Into(bucket, account))
    return table, table.ahead


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.dynamodb_table.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from dr_orchestrator.resources.dynamodb_table.listing import quota

    return quota(account)


def _store(resource: Resource, selection: Selection, toolkit: Toolkit) -> Restorer:
    from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable

    return DynamoTable(resource, selection, toolkit)


def _member(toolkit: Toolkit, place: Place) -> Member:
    from dr_orchestrator.resources.dynamodb_table.member import TableMember

    return TableMember(toolkit, place)


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from dr_orchestrator.resources.dynamodb_table.components import writer

    return writer(account, resource, canary, clock)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.dynamodb_table.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.dynamodb_table.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.dynamodb_table.discovery import discovered

    return discovered(ground)


def _worn(ground: Ground, found: Found) -> Mapping[str, str]:
    from dr_orchestrator.resources.dynamodb_table.discovery import worn

    return worn(ground, found)


def _sides(lost: Resource, there: Resource, toolkit: Toolkit) -> Sides:
    from dr_orchestrator.resources.dynamodb_table.sides import TableSides

    return TableSides(lost, there, toolkit)


def _twin() -> Twin:
    from dr_orchestrator.resources.dynamodb_table.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.dynamodb_table.lab.entry import Table

    return Table


TYPE = Drillable(
    made=CopyType(
        NAME,
        "DynamoDB table",
        "Tables",
        "dynamodb",
        "table/{id}",
        255,
        "AWS::DynamoDB::Table",
        "restores of tables",
        shows_tags=False,
        backed=(("DynamoDB", "table/{id}"),),
    ),
    parts=(
        CopyType(
            EXPORT,
            "export of a DynamoDB table",
            "Exports",
            "dynamodb",
            "table/{id}",
            255,
            shows_tags=False,
            passes=True,
        ),
    ),
    naming=Naming(r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dots, dashes and underscores"),
    content=Content.ITEMS,
    keys=frozenset({"canary"}),
    kinds={
        Kind.SNAPSHOT_RESTORE: _CALLS
        | Calls(frozenset({"dynamodb:ListBackups"}), frozenset({"dynamodb:RestoreTableFromBackup"})),
        Kind.PITR_RESTORE: _CALLS
        | Calls(frozenset({"dynamodb:DescribeContinuousBackups"}), frozenset({"dynamodb:RestoreTableToPointInTime"})),
    },
    vaulted={Kind.SNAPSHOT_RESTORE: _CALLS | vaulted.RESTORES},
    elsewhere={Kind.SNAPSHOT_RESTORE: _AWAY, Kind.PITR_RESTORE: _AWAY},
    afar={Kind.SNAPSHOT_RESTORE: _AWAY},
    writes=(
        vaulted.start(NAME, RESTORED),
        Write(
            "dynamodb:RestoreTableToPointInTime",
            By(NAME, "TargetTableName", _ARN),
            Effect.RESTORE,
            frozenset({"RestoreDateTime", "SSESpecificationOverride"}),
            "SourceTableName",
            actions=_RESTORED,
        ),
        Write(
            "dynamodb:RestoreTableToPointInTime",
            By(NAME, "TargetTableName", _ARN),
            Effect.RESTORE,
            frozenset({"RestoreDateTime", "SSESpecificationOverride"}),
            "SourceTableArn",
            actions=_RESTORED,
            origin_arn=_ARN,
            needs=frozenset({"SSESpecificationOverride"}),
        ),
        Write(
            "dynamodb:RestoreTableFromBackup",
            By(NAME, "TargetTableName", _ARN),
            Effect.RESTORE,
            frozenset({"SSESpecificationOverride"}),
            "BackupArn",
            actions=_RESTORED,
            beside=("table/{source}/backup/*",),
        ),
        Write("dynamodb:TagResource", By(NAME, "ResourceArn", _ARN), Effect.TAG, frozenset({"Tags"})),
        Write("dynamodb:BatchWriteItem", By(NAME, "RequestItems", each=True), Effect.FILL),
        Write("dynamodb:DeleteTable", By(NAME, "TableName", _ARN), Effect.DELETE),
        Write(
            "dynamodb:ExportTableToPointInTime",
            By(EXPORT, "S3Prefix"),
            Effect.RESTORE,
            frozenset({"ExportTime", "ClientToken", "ExportFormat"}),
            "TableArn",
            origin_arn=_ARN,
            needs=frozenset({"ExportTime"}),
            into="S3Bucket",
            lends="S3BucketOwner",
            outside=(("s3", ":::{bucket}/{copies}", ("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl")),),
        ),
        Write(
            "dynamodb:ImportTable",
            By(NAME, "TableCreationParameters", key="TableName"),
            Effect.CREATE,
            frozenset({"ClientToken", "S3BucketSource", "InputFormat", "InputCompressionType"}),
            alone=True,
            outside=(
                ("s3", ":::{bucket}", ("s3:ListBucket",)),
                ("s3", ":::{bucket}/{copies}", ("s3:GetObject",)),
                ("logs", "log-group:/aws-dynamodb/*", _OF_IMPORTS),
            ),
        ),
        Write(
            "s3:DeleteObject",
            By(NAME, "Key", within=r"(?P<name>[^/]+)/AWSDynamoDB/.+"),
            Effect.DELETE,
            frozenset({"VersionId", "ExpectedBucketOwner"}),
            actions={Effect.DELETE: ("s3:DeleteObjectVersion",)},
            among="Bucket",
            needs=frozenset({"ExpectedBucketOwner"}),
        ),
    ),
    posture=Calls(
        frozenset(
            {
                *("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:ListBackups"),
                "kms:DescribeKey",
                *vaulted.READS,
            }
        ),
        only_when={
            **vaulted.WHEN,
            "kms:DescribeKey": "the source is encrypted with a key of its own",
        },
    ),
    discovery=Calls(
        frozenset({"dynamodb:ListTables", "dynamodb:ListTagsOfResource"}),
        only_when={"dynamodb:ListTagsOfResource": "nobody tells the tags of all"},
    ),
    listing=Calls(
        frozenset({"dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"}),
        only_when={
            "dynamodb:DescribeTable": "a table is named like a copy",
            "dynamodb:ListTagsOfResource": "a table is named like a copy",
        },
    ),
    services=("dynamodb", "s3", "backup"),
    place=where_the_drill_says,
    filling=Calls(frozenset({"dynamodb:Scan"}), frozenset({"dynamodb:BatchWriteItem"})),
    imported=Calls(frozenset({"dynamodb:DescribeTable"})),
    exported=Calls(
        frozenset(
            {
                *("dynamodb:DescribeExport", "dynamodb:ListExports", "dynamodb:DescribeImport", "dynamodb:ListImports"),
                *("s3:ListObjectVersions", "s3:GetBucketPolicy"),
            }
        ),
        frozenset({"dynamodb:ExportTableToPointInTime", "dynamodb:ImportTable", "s3:DeleteObject"}),
        {
            "dynamodb:ListExports": "the answer to an export was lost",
            "dynamodb:ListImports": "a table of an import wears no tag yet",
        },
    ),
    data=frozenset({"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"}),
    secures="dynamodb",
    heartbeat="{key: {pk: canary}, attribute: at}",
    beat=BEAT,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"restores of tables": _quota},
    store=_store,
    brought=_brought,
    member=_member,
    sides=_sides,
    both=frozenset({"dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:GetItem"}),
    writer=_writer,
    settings=SETTINGS,
    compared=CALLS,
    looks=_looks,
    protection=_protection,
    discovered=_discovered,
    worn=_worn,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.SIZE}),
)
