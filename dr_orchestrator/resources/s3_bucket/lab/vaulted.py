"""The recovery points that AWS Backup keeps of buckets, and how it fills a bucket with one of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from moto.backup.models import backup_backends
from moto.core.exceptions import ServiceException
from moto.kms.models import kms_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, s3_backends

from dr_orchestrator.lab.cloud.lifecycle import MINUTE, passing
from dr_orchestrator.lab.cloud.vaulting import TAKES, Kept, Passing, Restores
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets

_FILL = 6 * MINUTE


@dataclass(frozen=True)
class _Object:
    """An object of a recovery point, with its tags."""

    key: FakeKey
    tags: Mapping[str, str]


def back_up(
    vault: str,
    bucket: str,
    at: datetime | None = None,
    region: str = REGION,
    account: str = ACCOUNT,
    took: timedelta = TAKES,
) -> Kept:
    """Keep a bucket in a vault as it was at an instant.

    `region` and `account` are those of the vault, into which it was copied where they are others, within what it `took`
    altogether.
    """
    there = cast(Vaults, backup_backends[account][region])
    return there.keep(vault, f"arn:aws:s3:::{bucket}", "S3", at or world().now(), took=took)


def _metadata(arn: str) -> Mapping[str, str]:
    name = arn.rpartition(":")[2]
    return {"DestinationBucketName": name, "NewBucket": "false"} if name in _backend().buckets else {}


def _holds(arn: str, at: datetime) -> Sequence[_Object]:
    """The objects of a bucket as of an instant, which nobody takes away by what is done to the bucket."""
    backend = _backend()
    found = backend.buckets.get(arn.rpartition(":")[2])
    keys = [each for name in list(found.keys) if (each := _as_of(found, name, at))] if found else []
    return [_Object(_kept(each), backend.tagger.get_tag_dict_for_resource(each.arn)) for each in keys]


def _kept(key: Any) -> FakeKey:
    """A version with bytes of its own, once for all points that hold it."""
    if "held_by_points" not in key.__dict__:
        key.held_by_points = copy.copy(key)
    return cast(FakeKey, key.held_by_points)


def _restore(point: Kept, metadata: Mapping[str, str]) -> Passing:
    """The objects of the point, put into a bucket that has to be there, all of them at the end.

    It has to stand where the vault of the point is, in the account that has it restored.
    """
    region, account, into = point.point.split(":")[3], point.into or ACCOUNT, metadata["DestinationBucketName"]
    backend = _backend(account)
    if into not in backend.buckets or backend.buckets[into].region_name != region:
        raise MissingBucket(into)
    owned = "BucketOwnerEnforced" in str(backend.buckets[into].ownership_rule)
    if owned and metadata.get("restoreACLs", "true") != "false":
        raise ServiceException("AccessControlListNotSupported", "The bucket does not allow ACLs")
    held = cast(Sequence[_Object], point.held)
    under = [_encrypted(each.key, metadata, region, account) for each in held]
    filling = Passing(f"arn:aws:s3:::{into}", passing([("RUNNING", _FILL)], "COMPLETED"))
    world().agenda.at(filling.ends, lambda: _fill(backend, into, list(zip(held, under, strict=True))))
    return filling


def _encrypted(key: FakeKey, metadata: Mapping[str, str], region: str, account: str) -> dict[str, str | None]:
    """How an object is encrypted: by the key that it had, or as it is said; each has to be one of the place."""
    match metadata["EncryptionType"]:
        case "original":
            found = {"encryption": key.encryption, "kms_key_id": key.kms_key_id}
        case "SSE-KMS":
            found = {"encryption": "aws:kms", "kms_key_id": metadata.get("KMSKey")}
        case _:
            found = {"encryption": "AES256", "kms_key_id": None}
    if (of := found["kms_key_id"]) and of.rpartition("/")[2] not in kms_backends[account][region].keys:
        raise ServiceException("KMS.NotFoundException", f"Key {of} does not exist in {region} of {account}")
    return found


def _fill(backend: Buckets, into: str, held: Sequence[tuple[_Object, dict[str, str | None]]]) -> None:
    for each, under in held if into in backend.buckets else ():
        backend.copy_object(each.key, into, each.key.name, **under)
        if each.tags:
            made = backend.buckets[into].keys[each.key.name]
            backend.tagger.tag_resource(made.arn, backend.tagger.convert_dict_to_tags_input(dict(each.tags)))


def _as_of(bucket: Any, name: str, at: datetime) -> FakeKey | None:
    """The version of an object at an instant; None where there was none, or it was deleted."""
    versions = bucket.keys.getlist(name, [])
    before = [each for each in versions if each.last_modified.replace(tzinfo=UTC) <= at]
    return before[-1] if before and isinstance(before[-1], FakeKey) else None


def _backend(account: str = ACCOUNT) -> Buckets:
    return cast(Buckets, s3_backends[account]["aws"])


VAULTED = {
    "S3": Restores(_metadata, _restore, ("NewBucket", "EncryptionType", "DestinationBucketName"), _holds),
}
