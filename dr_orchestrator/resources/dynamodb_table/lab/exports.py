"""Exports of tables into buckets, which may be another account's, and tables that are made of them: for real."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.lifecycle import Timeline, passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.table import ERROR, JournalledTable

EXPORT, IMPORT = 9 * lifecycle.MINUTE, 7 * lifecycle.MINUTE
"""Lab seconds, about the same for a small table and for a large one."""


@dataclass
class Job:
    """An export, or an import: what was asked for, and how far it is."""

    arn: str
    asked: Mapping[str, Any]
    timeline: Timeline
    told: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, str] = field(default_factory=dict)

    def describe(self, of: str) -> dict[str, Any]:
        """The description of it by now; how many items there were only once it is over."""
        status = self.timeline.at(world().now())
        over = {**self.told, "EndTime": self.timeline.ends} if status != "IN_PROGRESS" else {}
        asked = {key: value for key, value in self.asked.items() if key not in ("ClientToken", "ExportTime")}
        begun = {"StartTime": self.timeline.began}
        return {f"{of}Arn": self.arn, f"{of}Status": status, **asked, **begun, **self.failure, **over}


def _jobs(backend: DynamoDb, of: str) -> dict[str, Job]:
    """The jobs of a kind of one account's DynamoDB in a region, by their ARNs."""
    known: dict[str, dict[str, Job]] = vars(backend).setdefault("jobs", {"Export": {}, "Import": {}})
    return known[of]


def _job(handler: DynamoHandler, of: str) -> Job:
    found = _jobs(cast(DynamoDb, handler.dynamodb_backend), of).get(handler.body[f"{of}Arn"])
    if found is None:
        raise JsonRESTError(f"{ERROR}{of}NotFoundException", f"{of} not found: {handler.body[f'{of}Arn']}")
    return found


def _known(jobs: Mapping[str, Job], asked: Mapping[str, Any]) -> Job | None:
    """The job that was asked for by the same token."""
    token = asked.get("ClientToken")
    return next((each for each in jobs.values() if token and each.asked.get("ClientToken") == token), None)


def _export(self: DynamoHandler) -> ActionResult:
    asked, backend = self.body, cast(DynamoDb, self.dynamodb_backend)
    jobs = _jobs(backend, "Export")
    if (job := _known(jobs, asked)) is None:
        source = cast(JournalledTable, backend.get_table(str(asked["TableArn"]).rpartition("/")[2]))
        items = [copy.deepcopy(each) for each in source.as_of(source.instant({"RestoreDateTime": asked["ExportTime"]}))]
        fate = world().faults.fate("dynamodb", "ExportTableToPointInTime", source.name)
        job = Job(
            f"{source.table_arn}/export/{int(world().now().timestamp() * 1000):014d}-{uuid4().hex[:8]}",
            asked,
            passing([("IN_PROGRESS", EXPORT)], "COMPLETED", fate),
            {"ItemCount": len(items), "BilledSizeBytes": sum(len(str(each)) for each in items)},
        )
        jobs[job.arn] = job
        if refused := _refused(backend.account_id, asked):
            job.timeline, job.failure = lifecycle.settled("FAILED"), refused
        elif job.timeline.final == "COMPLETED":
            made = job
            world().agenda.at(job.timeline.ends, lambda: _write(made, items))
    return DynamoResult({"ExportDescription": job.describe("Export")})


def _refused(account: str, asked: Mapping[str, Any]) -> dict[str, str]:
    """Why an account may not write into a bucket: it is none, or its owner's policy does not let it."""
    owner = str(asked.get("S3BucketOwner") or account)
    bucket = s3_backends[owner]["aws"].buckets.get(asked["S3Bucket"])
    if bucket is None:
        return {"FailureCode": "S3NoSuchBucket", "FailureMessage": "The specified bucket does not exist"}
    if owner != account and not (account in (text := (bucket.policy or b"").decode()) and "s3:PutObject" in text):
        return {"FailureCode": "S3AccessDenied", "FailureMessage": "Access Denied"}
    return {}


def _write(job: Job, items: list[dict[str, Any]]) -> None:
    """Write what was exported: two files of data, and the manifest that names them."""
    s3 = s3_backends[str(job.asked["S3BucketOwner"])]["aws"]
    lead = f"{job.asked['S3Prefix']}/AWSDynamoDB/{job.arn.rpartition('/')[2]}"
    for number in range(2):
        lines = "".join(json.dumps({"Item": each}) + "\n" for each in items[number::2])
        s3.put_object(job.asked["S3Bucket"], f"{lead}/data/{number}.json.gz", gzip.compress(lines.encode()))
    s3.put_object(job.asked["S3Bucket"], f"{lead}/manifest-summary.json", json.dumps(len(items)).encode())


def _import(self: DynamoHandler) -> ActionResult:
    asked, backend = self.body, cast(DynamoDb, self.dynamodb_backend)
    jobs = _jobs(backend, "Import")
    if (job := _known(jobs, asked)) is None:
        given = asked["TableCreationParameters"]
        made = cast(
            JournalledTable,
            backend.create_table(
                given["TableName"],
                schema=given["KeySchema"],
                attr=given["AttributeDefinitions"],
                throughput=given.get("ProvisionedThroughput"),
                billing_mode=given.get("BillingMode", "PROVISIONED"),
                global_indexes=given.get("GlobalSecondaryIndexes") or [],
                indexes=None,
                streams=None,
                sse_specification=None,
                tags=[],
                deletion_protection_enabled=False,
                warm_throughput=None,
            ),
        )
        fate = world().faults.fate("dynamodb", "ImportTable", made.name)
        timeline = passing([("IN_PROGRESS", IMPORT)], "COMPLETED", fate)
        made.timeline = Timeline(timeline.began, tuple((until, "CREATING") for until, _ in timeline.steps), "ACTIVE")
        job = Job(f"{made.table_arn}/import/{uuid4().hex[:16]}", asked, timeline)
        jobs[job.arn] = job
        job.told = _fill(made, asked["S3BucketSource"])
    return DynamoResult(
        {"ImportTableDescription": {**job.describe("Import"), "TableArn": job.arn.split("/import/")[0]}}
    )


def _fill(made: JournalledTable, source: Mapping[str, str]) -> dict[str, int]:
    imported = refused = 0
    for each in _read(source, str(source["S3BucketOwner"])):
        try:
            Table.put_item(made, copy.deepcopy(each))
        except Exception:  # noqa: BLE001 - whatever is wrong with an item, AWS goes on with the next
            refused += 1
        else:
            made.remember(world().now(), each)
            imported += 1
    return {"ImportedItemCount": imported, "ProcessedItemCount": imported + refused, "ErrorCount": refused}


def _read(source: Mapping[str, str], owner: str) -> Iterator[dict[str, Any]]:
    s3 = s3_backends[owner]["aws"]
    for key in sorted(s3.buckets[source["S3Bucket"]].keys.keys()):
        if key.startswith(source.get("S3KeyPrefix", "")):
            found: Any = s3.get_object(source["S3Bucket"], key)
            for line in gzip.decompress(found.value).splitlines():
                yield json.loads(line)["Item"]


def _describe_export(self: DynamoHandler) -> ActionResult:
    return DynamoResult({"ExportDescription": _job(self, "Export").describe("Export")})


def _describe_import(self: DynamoHandler) -> ActionResult:
    return DynamoResult({"ImportTableDescription": _job(self, "Import").describe("Import")})


def _list(handler: DynamoHandler, of: str, key: str) -> ActionResult:
    table = handler.body["TableArn"]
    jobs = _jobs(cast(DynamoDb, handler.dynamodb_backend), of).values()
    return DynamoResult({key: [each.describe(of) for each in jobs if each.arn.startswith(f"{table}/")]})


def _list_exports(self: DynamoHandler) -> ActionResult:
    return _list(self, "Export", "ExportSummaries")


def _list_imports(self: DynamoHandler) -> ActionResult:
    return _list(self, "Import", "ImportSummaryList")


PATCHES = (
    (DynamoHandler, "export_table_to_point_in_time", _export),
    (DynamoHandler, "describe_export", _describe_export),
    (DynamoHandler, "list_exports", _list_exports),
    (DynamoHandler, "import_table", _import),
    (DynamoHandler, "describe_import", _describe_import),
    (DynamoHandler, "list_imports", _list_imports),
)
