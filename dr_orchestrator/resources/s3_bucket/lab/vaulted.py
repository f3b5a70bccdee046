"""The recovery points that AWS Backup keeps of buckets, and how it fills a bucket with one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from moto.core.exceptions import ServiceException
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, s3_backends

from dr_orchestrator.lab.cloud.lifecycle import MINUTE, Timeline, passing
from dr_orchestrator.lab.cloud.vaulting import Kept, Restores
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets

_FILL = 6 * MINUTE


@dataclass(frozen=True)
class _Filling:
    arn: str
    timeline: Timeline

    @property
    def ends(self) -> datetime:
        """When all of it is there."""
        return self.timeline.ends

    @property
    def state(self) -> str:
        """Until then it is at work."""
        return self.timeline.at(world().now())


def back_up(vault: str, bucket: str, at: datetime | None = None) -> Kept:
    """Keep a bucket in a vault as it was at an instant."""
    return vaults().keep(vault, f"arn:aws:s3:::{bucket}", "S3", at or world().now())


def _metadata(arn: str) -> Mapping[str, str]:
    name = arn.rpartition(":")[2]
    return {"DestinationBucketName": name, "NewBucket": "false"} if name in _backend().buckets else {}


def _restore(point: Kept, metadata: Mapping[str, str]) -> _Filling:
    """The objects of the point, put into a bucket that has to be there, all of them at the end."""
    backend, into = _backend(), metadata["DestinationBucketName"]
    if into not in backend.buckets:
        raise MissingBucket(into)
    owned = "BucketOwnerEnforced" in str(backend.buckets[into].ownership_rule)
    if owned and metadata.get("restoreACLs", "true") != "false":
        raise ServiceException("AccessControlListNotSupported", "The bucket does not allow ACLs")
    filling = _Filling(f"arn:aws:s3:::{into}", passing([("RUNNING", _FILL)], "COMPLETED"))
    source = point.arn.rpartition(":")[2]
    held = [found for name in list(backend.buckets[source].keys) if (found := _as_of(source, name, point.at))]
    world().agenda.at(filling.ends, lambda: _fill(into, held))
    return filling


def _fill(into: str, held: list[FakeKey]) -> None:
    backend = _backend()
    for each in held if into in backend.buckets else ():
        backend.copy_object(each, into, each.name)


def _as_of(bucket: str, name: str, at: datetime) -> FakeKey | None:
    """The version of an object at an instant; None where there was none, or it was deleted."""
    versions: Any = _backend().buckets[bucket].keys.getlist(name, [])
    before = [each for each in versions if each.last_modified.replace(tzinfo=UTC) <= at]
    return before[-1] if before and isinstance(before[-1], FakeKey) else None


def _backend() -> Buckets:
    return cast(Buckets, s3_backends[ACCOUNT]["aws"])


VAULTED = {"S3": Restores(_metadata, _restore, ("NewBucket", "DestinationBucketName"))}
