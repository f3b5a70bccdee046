"""DynamoDB tables: restore a point in time beside production, and load one table into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.api import Api, NotFound, Refused
from dr_orchestrator.aws.bench import Bench, gone, instant_in_window
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import Copy, CopyState, Identity
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

STATES = States(
    ready=frozenset({"ACTIVE"}),
    dead=frozenset({"DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}),
    progress=frozenset({"CREATING", "UPDATING", "absent"}),
)
BATCH = 25
"""The most items that BatchWriteItem takes."""

BACK_OFF = 2.0
SKEW = timedelta(minutes=5)
"""How far the clocks of AWS and of this machine may lie apart."""


class DynamoTable:
    """Restores a table from its continuous backup."""

    def __init__(self, resource: Resource, selection: Selection, bench: Bench) -> None:
        self._resource, self._selection, self._bench = resource, selection, bench
        self._api = bench.account.api("dynamodb")

    def preflight(self, copy: Copy) -> str:
        """Look whether the source is there, and whether the copy's name is free."""
        source = self._source()
        if ours := describe(self._api, copy.id):
            self._ours(copy, ours)
        return f"table {source['TableArn']}"

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time recovery is off."""
        window = self._window()
        if window is None:
            message = f"point-in-time recovery is switched off for table {self._resource.id}"
            raise NotRecoverable(message, "switch it on for the table", "dynamodb:DescribeContinuousBackups")
        return instant_in_window(self._selection, window, self._resource, self._bench.clock.now(), self._bench.run)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        window = self._window()
        return WorstCase(until - window[1], "lag of the latest restorable time") if window else None

    def restore(self, point: RecoveryPoint, copy: Copy) -> Identity:
        """Ask for a table as of the instant."""
        try:
            made = self._api.call(
                "RestoreTableToPointInTime",
                SourceTableName=self._resource.id,
                TargetTableName=copy.id,
                RestoreDateTime=point.data_time,
            )["TableDescription"]
        except Refused as refused:
            existing = describe(self._api, copy.id)
            if refused.code not in ("TableAlreadyExistsException", "ResourceInUseException") or existing is None:
                raise
            made = self._ours(copy, existing)
        return identity(made)

    def ready(self, copy: Copy) -> None:
        """Wait until the table is active; only then can it be tagged, which AWS does not do on restore."""
        seen = self._bench.wait_until_ready(
            feed(self._api, self._bench),
            copy,
            STATES,
            lambda sighting: not sighting.detail.get("RestoreSummary", {}).get("RestoreInProgress"),
        )
        tags = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
        self._api.call("TagResource", ResourceArn=seen.detail["TableArn"], Tags=tags)

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
        self._bench.proofs.prove(copy, self._live(copy, live))
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
            same = live["CreationDateTime"] >= record.intended_at - SKEW
        derived = restored_here and same
        return Live(live["TableName"], unique_id(live), tags(self._api, live), derived)

    def _ours(self, copy: Copy, live: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._bench.proofs.record(copy)
        source = str(live.get("RestoreSummary", {}).get("SourceTableArn", ""))
        restored_for_us = record is not None and source.endswith(f":table/{self._resource.id}")
        if not restored_for_us and tags(self._api, live).get("dr-drill:run") != copy.run:
            raise NotRecoverable(f"a table {copy.id} exists already and is not of this run")
        return live

    def _source(self) -> Mapping[str, Any]:
        source = describe(self._api, self._resource.id)
        if source is None:
            hint = f"is it in {self._api.region}, in this account?"
            raise NotRecoverable(f"no DynamoDB table {self._resource.id}", hint, "dynamodb:DescribeTable")
        return source

    def _window(self) -> tuple[datetime, datetime] | None:
        answer = self._api.call("DescribeContinuousBackups", TableName=self._resource.id)
        pitr = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if pitr.get("PointInTimeRecoveryStatus") != "ENABLED":
            return None
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

    return bench.watcher.feed((api.endpoint, api.region, "dynamodb"), look)


def load(api: Api, bench: Bench, source: str, target: str) -> int:
    """Write every item of one table into another; return how many were written."""
    items = list(api.pages("Scan", "Items", TableName=source, ConsistentRead=True))
    for batch in _batches(items):
        pending: dict[str, Any] = {target: [{"PutRequest": {"Item": item}} for item in batch]}
        started = bench.clock.monotonic()
        while pending:
            pending = api.call("BatchWriteItem", RequestItems=pending).get("UnprocessedItems", {})
            if pending and bench.clock.monotonic() - started > bench.ceiling:
                raise NotMeasured(f"{target} does not take the items", call="dynamodb:BatchWriteItem")
            if pending:
                bench.clock.sleep(BACK_OFF)
    return len(items)


def _batches(items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
