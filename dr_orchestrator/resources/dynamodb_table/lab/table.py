"""A table of DynamoDB that remembers, so that it can be restored as of any instant."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import PointInTimeRecoveryUnavailable
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases.windows import aware
from dr_orchestrator.lab.cloud.lifecycle import Timeline
from dr_orchestrator.lab.cloud.world import world

LAG = timedelta(minutes=5)
REPLICATED = timedelta(seconds=1)
"""How long after a write the other regions of a global table have it."""
ERROR = "com.amazonaws.dynamodb.v20120810#"
_PRUNE_EVERY = 2048
_SECOND = timedelta(seconds=1)


class JournalledTable(Table):
    """A table that remembers every version of its items, has an id of its own, and is not there before its time."""

    timeline: Timeline
    restore: dict[str, Any] | None = None
    pitr_since: datetime | None = None
    insights = "DISABLED"
    destinations: tuple[str, ...] = ()
    replicas: tuple[JournalledTable, ...] = ()
    """The others of its global table; each takes on what is written here a second later."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.history: dict[tuple[Any, Any], list[tuple[datetime, dict[str, Any] | None]]] = {}
        self.timeline, self.id = lifecycle.settled("ACTIVE"), str(uuid4())
        super().__init__(*args, **kwargs)
        # CloudFormation says SSEEnabled, the API says Enabled.
        if self.sse_specification and "SSEEnabled" in self.sse_specification:
            self.sse_specification["Enabled"] = str(self.sse_specification.pop("SSEEnabled")).lower() == "true"

    def set_stream_specification(self, streams: dict[str, Any] | None) -> None:
        """As moto, which goes on filling a stream that was switched off, and lets nobody switch one on again."""
        super().set_stream_specification(streams)
        if not (self.stream_specification or {}).get("StreamEnabled"):
            self.stream_shard = self.latest_stream_label = None

    @property
    def status(self) -> str:
        """The state by now."""
        return self.timeline.at(world().now())

    def put_item(self, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        """As moto, remembered."""
        item = super().put_item(item_attrs, *args, **kwargs)
        self.remember(world().now(), item_attrs)
        return item

    def delete_item(self, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        """As moto, remembered."""
        gone = super().delete_item(hash_key, range_key)
        if gone is not None:
            key = (hash_key.value, range_key.value if range_key else None)
            at = world().now()
            self.history.setdefault(key, []).append((at, None))
            for each in self.replicas:
                each.take_on(at, lambda each=each: each._lose(hash_key, range_key))  # type: ignore[misc]
        return gone

    def _lose(self, hash_key: DynamoType, range_key: DynamoType | None) -> None:
        if super().delete_item(hash_key, range_key) is not None:
            key = (hash_key.value, range_key.value if range_key else None)
            self.history.setdefault(key, []).append((world().now(), None))

    def take_on(self, at: datetime, act: Callable[[], None]) -> None:
        """Do what was done to a replica at an instant: of before the lab began at once, else a little later."""
        if world().hurried:
            act()
        else:
            world().agenda.at(at + REPLICATED, act)

    def _hold(self, at: datetime, attributes: Mapping[str, Any]) -> None:
        super().put_item(copy.deepcopy(dict(attributes)))
        self._note(at, attributes)

    def remember(self, at: datetime, attributes: Mapping[str, Any]) -> None:
        """Note what an item is from `at` on; its replicas take it on."""
        self._note(at, attributes)
        for each in self.replicas:
            later = at if world().hurried else at + REPLICATED
            each.take_on(at, lambda each=each, later=later: each._hold(later, attributes))  # type: ignore[misc]

    def _note(self, at: datetime, attributes: Mapping[str, Any]) -> None:
        versions = self.history.setdefault(self._key(attributes), [])
        versions.append((at, copy.deepcopy(dict(attributes))))
        if len(versions) % _PRUNE_EVERY == 0:
            kept = world().now() - timedelta(days=36)
            first = next((index for index, (when, _) in enumerate(versions) if when > kept), 1)
            del versions[: max(0, first - 1)]

    def as_of(self, at: datetime) -> Iterator[dict[str, Any]]:
        """The items that the table held at an instant."""
        for versions in list(self.history.values()):
            held = [attributes for when, attributes in versions if when <= at]
            if held and held[-1] is not None:
                yield held[-1]

    def describe(self, base_key: str = "TableDescription") -> dict[str, Any]:
        """As moto, with the state by now and what a restored table was made from."""
        described = super().describe(base_key)
        described[base_key] |= {"TableStatus": self.status, "TableId": self.id}
        if self.status == "CREATING":
            described[base_key]["ItemCount"] = 0
        if self.replicas:
            told = [{"RegionName": each.table_arn.split(":")[3], "ReplicaStatus": "ACTIVE"} for each in self.replicas]
            described[base_key] |= {"Replicas": told, "GlobalTableVersion": "2019.11.21"}
        if self.restore:
            described[base_key]["RestoreSummary"] = {**self.restore, "RestoreInProgress": self.status == "CREATING"}
        return described

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The earliest and latest instants that it can be restored to; None with PITR off."""
        if self.pitr_since is None or world().faults.pretends("pitr-off", "dynamodb", self.name):
            return None
        return max(self.pitr_since, world().now() - timedelta(days=35)), world().now() - LAG

    def instant(self, given: Mapping[str, Any]) -> datetime:
        """The instant that a restore asks for; refused where it is outside the window."""
        window = self.window
        if window is None:
            raise PointInTimeRecoveryUnavailable(self.name)
        latest, asked = given.get("UseLatestRestorableTime"), given.get("RestoreDateTime")
        if bool(latest) == bool(asked):
            raise JsonRESTError(
                ERROR + "ValidationException", "Give either RestoreDateTime or UseLatestRestorableTime."
            )
        at = window[1] if latest else _time(asked)
        # DynamoDB's times are whole seconds on the wire.
        if not window[0] - _SECOND < at < window[1] + _SECOND:
            bounds = " to ".join(each.isoformat() for each in window)
            raise JsonRESTError(ERROR + "InvalidRestoreTimeException", f"{at.isoformat()} is outside {bounds}.")
        return at

    def _key(self, attributes: Mapping[str, Any]) -> tuple[Any, Any]:
        keys = (self.hash_key_attr, self.range_key_attr)
        first, second = (next(iter(attributes[name].values())) if name else None for name in keys)
        return first, second


def _time(asked: Any) -> datetime:
    return datetime.fromtimestamp(asked, UTC) if isinstance(asked, int | float) else aware(asked)
