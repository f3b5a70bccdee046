"""What a Kinesis stream is to drills; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import By, Calls, Content, CopyType, Effect, Naming, Quota, Write
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from tests.support.fake_type.heartbeat import BEAT
from tests.support.fake_type.name import CONSUMER, NAME

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject
    from dr_orchestrator.domain.ports import Clock, Destroyer
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.runner import Components

_ARN = r"arn:[a-z-]+:kinesis:(?P<region>[^:/]+):[^:/]+:stream/(?P<name>[^:/]+)"
_STREAM, _CONSUMER = By(NAME, "StreamName"), By(CONSUMER, "ConsumerName")
_IN_STREAM = By(NAME, "StreamARN", _ARN)
_LISTED = frozenset({"kinesis:ListStreams", "kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream"})
_DATA = frozenset({"kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"})


def _own_keys() -> Mapping[str, Any]:
    from pydantic import Field

    from dr_orchestrator.catalog.shapes.fields import Account, Name, Region

    return {
        "recover_in": (Region | None, Field(default=None, description=f"The region of its copies ({NAME}).")),
        "recover_account": (Account | None, Field(default=None, description=f"The account of its copies ({NAME}).")),
        "readers": (list[Name] | None, Field(default=None, description=f"Who reads it, in order ({NAME}).")),
    }


def _rules(resource: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if not resource.recover_in:
        yield (), "nothing says where a copy of the stream is to stand", "add `recover_in: REGION`"
    elif resource.recover_in == resource.region:
        yield ("recover_in",), "a copy beside the stream is lost with its region", "name another region"


def _place(resource: Resource) -> Place:
    return Place(resource.own.get("recover_account") or resource.account, resource.own["recover_in"])


def _components(order: Order) -> Components:
    from tests.support.fake_type.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from tests.support.fake_type.consumer import Consumer
    from tests.support.fake_type.restore import KinesisStream

    return Consumer(copy, toolkit) if copy.type == CONSUMER else KinesisStream(source, None, toolkit)


def _listed(account: Account) -> Iterator[LiveObject]:
    from tests.support.fake_type.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from tests.support.fake_type.listing import quota

    return quota(account)


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from tests.support.fake_type.components import StreamWriter

    return StreamWriter(account.api("kinesis"), resource.id, canary, clock)


def _protection(ground: Ground) -> Reader:
    from tests.support.fake_type.posture import reader

    return reader(ground)


def _twin() -> Twin:
    from tests.support.fake_type.lab.twin import TWIN

    return TWIN


TYPE = Drillable(
    made=CopyType(
        NAME, "Kinesis stream", "Streams", "kinesis", "stream/{id}", 100, "AWS::Kinesis::Stream", "ShardLimit"
    ),
    parts=(CopyType(CONSUMER, "stream consumer", "Consumers", "kinesis", "stream/*/consumer/{id}", 128),),
    naming=Naming(r"[A-Za-z0-9_.-]{1,128}", "1 to 128 letters, digits, dots, dashes and underscores"),
    content=Content.ITEMS,
    keys=frozenset({"canary"}),
    own_keys=_own_keys,
    rules=_rules,
    place=_place,
    kinds={
        Kind.PITR_RESTORE: Calls(
            _LISTED | _DATA | {"kinesis:DescribeStreamConsumer", "kinesis:DescribeLimits"},
            frozenset(
                {
                    *("kinesis:CreateStream", "kinesis:PutRecords", "kinesis:DeleteStream"),
                    *("kinesis:RegisterStreamConsumer", "kinesis:DeregisterStreamConsumer"),
                }
            ),
        )
    },
    writes=(
        Write(
            "kinesis:CreateStream",
            _STREAM,
            Effect.CREATE,
            frozenset({"ShardCount", "Tags"}),
            actions={Effect.CREATE: ("kinesis:AddTagsToStream",)},
        ),
        Write("kinesis:PutRecords", _STREAM, Effect.FILL, frozenset({"Records"})),
        Write("kinesis:DeleteStream", _STREAM, Effect.DELETE),
        Write("kinesis:RegisterStreamConsumer", _CONSUMER, Effect.CREATE, frozenset({"Tags"}), within=_IN_STREAM),
        Write("kinesis:DeregisterStreamConsumer", _CONSUMER, Effect.DELETE, within=_IN_STREAM),
    ),
    listing=Calls(_LISTED | {"kinesis:ListStreamConsumers"}),
    posture=Calls(frozenset({"kinesis:DescribeStreamSummary"})),
    services=("kinesis",),
    data=_DATA,
    secures="kinesis",
    heartbeat="{key: {stream: canary}, attribute: at}",
    beat=BEAT,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"ShardLimit": _quota},
    writer=_writer,
    protection=_protection,
    twin=_twin,
)
