"""The declaration of DynamoDB tables; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterator
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
    Write,
)
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.dynamodb_table.heartbeat import BEAT
from dr_orchestrator.resources.dynamodb_table.name import NAME

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject, Place
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.domain.ports import Clock, Destroyer, Member, Restorer
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.runner import Components

_ARN = r"arn:[a-z-]+:dynamodb:(?P<region>[^:/]+):[^:/]+:table/(?P<name>[^:/]+)"
_ON_THE_TARGET = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.dynamodb_table.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable

    return DynamoTable(source, None, toolkit)


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


def _twin() -> Twin:
    from dr_orchestrator.resources.dynamodb_table.lab.twin import TWIN

    return TWIN


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
    ),
    naming=Naming(r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dots, dashes and underscores"),
    content=Content.ITEMS,
    keys=frozenset({"canary"}),
    kinds={
        Kind.PITR_RESTORE: Calls(
            frozenset(
                {
                    *("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:ListTagsOfResource"),
                    *("dynamodb:GetItem", "dynamodb:Scan", "kms:DescribeKey", "dynamodb:ListTables"),
                }
            ),
            frozenset({"dynamodb:RestoreTableToPointInTime", "dynamodb:TagResource", "dynamodb:DeleteTable"}),
            {
                "dynamodb:GetItem": "a check reads an item",
                "dynamodb:Scan": "a check counts items, or a store is filled",
                "kms:DescribeKey": "the source is encrypted with a key of its own",
            },
        ),
    },
    writes=(
        Write(
            "dynamodb:RestoreTableToPointInTime",
            By(NAME, "TargetTableName", _ARN),
            Effect.RESTORE,
            frozenset({"RestoreDateTime", "SSESpecificationOverride"}),
            "SourceTableName",
            actions={Effect.FILL: tuple(f"dynamodb:{each}" for each in _ON_THE_TARGET)},
        ),
        Write("dynamodb:TagResource", By(NAME, "ResourceArn", _ARN), Effect.TAG, frozenset({"Tags"})),
        Write("dynamodb:BatchWriteItem", By(NAME, "RequestItems", each=True), Effect.FILL),
        Write("dynamodb:DeleteTable", By(NAME, "TableName", _ARN), Effect.DELETE),
    ),
    listing=Calls(
        frozenset({"dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"}),
        only_when={
            "dynamodb:DescribeTable": "a table is named like a copy",
            "dynamodb:ListTagsOfResource": "a table is named like a copy",
        },
    ),
    services=("dynamodb",),
    filling=Calls(frozenset({"dynamodb:Scan"}), frozenset({"dynamodb:BatchWriteItem"})),
    imported=Calls(frozenset({"dynamodb:DescribeTable"})),
    data=frozenset({"dynamodb:GetItem", "dynamodb:Scan"}),
    secures="dynamodb",
    heartbeat="{key: {pk: canary}, attribute: at}",
    beat=BEAT,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"restores of tables": _quota},
    store=_store,
    member=_member,
    writer=_writer,
    twin=_twin,
)
