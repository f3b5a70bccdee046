"""A table of an environment in another account: DynamoDB makes it of an export of production's, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.preflight import place
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import declared, exporting, leaving, table
from dr_orchestrator.resources.dynamodb_table.exporting import Export, Into
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable

STATES = States(
    ready=frozenset({"COMPLETED"}),
    dead=frozenset({"FAILED", "CANCELLED", "CANCELLING"}),
    progress=frozenset({"IN_PROGRESS", "absent"}),
)
ITEMS = "`fill: items` at the store copies its items one by one"
_TAKES = ("AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexes")
"""The properties of a table that DynamoDB takes with an import; the rest comes with its stack's update."""

_IMPORT, _DESCRIBE = "dynamodb:ImportTable", "dynamodb:DescribeImport"
_SCRIPT = "take flows/replica_rebuild.py as `dro init` writes it"


class _Imported(DynamoTable):
    """Such a table where it stands: what it was imported from proves it, as long as it wears no tag."""

    def __init__(self, resource: Resource, toolkit: Toolkit, copy: Copy) -> None:
        super().__init__(resource, None, toolkit)
        self._copy = copy

    def made_here(self, live: Mapping[str, Any]) -> bool:
        """Whether AWS tells of its import from what this run had exported."""
        return bool(self.job_of(live))

    def job_of(self, live: Mapping[str, Any]) -> str:
        """The import that made a table of what this run had exported, by its ARN; empty where AWS tells of none."""
        found = exporting.listed(self._api, "ListImports", "ImportSummaryList", str(live["TableArn"]))
        beginning = f"{self._copy.id}/"
        ours = (each for each in found if str(each["S3BucketSource"].get("S3KeyPrefix", "")).startswith(beginning))
        return next((str(each["ImportArn"]) for each in ours), "")

    def tag(self, copy: Copy, arn: str) -> str:
        """Tag the table; return why it may not be tagged."""
        return self._tag(copy, arn)


class ImportedTable:
    """Makes a table of an export: in the account of the environment, by production's alone that it is read; a Restorer.

    The export is asked for ahead, as a copy of the run of its own; then `restore` asks for the table. Without `into` it
    only takes tables down.
    """

    def __init__(
        self, resource: Resource, selection: Selection | None, toolkit: Toolkit, into: Into | None = None
    ) -> None:
        self._resource, self._toolkit, self._into = resource, toolkit, into
        self._source = DynamoTable(resource, selection, toolkit)

    def ahead(self, point: RecoveryPoint, copy: Copy) -> Part:
        """The export of which the table is made."""
        return Export(self._resource, self._toolkit, exporting.planned(copy), point, self._into)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """The source and its continuous backup, what an import cannot make, the bucket, and the name of the copy."""
        return [
            *(each for each in self._source.preflight_checks(copy) if each.name == "source"),
            PreflightCheck("local indexes", self._look_at_indexes),
            PreflightCheck("bucket of exports", lambda: leaving.look(self._at(copy), copy, self._in)),
            PreflightCheck("policy of the bucket", lambda: self._look_at_policy(copy), must=False),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
        ]

    def billed(self, name: str = "") -> Billed:
        """As a restored table, besides what export and import cost by the GiB."""
        return self._source.billed(name)

    def choose(self) -> RecoveryPoint:
        """As for a table that is restored."""
        return self._source.choose()

    def worst_case(self, until: Any) -> WorstCase | None:
        """As for a table that is restored."""
        return self._source.worst_case(until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:  # noqa: ARG002 - the export is of that instant
        """Ask for the table of what was exported."""
        made = self._toolkit.proofs.record(exporting.planned(copy))
        if made is None or made.identity is None:
            raise NotMeasured(f"{self._resource.name} is to be imported, and was not exported before", _SCRIPT)
        self._look_at_indexes()
        api = self._api(copy)
        try:
            told = api.call(
                "ImportTable",
                ClientToken=copy.id,
                S3BucketSource={
                    "S3Bucket": self._in.bucket,
                    "S3BucketOwner": self._in.owner,
                    "S3KeyPrefix": f"{copy.id}/AWSDynamoDB/{made.identity.arn.rpartition('/')[2]}/data/",
                },
                InputFormat="DYNAMODB_JSON",
                InputCompressionType="GZIP",
                TableCreationParameters={"TableName": copy.id, **self._creation()},
            )["ImportTableDescription"]
        except Refused as refused:
            existing = table.describe(api, copy.id) if refused.code == "ResourceInUseException" else None
            job = self._imported(copy).job_of(existing) if existing is not None else ""
            if not job:
                raise
            return Asked(job=job)  # it may be under way still: its end is awaited, and its items are counted
        return Asked(job=str(told["ImportArn"]))

    def ready(self, copy: Copy) -> Ready:
        """Wait until every item is there, and as many as were exported; only then is the table tagged."""
        job = self._toolkit.proofs.intended(copy).job
        if not job:
            raise NotMeasured(
                f"nothing tells by which import {copy.id} was made, nor whether it has ended", call=_IMPORT
            )
        told = self._await(copy, job)
        self._raise_unless_whole(copy, told)
        live = table.describe(self._api(copy), copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="dynamodb:DescribeTable")
        words = f"{counted(int(told['ImportedItemCount']), 'item')} imported"
        if denied := self._imported(copy).tag(copy, live["TableArn"]):
            words += f"; the copy wears no tag: {denied}"
        return Ready(0.0, table.identity(live), words)

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: the table is all that is made."""
        return ()

    def isolated(self, copy: Copy) -> Seen:
        """Prove that the live table is that of this run, in the account and region of the environment."""
        live = table.describe(self._api(copy), copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="dynamodb:DescribeTable")
        self._toolkit.proofs.same(copy, table.unique_id(live))
        return Seen(place.same(live["TableArn"], copy.region, copy.account))

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS began and ended the import, by its own clock."""
        job = self._toolkit.proofs.intended(copy).job
        told = _described(self._api(copy), job) if job else None
        found = (
            [(state, told.get(key)) for state, key in (("IMPORTING", "StartTime"), ("IMPORTED", "EndTime"))]
            if told
            else []
        )
        return [ServerTime(copy.id, state, at, f"{_DESCRIBE}: {state}") for state, at in found if at is not None]

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the table, once proven to be this run's, and what was exported for it; an import is waited out."""
        there, row = self._at(copy), self._toolkit.proofs.intended(copy)
        if row.asked:
            self._wait_out(copy, row.job)
        absent = table.describe(there.account.api("dynamodb"), copy.id) is None
        over = (
            row.asked and absent and (_described(self._api(copy), row.job) or {}).get("ImportStatus") != "IN_PROGRESS"
        )
        state = CopyState.DELETED if over else self._imported(copy).destroy(copy)
        leaving.clear(there, copy)
        return state

    @property
    def _in(self) -> Into:
        if self._into is None:
            raise NotMeasured(f"nothing tells where {self._resource.name} was exported to")
        return self._into

    def _at(self, copy: Copy) -> Toolkit:
        return self._toolkit.at(copy.place)

    def _api(self, copy: Copy) -> Api:
        return self._at(copy).account.api("dynamodb")

    def _imported(self, copy: Copy) -> _Imported:
        return _Imported(self._resource, self._at(copy), copy)

    def _creation(self) -> dict[str, Any]:
        """The table as its source is, in what an import takes."""
        found = self._source.described()
        told = declared.properties(found)
        return {key: told[key] for key in _TAKES if key in told}

    def _look_at_indexes(self) -> str:
        if indexes := [str(each["IndexName"]) for each in self._source.described().get("LocalSecondaryIndexes") or ()]:
            told = f"{self._resource.id} has local indexes, which no import makes: {', '.join(indexes)}"
            raise NotRecoverable(told, ITEMS, _IMPORT)
        return "it has no local index"

    def _look_at_name(self, copy: Copy) -> str:
        api, live = self._api(copy), None
        if (found := table.describe(api, copy.id)) is not None:
            worn, ours = table.tags(api, found), self._imported(copy).made_here(found)
            live = Live(copy.id, table.unique_id(found), worn, ours, found.get("CreationDateTime"))
        return self._toolkit.proofs.name_is_free(copy, live, "a table")

    def _look_at_policy(self, copy: Copy) -> str:
        ours = self._toolkit.account.caller().account
        try:
            told = leaving.policy(self._at(copy), self._in)
        except DrillFault as fault:
            raise Doubt(f"the policy of {self._in.bucket} cannot be read: {fault.message}") from fault
        if ours not in told or "s3:Put" not in told:
            raise Doubt(
                f"the policy of {self._in.bucket} does not seem to let account {ours} write there (s3:PutObject)"
            )
        return f"account {ours} may write into {self._in.bucket}"

    def _await(self, copy: Copy, job: str) -> Mapping[str, Any]:
        try:
            return self._toolkit.wait_until_ready(self._feed(copy, job), copy, STATES).detail
        except NotRecoverable as failed:
            told = _described(self._api(copy), job) or {}
            why = ": ".join(filter(None, (told.get("FailureCode"), told.get("FailureMessage"))))
            errors = f"{counted(told.get('ErrorCount', 0), 'item')} refused" if told.get("ErrorCount") else ""
            log = f"see the log group {told['CloudWatchLogGroupArn']}" if told.get("CloudWatchLogGroupArn") else ITEMS
            message = "; ".join(filter(None, (failed.message, why, errors)))
            raise NotMeasured(f"DynamoDB did not import {self._resource.name}: {message}", log, _DESCRIBE) from failed

    def _raise_unless_whole(self, copy: Copy, told: Mapping[str, Any]) -> None:
        """NotMeasured where an item was refused on the way, or lost: it is our way, and no fault of the backup."""
        export = self._toolkit.proofs.intended(exporting.planned(copy)).identity
        found = exporting.described(self._toolkit.account.api("dynamodb"), export.arn) if export else None
        if found is None or "ItemCount" not in found or "ImportedItemCount" not in told:
            unknown = f"AWS does not tell how many items of {self._resource.name} were exported and imported"
            raise NotMeasured(f"{unknown}: nothing shows that all of them are there", ITEMS, exporting.DESCRIBE)
        imported, refused, wanted = (
            int(told["ImportedItemCount"]),
            int(told.get("ErrorCount", 0)),
            int(found["ItemCount"]),
        )
        if refused or imported != wanted:
            message = (
                f"of {counted(wanted, 'item')} of {self._resource.name} {imported:,} were imported, {refused:,} refused"
            )
            raise NotMeasured(message, ITEMS, _DESCRIBE)

    def _wait_out(self, copy: Copy, job: str) -> None:
        """Wait until an import has ended, which nobody can stop."""
        ended = States(ready=STATES.ready | STATES.dead, progress=STATES.progress)
        self._toolkit.watcher.wait(
            self._feed(copy, job),
            copy.id,
            ended,
            ceiling=self._toolkit.ceiling,
            observe=lambda state: self._toolkit.context.observe(copy, state),
        )

    def _feed(self, copy: Copy, job: str) -> Feed:
        api = self._api(copy)

        def look(_: Iterable[str]) -> dict[str, Sighting]:
            found = _described(api, job)
            return {copy.id: Sighting(str(found["ImportStatus"]), found)} if found else {}

        return self._toolkit.watcher.feed((api.endpoint, api.region, job, "import"), look)


def _described(api: Api, job: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = api.call("DescribeImport", ImportArn=job)["ImportTableDescription"]
    except NotFound:
        return None
    return found
