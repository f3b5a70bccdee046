"""DynamoDB tables: restore a point in time beside production, and load one table into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dr_orchestrator.aws.bench import Bench, gone, instant_in_window, lag
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.looks import keys, place
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import NotApplicable, Question
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import Copy, CopyState, Identity, ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

STATES = States(
    ready=frozenset({"ACTIVE"}),
    dead=frozenset({"DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}),
    progress=frozenset({"CREATING", "UPDATING", "absent"}),
)
BATCH = 25
"""The most items that BatchWriteItem takes."""

GIB = 1024**3
BACK_OFF = 2.0
QUOTA = frozenset({"LimitExceededException"})
"""What AWS answers while as many tables as it allows are being restored."""


class DynamoTable:
    """Restores a table from its continuous backup."""

    def __init__(self, resource: Resource, selection: Selection, bench: Bench) -> None:
        self._resource, self._selection, self._bench = resource, selection, bench
        self._api = bench.account.api("dynamodb")

    def questions(self, copy: Copy) -> list[Question]:
        """Source, key, and whether the copy's name is free."""
        return [
            Question("source", lambda: f"table {self._source()['TableArn']}"),
            Question("name of the copy", lambda: self._look_at_name(copy)),
            Question("key", self._look_at_key, must=False),
        ]

    def billed(self, name: str = "") -> Billed:
        """The size of its data; what reading it costs is little beside."""
        about = describe(self._api, name) if name else self._source()
        if about is None:
            raise NotMeasured(f"no DynamoDB table {name}", call="dynamodb:DescribeTable")
        return Billed(table_gib=Decimal(about.get("TableSizeBytes") or 0) / GIB)

    def isolated(self, copy: Copy) -> str:
        """Prove of the live copy that it is where its source is, under the same key; a table has no network."""
        live, source = describe(self._api, copy.id), self._source()
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="dynamodb:DescribeTable")
        where = place.same(live["TableArn"], *source["TableArn"].split(":")[3:5])
        key, wanted = _key(live), _key(source)
        if key != wanted:
            raise NotRecoverable(f"{copy.id} is encrypted with {key or 'a key of AWS'}, its source with {wanted}")
        return f"{where}, encrypted with {key or 'a key of AWS'}, as its source"

    def _look_at_name(self, copy: Copy) -> str:
        if ours := describe(self._api, copy.id):
            self._ours(copy, ours)
            return f"{copy.id} is this run's already"
        return f"{copy.id} is free"

    def _look_at_key(self) -> str:
        source = self._source()
        if (key := _key(source)) is None:
            raise NotApplicable("the table is encrypted with a key of AWS's own")
        return keys.usable(self._bench.account, key, source["TableArn"].split(":")[4])

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time recovery is off."""
        window = self._window()
        if window is None:
            message = f"point-in-time recovery is switched off for table {self._resource.id}"
            raise NotRecoverable(message, "switch it on for the table", "dynamodb:DescribeContinuousBackups")
        window = window[0], self._bench.before_disruption(window[1])
        return instant_in_window(self._selection, window, self._resource, self._bench.clock.now(), self._bench.run)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        pitr = self._continuous()
        if pitr is None:
            return None
        kept = timedelta(days=pitr.get("RecoveryPeriodInDays") or 35)
        return lag(_bounds(pitr), kept, self._source().get("CreationDateTime"), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Identity:
        """Ask for a table as of the instant."""
        try:
            made = self._bench.ask(lambda: self._restore(point, copy), QUOTA)
        except Refused as refused:
            existing = describe(self._api, copy.id)
            if refused.code not in ("TableAlreadyExistsException", "ResourceInUseException") or existing is None:
                raise
            made = self._ours(copy, existing)
        return identity(made)

    def _restore(self, point: RecoveryPoint, copy: Copy) -> Mapping[str, Any]:
        return dict(
            self._api.call(
                "RestoreTableToPointInTime",
                SourceTableName=self._resource.id,
                TargetTableName=copy.id,
                RestoreDateTime=point.data_time,
            )["TableDescription"]
        )

    def ready(self, copy: Copy) -> float:
        """Wait until the table is active; only then can it be tagged, which AWS does not do on restore."""
        seen = self._bench.wait_until_ready(
            feed(self._api, self._bench),
            copy,
            STATES,
            lambda sighting: not sighting.detail.get("RestoreSummary", {}).get("RestoreInProgress"),
        )
        self._tag(copy, seen.detail["TableArn"])
        return self._bench.ago(seen)

    def _tag(self, copy: Copy, arn: str) -> None:
        tags = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
        self._api.call("TagResource", ResourceArn=arn, Tags=tags)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS began to create the table; of the instant at which it became active it tells nothing."""
        table = describe(self._api, copy.id)
        if table is None:
            return []
        source = "dynamodb:DescribeTable: CreationDateTime"
        return [ServerTime(copy.id, "CREATING", table["CreationDateTime"], source)]

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the table, once proven to be this run's copy."""
        live = self._bench.find(lambda: describe(self._api, copy.id))
        if live is None:
            return self._bench.never_created(copy)
        if live["TableStatus"] != "DELETING":
            self._bench.insist(lambda: self._prove_and_delete(copy), while_code="ResourceInUse")
        self._bench.wait_until_gone(feed(self._api, self._bench), copy, gone(STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        live = describe(self._api, copy.id)
        if live is None:
            return  # gone already: what was wanted
        shown = self._live(copy, live)
        self._bench.proofs.prove(copy, shown)
        if "dr-drill:run" not in shown.tags:  # the drill's role may delete only what wears the tag
            with suppress(Denied):
                self._tag(copy, live["TableArn"])
        try:
            self._api.call("DeleteTable", TableName=copy.id)
        except NotFound:
            return  # gone already: what was wanted

    def _live(self, copy: Copy, live: Mapping[str, Any]) -> Live:
        """Until a restored table is active it can wear no tag; that it was restored from our source stands in."""
        summary = live.get("RestoreSummary", {})
        restored_here = str(summary.get("SourceTableArn", "")).endswith(f":table/{self._resource.id}")
        record = self._bench.proofs.intended(copy)
        if record.identity is not None:
            same = record.identity.unique_id == unique_id(live)
        else:  # the answer to the restore was lost: what appeared under the run's own name after its intent is ours
            same = self._bench.proofs.made_since(copy, live["CreationDateTime"])
        derived = restored_here and same
        return Live(live["TableName"], unique_id(live), tags(self._api, live), derived, live["CreationDateTime"])

    def _ours(self, copy: Copy, live: Mapping[str, Any]) -> Mapping[str, Any]:
        source = str(live.get("RestoreSummary", {}).get("SourceTableArn", ""))
        restored_for_us = source.endswith(f":table/{self._resource.id}")
        asked_for = self._bench.proofs.made_since(copy, live["CreationDateTime"])
        if not asked_for or (not restored_for_us and tags(self._api, live).get("dr-drill:run") != copy.run):
            raise NotRecoverable(f"a table {copy.id} exists already and is not of this run")
        return live

    def _source(self) -> Mapping[str, Any]:
        source = describe(self._api, self._resource.id)
        if source is None:
            hint = f"is it in {self._api.region}, in this account?"
            raise NotRecoverable(f"no DynamoDB table {self._resource.id}", hint, "dynamodb:DescribeTable")
        return source

    def _window(self) -> tuple[datetime, datetime] | None:
        pitr = self._continuous()
        return _bounds(pitr) if pitr else None

    def _continuous(self) -> Mapping[str, Any] | None:
        """The table's continuous backup, None where it is switched off."""
        answer = self._api.call("DescribeContinuousBackups", TableName=self._resource.id)
        pitr: dict[str, Any] = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return pitr if pitr.get("PointInTimeRecoveryStatus") == "ENABLED" else None


def _key(table: Mapping[str, Any]) -> str | None:
    """The customer's key that a table is encrypted with; None where it is one of AWS's own."""
    about = table.get("SSEDescription") or {}
    key: str | None = about.get("KMSMasterKeyArn") if about.get("Status") != "DISABLED" else None
    return key


def _bounds(pitr: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return pitr["EarliestRestorableDateTime"], pitr["LatestRestorableDateTime"]


def describe(api: Api, table: str) -> Mapping[str, Any] | None:
    """A table as AWS describes it, None where there is none."""
    try:
        return dict(api.call("DescribeTable", TableName=table)["Table"])
    except NotFound:
        return None


def identity(table: Mapping[str, Any]) -> Identity:
    """What AWS calls a table for good."""
    return Identity(table["TableArn"], unique_id(table))


def unique_id(table: Mapping[str, Any]) -> str:
    """The id that no other table ever has; where none is told, the instant of its creation stands in."""
    return str(table.get("TableId") or table["CreationDateTime"].isoformat())


def tags(api: Api, table: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a table."""
    listed = api.pages("ListTagsOfResource", "Tags", ResourceArn=table["TableArn"])
    return {tag["Key"]: tag["Value"] for tag in listed}


def feed(api: Api, bench: Bench) -> Feed:
    """The states of tables; DynamoDB describes them one by one."""

    def look(names: Iterable[str]) -> dict[str, Sighting]:
        found = {name: describe(api, name) for name in names}
        return {name: Sighting(table["TableStatus"], table) for name, table in found.items() if table}

    return bench.watcher.feed((api.endpoint, api.region, bench.account.pinned, "dynamodb"), look)


def load(api: Api, bench: Bench, source: str, target: str) -> int:
    """Write every item of one table into another; return how many were written."""
    items = list(api.pages("Scan", "Items", TableName=source, ConsistentRead=True))
    for batch in _batches(items):
        pending: dict[str, Any] = {target: [{"PutRequest": {"Item": item}} for item in batch]}
        started = bench.clock.monotonic()
        while pending:
            asked = pending
            answer = bench.patiently(lambda asked=asked: api.call("BatchWriteItem", RequestItems=asked))  # type: ignore[misc]
            pending = answer.get("UnprocessedItems", {})
            if pending and bench.clock.monotonic() - started > bench.ceiling:
                raise NotMeasured(f"{target} does not take the items", call="dynamodb:BatchWriteItem")
            if pending:
                bench.clock.sleep(BACK_OFF)
    return len(items)


def _batches(items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
