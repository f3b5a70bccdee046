"""Replays a stream, as of an instant, into a new one in another region; AWS names what it makes only later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.preflight import place
from dr_orchestrator.aws.toolkit import Toolkit, gone, lag
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from tests.support.fake_type import stream
from tests.support.fake_type.consumer import Consumer, planned

STATES = States(
    ready=frozenset({"ACTIVE"}), dead=frozenset({"DELETING"}), progress=frozenset({"CREATING", "UPDATING", "absent"})
)
CALLED, INSTANT, BATCH, QUOTA = "a stream", "restored-to", 500, frozenset({"LimitExceededException"})


class KinesisStream:
    """Restores a stream from what it keeps itself."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit) -> None:
        """Without a selection it can choose nothing, and only takes copies down."""
        self._resource, self._selection, self._toolkit = resource, selection or Selection(), toolkit
        self._source_api = toolkit.account.api("kinesis")

    def _api(self, copy: Copy) -> Api:
        return self._toolkit.account_at(copy.place).api("kinesis")

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, and whether the copy's name is free where it is to stand."""
        return [
            PreflightCheck("source", lambda: f"stream {self._source()['StreamARN']}"),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
        ]

    def _look_at_name(self, copy: Copy) -> str:
        found = stream.describe(self._api(copy), copy.id)
        told = self._toolkit.proofs.name_is_free(copy, self._live(copy, found) if found else None, CALLED)
        return told if found else f"{told} in {copy.region}"

    def billed(self, name: str = "") -> Billed:
        """Its shards, for which no rate is declared."""
        return Billed(besides=f"the hours of the shards of {name or self._resource.id}")

    def choose(self) -> RecoveryPoint:
        """The asked instant, or now: a stream keeps every record for as long as it was told to."""
        return self._toolkit.instant(self._selection, self._window(), self._resource)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """Nothing is lost of what a stream took, unless it is lost itself."""
        return lag(self._window(), timedelta(), None, until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a stream; AWS answers with nothing but the id of the request."""
        shards = self._source()["OpenShardCount"]
        given = {**copy.tags, INSTANT: point.data_time.isoformat()}
        create = {"StreamName": copy.id, "ShardCount": shards, "Tags": given}
        try:
            answer = self._toolkit.ask(lambda: self._api(copy).call("CreateStream", **create), QUOTA)
        except Refused as refused:
            if refused.code != "ResourceInUseException":
                raise
            found = stream.describe(self._api(copy), copy.id)
            if found is None:
                return Asked(job=f"the one who took {copy.id}")
            self._toolkit.proofs.adopt(copy, self._live(copy, found), CALLED)
            return Asked(stream.identity(found))
        return Asked(job=answer["ResponseMetadata"]["RequestId"])

    def ready(self, copy: Copy) -> Ready:
        """Wait until the stream is active, then put into it what came up to the instant and is not there yet."""
        api = self._api(copy)
        seen = self._toolkit.wait_until_ready(stream.feed(api, self._toolkit), copy, STATES)
        self._toolkit.proofs.adopt(copy, self._live(copy, seen.detail), CALLED)
        self._replay(api, copy)
        return Ready(0.0, stream.identity(seen.detail))

    def _replay(self, api: Api, copy: Copy) -> None:
        try:
            instant = datetime.fromisoformat(stream.tags(api, copy.id)[INSTANT])
        except (KeyError, ValueError) as wrong:
            told = f"{copy.id} does not say which instant it is restored to"
            raise NotMeasured(told, call="kinesis:ListTagsForStream") from wrong
        kept = [fields for at, fields in stream.records(self._source_api, self._resource.id) if at <= instant]
        left = kept[sum(1 for _ in stream.records(api, copy.id)) :]
        for start in range(0, len(left), BATCH):
            batch = [{"PartitionKey": "all", "Data": json.dumps(each)} for each in left[start : start + BATCH]]
            api.call("PutRecords", StreamName=copy.id, Records=batch)

    def further(self, copy: Copy) -> Sequence[Part]:
        """A consumer for each reader, one after the other."""
        return [Consumer(planned(copy, reader), self._toolkit) for reader in self._resource.own.get("readers", ())]

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is where it was to be; a stream has no network."""
        live = stream.describe(self._api(copy), copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="kinesis:DescribeStreamSummary")
        owner = copy.account or self._source()["StreamARN"].split(":")[4]
        return Seen(place.same(live["StreamARN"], copy.region, owner))

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS began to create the stream."""
        live = stream.describe(self._api(copy), copy.id)
        source = "kinesis:DescribeStreamSummary: StreamCreationTimestamp"
        return [ServerTime(copy.id, "CREATING", live["StreamCreationTimestamp"], source)] if live else []

    def destroy(self, copy: Copy) -> CopyState:
        """Delete its consumers, the last one first, then the stream, once each is proven to be this run's."""
        feed, record = stream.feed(self._api(copy), self._toolkit), self._toolkit.proofs.intended(copy)
        if record.asked:  # what AWS has not made yet it may still make
            self._toolkit.wait_until_ready(feed, copy, STATES)
        if self._toolkit.describe_confirmed(lambda: stream.describe(self._api(copy), copy.id)) is None:
            return self._toolkit.never_created(copy)
        for row in reversed(self._toolkit.proofs.owned(copy)):
            if row.state not in TERMINAL:
                Consumer(row.copy, self._toolkit).destroy(row.copy)
        self._toolkit.retry_while(lambda: self._prove_and_delete(copy), "ResourceInUse")
        self._toolkit.wait_until_gone(feed, copy, gone(STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        api = self._api(copy)
        live = stream.describe(api, copy.id)
        if live is None or live["StreamStatus"] == "DELETING":
            return  # going, or gone: what was wanted
        self._toolkit.proofs.prove(copy, self._live(copy, live))
        try:
            api.call("DeleteStream", StreamName=copy.id)
        except NotFound:
            return

    def _live(self, copy: Copy, found: Mapping[str, Any]) -> Live:
        worn, created_at = stream.tags(self._api(copy), copy.id), found["StreamCreationTimestamp"]
        return Live(found["StreamName"], stream.identity(found).unique_id, worn, created_at=created_at)

    def _source(self) -> Mapping[str, Any]:
        live = stream.describe(self._source_api, self._resource.id)
        if live is None:
            hint = f"is it in {self._source_api.region}, in this account?"
            raise NotRecoverable(f"no stream {self._resource.id}", hint, "kinesis:DescribeStreamSummary")
        return live

    def _window(self) -> tuple[datetime, datetime]:
        source, now = self._source(), self._toolkit.clock.now()
        kept = now - timedelta(hours=source["RetentionPeriodHours"])
        return max(kept, source["StreamCreationTimestamp"]), now
