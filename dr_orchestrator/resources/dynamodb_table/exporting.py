"""The export of a table as of an instant, into the bucket of the account that the environment stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.name import EXPORT

STATES = States(
    ready=frozenset({"COMPLETED"}), dead=frozenset({"FAILED"}), progress=frozenset({"IN_PROGRESS", "absent"})
)
_ENDED = States(ready=frozenset({"COMPLETED", "FAILED"}), progress=frozenset({"IN_PROGRESS", "absent"}))
DESCRIBE = "dynamodb:DescribeExport"
GIB = 1024**3


def planned(made: Copy) -> Copy:
    """The export by which a table comes to where it is made: named like that, beside its source."""
    region = made.source.place.region if made.source is not None else made.region
    return replace(made, type=EXPORT, account="", region=region)


def described(api: Api, arn: str) -> Mapping[str, Any] | None:
    """An export as AWS describes it; None where it does not know one."""
    try:
        found: Mapping[str, Any] = api.call("DescribeExport", ExportArn=arn)["ExportDescription"]
    except NotFound:
        return None
    return found


def listed(api: Api, operation: str, key: str, arn: str) -> Iterator[Mapping[str, Any]]:
    """All exports, or imports, of a table: botocore knows no pages of them, though AWS gives them so."""
    after: dict[str, str] = {}
    while True:
        told = api.call(operation, TableArn=arn, **after)
        yield from told.get(key, ())
        if not told.get("NextToken"):
            return
        after = {"NextToken": str(told["NextToken"])}


@dataclass(frozen=True)
class Into:
    """The bucket that an export is written into, and the account that it has to be of."""

    bucket: str
    owner: str


class Export:
    """An export of a table; a Part. Without a `point` it is only waited out: AWS ends none before its time."""

    def __init__(
        self,
        resource: Resource,
        toolkit: Toolkit,
        copy: Copy,
        point: RecoveryPoint | None = None,
        into: Into | None = None,
    ) -> None:
        self.copy, self.title = copy, f"export of {resource.name}"
        self._resource, self._toolkit, self._point, self._into = resource, toolkit.at(copy.place), point, into
        self._api = self._toolkit.account.api("dynamodb")

    def billed(self, name: str = "") -> Billed:
        """The size of what is exported, which AWS tells once it is."""
        return Billed(besides=f"what {name or 'an export'} writes, by the GiB")

    def ask(self) -> Asked:
        """Ask for the export; AWS takes the same token for the same one, so that none is made twice."""
        if self._point is None or self._into is None:
            raise NotMeasured(f"nothing tells what {self.copy.id} is an export of")
        answer = self._api.call(
            "ExportTableToPointInTime",
            TableArn=self._arn(),
            ExportTime=self._point.data_time,
            ClientToken=self.copy.id,
            S3Bucket=self._into.bucket,
            S3BucketOwner=self._into.owner,
            S3Prefix=self.copy.id,
            ExportFormat="DYNAMODB_JSON",
        )
        arn = str(answer["ExportDescription"]["ExportArn"])
        return Asked(Identity(arn, arn))

    def ready(self) -> Ready:
        """Wait until all of it is written; NotRecoverable, with AWS's reason, where it is not."""
        arn = self._toolkit.proofs.intended(self.copy).identity
        if arn is None:
            raise NotMeasured(f"{self.copy.id} was not asked for", call="dynamodb:ExportTableToPointInTime")
        try:
            seen = self._toolkit.wait_until_ready(self._feed(arn.arn), self.copy, STATES)
        except NotRecoverable as failed:
            told = described(self._api, arn.arn) or {}
            why = ": ".join(filter(None, (told.get("FailureCode"), told.get("FailureMessage"))))
            hint = "the bucket's policy lets the role of drills write there; `dro iam` prints both rights"
            raise NotRecoverable(f"{failed.message}; {why}" if why else failed.message, hint, DESCRIBE) from failed
        size = float(seen.detail.get("BilledSizeBytes", 0)) / GIB
        words = f"{counted(int(seen.detail.get('ItemCount', 0)), 'item')} exported, {size:.1f} GiB"
        return Ready(self._toolkit.seconds_since(seen), words=words)

    def destroy(self, copy: Copy) -> CopyState:
        """Wait until AWS writes no more: what it wrote goes with the table; of the export a record alone is kept."""
        known = self._toolkit.proofs.intended(copy).identity
        arn = known.arn if known else self._toolkit.retry_transient(self._lost)
        if not arn:
            return self._toolkit.never_created(copy)
        self._toolkit.watcher.wait(
            self._feed(arn),
            copy.id,
            _ENDED,
            ceiling=self._toolkit.ceiling,
            observe=lambda state: self._toolkit.context.observe(copy, state),
        )
        return CopyState.DELETED

    def _lost(self) -> str:
        """The export of which the answer was lost, by where it is written; empty where there is none."""
        for each in listed(self._api, "ListExports", "ExportSummaries", self._arn()):
            found = described(self._api, str(each["ExportArn"])) or {}
            if found.get("S3Prefix") == self.copy.id:
                return str(each["ExportArn"])
        return ""

    def _arn(self) -> str:
        source = table.describe(self._api, self._resource.id)
        if source is None:
            raise NotRecoverable(f"no DynamoDB table {self._resource.id}", call="dynamodb:DescribeTable")
        return str(source["TableArn"])

    def _feed(self, arn: str) -> Feed:
        def look(_: Iterable[str]) -> dict[str, Sighting]:
            found = described(self._api, arn)
            return {self.copy.id: Sighting(str(found["ExportStatus"]), found)} if found else {}

        return self._toolkit.watcher.feed((self._api.endpoint, self._api.region, arn, "export"), look)
