"""The words of S3 to CloudWatch on each bucket, once a day: of all of its versions, as moto has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.cloudwatch.models import Dimension, MetricDatum
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from dr_orchestrator.lab.cloud.world import naive, world

_STORAGE = {
    "STANDARD": "StandardStorage",
    "STANDARD_IA": "StandardIAStorage",
    "ONEZONE_IA": "OneZoneIAStorage",
    "REDUCED_REDUNDANCY": "ReducedRedundancyStorage",
    "INTELLIGENT_TIERING": "IntelligentTieringFAStorage",
    "GLACIER_IR": "GlacierInstantRetrievalStorage",
    "GLACIER": "GlacierStorage",
    "DEEP_ARCHIVE": "DeepArchiveStorage",
}


def _metrics(_backend: type[S3Backend], account_id: str, region: str) -> list[MetricDatum]:
    buckets = list(s3_backends[account_id][get_partition(region)].buckets.values())
    return [told for each in buckets if each.region_name == region for told in _of(each)]


def _of(bucket: Any) -> Iterator[MetricDatum]:
    """The count of what was there at midnight, the day's begin; a bucket that is younger has none."""
    day = naive(world().now()).replace(hour=0, minute=0, second=0, microsecond=0)
    if naive(bucket.creation_date) > day:
        return
    versions = [each for key in list(bucket.keys) for each in bucket.keys.getlist(key, []) if each.last_modified <= day]
    sizes: dict[str, int] = {}
    for each in versions:
        of = _STORAGE.get(getattr(each, "storage_class", ""))
        if of is not None:
            sizes[of] = sizes.get(of, 0) + each.size
    for of, size in sizes.items():
        yield _datum(bucket, "BucketSizeBytes", of, size, day, "Bytes")
    yield _datum(bucket, "NumberOfObjects", "AllStorageTypes", len(versions), day, "Count")


def _datum(bucket: Any, name: str, of: str, value: int, day: Any, unit: str) -> MetricDatum:
    dimensions = [{"Name": "StorageType", "Value": of}, {"Name": "BucketName", "Value": bucket.name}]
    return MetricDatum("AWS/S3", name, value, dimensions, day, unit)


def _before(one: Dimension, other: Dimension) -> bool:
    """moto's order is none: the dimensions of a query are those of a metric only where both are told alike."""
    return (str(one.name), str(one.value)) < (str(other.name), str(other.value))


PATCHES = ((S3Backend, "get_cloudwatch_metrics", classmethod(_metrics)), (Dimension, "__lt__", _before))
