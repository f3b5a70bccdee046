"""Kinesis with durations: a stream that was asked for is not to be seen for a while, and consumers keep theirs."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.kinesis.models import Consumer, KinesisBackend, Stream, kinesis_backends
from moto.kinesis.responses import KinesisResponse

from dr_orchestrator.lab.cloud.lifecycle import Timeline, passing
from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.twin import Twin

HIDDEN, CREATING, DELETING = 60.0, 120.0, 30.0


class SlowStream(Stream):
    """A stream that is not there before its time."""

    timeline: Timeline

    @property
    def status(self) -> str:
        """Its state by now."""
        return self.timeline.at(world().now())

    @status.setter
    def status(self, value: str) -> None:
        """moto sets it once, for good."""


class Kinesis(KinesisBackend):
    """One account's Kinesis in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.kinesis.urls")

    def create_stream(
        self,
        stream_name: str,
        shard_count: int,
        stream_mode: dict[str, str] | None = None,
        retention_period_hours: int | None = None,
    ) -> Stream:
        """A stream that is not to be seen first, then is being created."""
        if stream_name in self.streams:
            raise _in_use(f"Stream {stream_name} already exists.")
        made = SlowStream(  # type: ignore[abstract] # moto's are too
            stream_name, shard_count, stream_mode, retention_period_hours, self.account_id, self.region_name
        )
        fate = world().faults.fate("kinesis", "CreateStream", stream_name)
        made.timeline = passing([("HIDDEN", HIDDEN), ("CREATING", CREATING)], "ACTIVE", fate)
        self.streams[stream_name] = made
        return made

    def describe_stream(self, stream_arn: str | None, stream_name: str | None) -> Stream:
        """As moto, once it is to be seen."""
        found = super().describe_stream(stream_arn, stream_name)
        return super().describe_stream(None, f"{found.stream_name}?") if found.status == "HIDDEN" else found

    def list_streams(self) -> list[Stream]:
        """Those that are to be seen."""
        return [each for each in self.streams.values() if each.status != "HIDDEN"]

    def delete_stream(self, stream_arn: str | None, stream_name: str | None) -> Stream:
        """Deleting takes its time, and is refused while there are consumers."""
        found = cast(SlowStream, self.describe_stream(stream_arn, stream_name))
        if found.status != "ACTIVE" or found.consumers:
            raise _in_use(f"Stream {found.stream_name} is {found.status}, with {len(found.consumers)} consumers.")
        found.timeline = passing([("DELETING", DELETING)], "GONE")
        world().agenda.at(found.timeline.ends, lambda: self._remove(found))
        return found

    def _remove(self, stream: Stream) -> None:
        if self.streams.get(stream.stream_name) is stream:
            del self.streams[stream.stream_name]

    def register_stream_consumer(self, stream_arn: str, consumer_name: str) -> Consumer:
        """As moto, but for a name that is taken."""
        stream = self.describe_stream(stream_arn, None)
        if any(each.consumer_name == consumer_name for each in stream.consumers):
            raise _in_use(f"Consumer {consumer_name} exists.")
        return super().register_stream_consumer(stream_arn, consumer_name)

    def deregister_stream_consumer(self, stream_arn: str, consumer_name: str, consumer_arn: str) -> None:
        """moto keeps the one that is named, and drops the others."""
        found = self.describe_stream_consumer(stream_arn, consumer_name, consumer_arn)
        self.describe_stream(stream_arn, None).delete_consumer(found.consumer_arn)

    def describe_limits(self) -> dict[str, int]:
        """moto counts none."""
        used = sum(len(each.shards) for each in self.streams.values())
        return {**super().describe_limits(), "OpenShardCount": used, "ShardLimit": 500}


def _in_use(words: str) -> JsonRESTError:
    return JsonRESTError("ResourceInUseException", words)


def _create(self: KinesisResponse) -> ActionResult:
    """moto drops the tags."""
    made = self.kinesis_backend.create_stream(self._get_param("StreamName"), self._get_param("ShardCount"))
    made.tags.update(self._get_param("Tags") or {})
    return EmptyResult()


def _streams() -> dict[str, Any]:
    """By region and name."""
    return {
        f"{region}/{each.stream_name}": {
            "status": each.status,
            "tags": dict(each.tags),
            "consumers": [consumer.consumer_name for consumer in each.consumers],
            "records": sum(len(shard.records) for shard in each.shards.values()),
        }
        for region, backend in list(kinesis_backends[ACCOUNT].items())
        for each in list(backend.streams.values())
        if each.status != "GONE"
    }


TWIN = Twin(
    backends=((kinesis_backends, Kinesis),),
    patches=((KinesisResponse, "create_stream", _create),),
    state={"streams": _streams},
)
