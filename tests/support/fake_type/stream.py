"""A stream as AWS describes it, what it keeps, and how many of them are waited for at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting
from dr_orchestrator.domain.copy import Identity


def describe(api: Api, name: str) -> Mapping[str, Any] | None:
    """A stream as AWS describes it, None where there is none."""
    try:
        return api.named("DescribeStreamSummary", "StreamDescriptionSummary", "StreamName", name, StreamName=name)
    except NotFound:
        return None


def consumer(api: Api, arn: str, name: str) -> Mapping[str, Any] | None:
    """A consumer of a stream likewise."""
    try:
        told = ("DescribeStreamConsumer", "ConsumerDescription", "ConsumerName", name)
        return api.named(*told, StreamARN=arn, ConsumerName=name)
    except NotFound:
        return None


def identity(live: Mapping[str, Any]) -> Identity:
    """What AWS calls a stream for good: names are used again, so the instant of its creation is part of it."""
    return Identity(live["StreamARN"], f"{live['StreamARN']}@{live['StreamCreationTimestamp'].isoformat()}")


def identity_of_consumer(live: Mapping[str, Any]) -> Identity:
    """Likewise of a consumer."""
    return Identity(live["ConsumerARN"], f"{live['ConsumerARN']}@{live['ConsumerCreationTimestamp'].isoformat()}")


def tags(api: Api, name: str) -> dict[str, str]:
    """The tags of a stream; one that has gone since it was seen has none."""
    try:
        return {tag["Key"]: tag["Value"] for tag in api.call("ListTagsForStream", StreamName=name)["Tags"]}
    except NotFound:
        return {}


def names(api: Api) -> Iterator[str]:
    """The names of all streams: AWS tells some at a time, each time from the last one on."""
    page = api.call("ListStreams")
    while True:
        yield from page["StreamNames"]
        if not page["HasMoreStreams"]:
            return
        page = api.call("ListStreams", ExclusiveStartStreamName=page["StreamNames"][-1])


def records(api: Api, name: str) -> Iterator[tuple[datetime, dict[str, str]]]:
    """What a stream keeps, by shards and the oldest first: when each record came, and its fields."""
    for shard in api.pages("ListShards", "Shards", StreamName=name):
        given = {"StreamName": name, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        at = api.call("GetShardIterator", **given)["ShardIterator"]
        while True:
            page = api.call("GetRecords", ShardIterator=at)
            for each in page["Records"]:
                yield each["ApproximateArrivalTimestamp"], _read(each["Data"])
            if not page["Records"]:
                break
            at = page["NextShardIterator"]


def _read(data: bytes) -> dict[str, str]:
    try:
        return dict(json.loads(data))
    except (ValueError, TypeError) as wrong:
        raise Strange(f"a record cannot be read: {wrong}", "kinesis:GetRecords") from wrong


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of streams; Kinesis describes them one by one."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        found = {name: describe(api, name) for name in wanted}
        return {name: Sighting(live["StreamStatus"], live) for name, live in found.items() if live}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "kinesis"), look)
