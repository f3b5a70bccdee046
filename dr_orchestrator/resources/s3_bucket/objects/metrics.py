"""The metrics of S3 in CloudWatch: what a bucket weighs, told once a day, and how far its replication lies behind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.errors import Transient

CALL = "cloudwatch:GetMetricData"
DAILY, LOOKED_BACK = timedelta(days=1), timedelta(days=4)
"""The grain of what a bucket weighs, and how old the newest of it may be: S3 tells each day's a day or two later."""

_COPIED = (
    *("StandardStorage", "StandardIAStorage", "OneZoneIAStorage", "ReducedRedundancyStorage"),
    *("IntelligentTieringFAStorage", "IntelligentTieringIAStorage", "IntelligentTieringAIAStorage"),
    "GlacierInstantRetrievalStorage",
)
"""The storage of what can be copied at once: from the archives nothing comes, and nothing is copied."""

_COMPLETE = "Complete"
"""The word of CloudWatch on a metric of which all is told."""

Told = list[tuple[datetime, float]]
"""The values of one metric, each with the begin of the span that it is of."""


@dataclass(frozen=True)
class Stored:
    """All versions in a bucket, markers and unfinished uploads among them, as S3 counted them one day; their bytes are
    None where it tells none.
    """

    day: datetime
    objects: int
    bytes: int | None


@dataclass(frozen=True)
class Metric:
    """One metric of S3: its name, and the dimensions that it is told by."""

    name: str
    dimensions: Mapping[str, str]
    stat: str = "Average"


def stored(account: Account, bucket: str, until: datetime) -> Stored | None:
    """The newest day's count of a bucket; None where CloudWatch has none of the last days."""
    count = Metric("NumberOfObjects", {"BucketName": bucket, "StorageType": "AllStorageTypes"})
    sizes = [Metric("BucketSizeBytes", {"BucketName": bucket, "StorageType": each}) for each in _COPIED]
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    objects, *weights = read(account, [count, *sizes], midnight - LOOKED_BACK, until, DAILY)
    if not objects:
        return None
    day, number = max(objects)
    newest = [max(each)[1] for each in weights if each]
    return Stored(day, int(number), int(sum(newest)) if newest else None)


def read(account: Account, metrics: Iterable[Metric], since: datetime, until: datetime, grain: timedelta) -> list[Told]:
    """The values of each metric within a time, in the order that they are asked for; Transient where some lack."""
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/S3",
                    "MetricName": each.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in each.dimensions.items()],
                },
                "Period": int(grain.total_seconds()),
                "Stat": each.stat,
            },
        }
        for number, each in enumerate(metrics)
    ]
    found: dict[str, Told] = {str(each["Id"]): [] for each in queries}
    ended = dict.fromkeys(found, "nothing")
    asked = {"MetricDataQueries": queries, "StartTime": since, "EndTime": until}
    for each in account.api("cloudwatch").pages("GetMetricData", "MetricDataResults", **asked):
        values = list(zip(each["Timestamps"], map(float, each["Values"]), strict=False))
        if each["Id"] not in found or not all(0 <= value < math.inf for _, value in values):
            raise Strange(f"it tells {each['Id']} of {each['Values']}", CALL)
        found[each["Id"]] += values
        ended[each["Id"]] = str(each.get("StatusCode") or _COMPLETE)
    # on a page before the last it is PartialData; what stays so, or is missing, would be taken for all that there was
    if lacking := sorted({each for each in ended.values() if each != _COMPLETE}):
        raise Transient(f"CloudWatch told not all that was asked of S3: {', '.join(lacking)}", call=CALL)
    return list(found.values())
