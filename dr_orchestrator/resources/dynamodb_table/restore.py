"""DynamoDB tables: restore a point in time beside production, and load one table into another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.calls.api import Api, Denied, NotFound, Refused
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.preflight import keys, place
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.aws.toolkit import Toolkit, gone, lag
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.crossing import Crossing, arn_there, charged, encryption
from dr_orchestrator.resources.dynamodb_table.traits import traits

_SECOND = timedelta(seconds=1)
STATES = States(
    ready=frozenset({"ACTIVE"}),
    dead=frozenset({"DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}),
    progress=frozenset({"CREATING", "UPDATING", "absent"}),
)
GIB, _OF_AWS = 1024**3, "a key of AWS"
QUOTA = frozenset({"LimitExceededException"})
"""The answer of AWS while as many tables as it allows are being restored."""


class DynamoTable:
    """Restores a table from its continuous backup; `waited_out` are the answers of AWS for which it asks again."""

    waited_out = QUOTA

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit) -> None:
        """Without a selection it can choose nothing, and only takes copies down."""
        self._resource, self._selection, self._toolkit = resource, selection or Selection(), toolkit
        self._api = toolkit.account.api("dynamodb")

    @cached_property
    def _there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        place = place_of(self._resource)
        return self._toolkit if place is None else self._toolkit.at(place)

    @cached_property
    def _copies(self) -> Api:
        return self._there.account.api("dynamodb")

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, key, and whether the copy's name is free; where it stands elsewhere, the region and its key, too."""
        source = PreflightCheck("source", lambda: f"table {self._source()['TableArn']}")
        named = PreflightCheck("name of the copy", lambda: self._look_at_name(copy))
        encrypted = PreflightCheck("key", self._look_at_key, must=False)
        if (to := self._resource.to) is None:
            return [source, named, encrypted]
        crossing = Crossing(self._resource, to, self._toolkit, self._there)
        return [source, *crossing.looks(lambda: _key(self._source())), named, encrypted]

    def billed(self, name: str = "") -> Billed:
        """The size of its data; what reading it costs is little beside."""
        about = table.describe(self._copies, name) if name else self._source()
        if about is None:
            raise NotMeasured(f"no DynamoDB table {name}", call="dynamodb:DescribeTable")
        return Billed(table_gib=Decimal(about.get("TableSizeBytes") or 0) / GIB, besides=charged(self._resource))

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is where its source is, under the same key, or where the drill says, under the
        one that it names; a table has no network.
        """
        live, source, to = table.describe(self._copies, copy.id), self._source(), self._resource.to
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="dynamodb:DescribeTable")
        self._toolkit.proofs.same(copy, table.unique_id(live))
        region, account = source["TableArn"].split(":")[3:5]
        if to is not None:
            region, account = to.region, to.account or account
        where = place.same(live["TableArn"], region, account)
        key, wanted = _key(live), _key(source) if to is None else arn_there(self._there, to)
        whose = "its source" if to is None else "the drill"
        if key != wanted:
            told = f"{copy.id} is encrypted with {key or _OF_AWS}"
            raise NotRecoverable(f"{told}, {whose} {'with' if to is None else 'says'} {wanted or _OF_AWS}")
        return Seen(f"{where}, encrypted with {key or _OF_AWS}, as {whose if to is None else 'the drill says'}")

    def _look_at_name(self, copy: Copy) -> str:
        if ours := table.describe(self._copies, copy.id):
            self._ours(copy, ours)
            return f"{copy.id} is this run's already"
        return f"{copy.id} is free"

    def _look_at_key(self) -> str:
        source = self._source()
        otherwise = "the table is encrypted with a key of AWS's own"
        return keys.usable(self._toolkit.account, _key(source), source["TableArn"], otherwise)

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time recovery is off."""
        window = self._window()
        if window is None:
            message = f"point-in-time recovery is switched off for table {self._resource.id}"
            raise NotRecoverable(message, "switch it on for the table", "dynamodb:DescribeContinuousBackups")
        return self._toolkit.instant(self._selection, window, self._resource)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        pitr = self._continuous()
        if pitr is None:
            return None
        kept = timedelta(days=pitr.get("RecoveryPeriodInDays") or 35)
        return lag(_bounds(pitr), kept, self._source().get("CreationDateTime"), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a table of the recovery point."""
        try:
            made = self._toolkit.ask(lambda: self._restore(point, copy), self.waited_out)
        except Refused as refused:
            existing = table.describe(self._copies, copy.id)
            if refused.code not in ("TableAlreadyExistsException", "ResourceInUseException") or existing is None:
                raise
            made = self._ours(copy, existing)
        return Asked(table.identity(made))

    def _restore(self, point: RecoveryPoint, copy: Copy) -> Mapping[str, Any]:
        given = {**self._named(), **self._encryption()}
        return self._copies.named(
            *("RestoreTableToPointInTime", "TableDescription", "TableName", copy.id),
            TargetTableName=copy.id,
            RestoreDateTime=point.data_time,
            **given,
        )

    def _named(self) -> dict[str, Any]:
        """The source as it is restored from: by its ARN where that is another region's than the call's."""
        if self._resource.to is None:
            return {"SourceTableName": self._resource.id}
        return {"SourceTableArn": self._source()["TableArn"]}

    def _encryption(self) -> dict[str, Any]:
        """The source's own encryption, said in the request; left to AWS, which keeps it, where its key is not known.

        Elsewhere the one that the drill names: AWS does not restore into another region before it is told.
        """
        if (to := self._resource.to) is not None:
            return {"SSESpecificationOverride": encryption(self._there, to)}
        key = _key(self._source())
        if key is None:
            return {}
        said = {"Enabled": True, "SSEType": "KMS"}
        try:
            named = {} if keys.is_of_aws(self._toolkit.account, key) else {"KMSMasterKeyId": key}
        except (Denied, NotRecoverable):
            return {}
        return {"SSESpecificationOverride": {**said, **named}}

    def ready(self, copy: Copy) -> Ready:
        """Wait until the table is active; only then can it be tagged, which AWS does not do on restore."""
        seen = self._there.wait_until_ready(
            table.feed(self._copies, self._there),
            copy,
            STATES,
            lambda sighting: not sighting.detail.get("RestoreSummary", {}).get("RestoreInProgress"),
        )
        denied = self._tag(copy, seen.detail["TableArn"])
        return Ready(self._toolkit.seconds_since(seen), words=f"the copy wears no tag: {denied}" if denied else "")

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: a table is all that is made."""
        return ()

    def _tag(self, copy: Copy, arn: str) -> str:
        """Tag the table; return why it may not be tagged: what it was restored from then has to prove it."""
        tags = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
        try:
            self._copies.call("TagResource", ResourceArn=arn, Tags=tags)
        except Denied as denied:
            return denied.message
        return ""

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS began to create the table; of the instant at which it became active it tells nothing."""
        live = table.describe(self._copies, copy.id)
        if live is None:
            return []
        source = "dynamodb:DescribeTable: CreationDateTime"
        return [ServerTime(copy.id, "CREATING", live["CreationDateTime"], source)]

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the table, once proven to be this run's copy."""
        live = self._toolkit.describe_confirmed(lambda: table.describe(self._copies, copy.id))
        if live is None:
            return self._toolkit.never_created(copy)
        if live["TableStatus"] != "DELETING":
            self._toolkit.retry_while(lambda: self._prove_and_delete(copy), "ResourceInUse")
        self._toolkit.wait_until_gone(table.feed(self._copies, self._there), copy, gone(STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        live = table.describe(self._copies, copy.id)
        if live is None:
            return  # gone already: what was wanted
        shown = self._live(copy, live)
        self._toolkit.proofs.prove(copy, shown)
        if TAG not in shown.tags:  # the drill's role may be one that deletes only what wears the tag
            self._tag(copy, live["TableArn"])
        try:
            self._copies.call("DeleteTable", TableName=copy.id)
        except NotFound:
            return  # gone already: what was wanted

    def _live(self, copy: Copy, live: Mapping[str, Any]) -> Live:
        """The table as its deletion is proven: what can wear no tag yet, or may not, was restored from our source."""
        record, since = self._toolkit.proofs.intended(copy), live["CreationDateTime"]
        if record.identity is not None:
            same = record.identity == table.identity(live)
        else:  # the answer to the restore was lost: what appeared under the run's own name after its intent is ours
            same = self._toolkit.proofs.made_since(copy, since)
            if not same and self._is_of_our_point(live):  # it was intended by a clock that was wrong
                same, since = True, None
        worn = table.tags(self._copies, live)
        derived = same and TAG not in worn and self.made_here(live)
        return Live(live["TableName"], table.unique_id(live), worn, derived, since)

    def _is_of_our_point(self, live: Mapping[str, Any]) -> bool:
        """Whether AWS tells of a table that it holds our source as of the very point that the run chose: whatever the
        clocks say, nobody else restores that under the run's own name.
        """
        at = live.get("RestoreSummary", {}).get("RestoreDateTime")
        points = self._toolkit.points() if at is not None and self.made_here(live) else ()
        return any(abs(at - each.data_time) < _SECOND for each in points)

    def made_here(self, live: Mapping[str, Any]) -> bool:
        """Whether AWS tells of a table that it was made of this source."""
        summary = live.get("RestoreSummary", {})
        return str(summary.get("SourceTableArn", "")).endswith(f":table/{self._resource.id}")

    def described(self) -> Mapping[str, Any]:
        """The source as AWS describes it; NotRecoverable where it is not there."""
        return self._source()

    def _ours(self, copy: Copy, live: Mapping[str, Any]) -> Mapping[str, Any]:
        source = str(live.get("RestoreSummary", {}).get("SourceTableArn", ""))
        restored_for_us = source.endswith(f":table/{self._resource.id}")
        asked_for = self._toolkit.proofs.made_since(copy, live["CreationDateTime"]) or self._is_of_our_point(live)
        if not asked_for or (not restored_for_us and table.tags(self._copies, live).get(TAG) != copy.run):
            raise NotRecoverable(f"a table {copy.id} exists already and is not of this run")
        return live

    def _source(self) -> Mapping[str, Any]:
        source = table.describe(self._api, self._resource.id)
        if source is None:
            hint = f"is it in {self._api.region}, in this account?"
            told = f"no DynamoDB table {self._resource.id} in {self._api.region}"
            raise NotRecoverable(told, hint, "dynamodb:DescribeTable")
        self._toolkit.context.described(self._resource, traits(source))
        return source

    def _window(self) -> tuple[datetime, datetime] | None:
        pitr = self._continuous()
        return _bounds(pitr) if pitr else None

    def _continuous(self) -> Mapping[str, Any] | None:
        """The table's continuous backup, None where it is switched off."""
        answer = self._api.call("DescribeContinuousBackups", TableName=self._resource.id)
        pitr: dict[str, Any] = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return pitr if pitr.get("PointInTimeRecoveryStatus") == "ENABLED" else None


def _key(described: Mapping[str, Any]) -> str | None:
    """The customer's key that a table is encrypted with; None where it is one of AWS's own."""
    about = described.get("SSEDescription") or {}
    key: str | None = about.get("KMSMasterKeyArn") if about.get("Status") != "DISABLED" else None
    return key


def _bounds(pitr: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return pitr["EarliestRestorableDateTime"], pitr["LatestRestorableDateTime"]
