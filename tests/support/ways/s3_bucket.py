"""The way to make a copy of an S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

from moto.s3.models import s3_backends

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.s3_bucket.lab.vaulted import back_up
from dr_orchestrator.resources.s3_bucket.restore import S3Bucket
from dr_orchestrator.resources.s3_bucket.vaulted import BucketFromVault
from tests.support.elsewhere import ALIAS, AWAY, copied_points
from tests.support.estate import BUCKET, REGION, VAULT, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import POINT, SOURCE, Never, Outlived, out_of_vault, without


def _copied(made: Estate) -> None:
    """Three points of the bucket in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: back_up(VAULT.name, BUCKET.id, at, AWAY, took=timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    there = {"LocationConstraint": way.copy.region} if way.copy.region != REGION else {}
    way.client("s3").create_bucket(Bucket=way.copy.id, CreateBucketConfiguration={"Tags": tags, **there})


def _remove(way: Way) -> None:
    buckets = s3_backends[ACCOUNT]["aws"]
    buckets.buckets[way.copy.id].keys.clear()
    buckets.delete_bucket(way.copy.id)


def _described(made: Estate) -> dict[str, Any]:
    """All that S3 tells of the source's versions and settings."""
    s3 = made.client("s3")
    versions = s3.list_object_versions(Bucket=BUCKET.id)["Versions"]
    return {"versions": versions, "versioning": s3.get_bucket_versioning(Bucket=BUCKET.id)["Status"]}


def _held() -> Any:
    return s3_backends[ACCOUNT]["aws"].buckets


def _emptied(_point: RecoveryPoint) -> AbstractContextManager[None]:
    """Within: every version is deleted, by a rule of its lifecycle or by hand."""
    found = _held()[BUCKET.id]
    return mock.patch.object(found, "keys", type(found.keys)())


@contextmanager
def _deleted(_point: RecoveryPoint) -> Iterator[None]:
    """Within: the bucket is gone, and no account has one of its name."""
    with without(_held(), BUCKET.id), without(s3_backends.bucket_accounts, BUCKET.id):
        yield


def _count(way: Way) -> int:
    """The objects of a copy."""
    return len(way.client("s3").list_objects_v2(Bucket=way.copy.id)["Contents"])


_GONE = {SOURCE: _deleted}

PITR = Spec(
    name="s3",
    type=BUCKET.type,
    kind=Kind.PITR_RESTORE,
    source=BUCKET,
    restorer=lambda way: S3Bucket(way.resource, way.selection, way.made.toolkit),
    ask="CreateBucket",
    delete="DeleteBucket",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    proving=("ListBuckets", "GetBucketTagging"),
    dies=("", ""),
    pointless=({"kind": "pitr-off"}, "versioning is switched off for bucket images-prod"),
    paged={"s3.ListBuckets": ("MaxBuckets", 1)},
    looks="ListBuckets",
    changes=frozenset({"PutPublicAccessBlock", "PutBucketEncryption", "CopyObject", "DeleteObjects"}),
    vanishes={**_GONE, POINT: _emptied},
    full={"CreateBucket": ("TooManyBuckets",)},
    mistaken=Never("S3 has buckets alone under such names, and lists no others: directory buckets have a suffix"),
    apart=rf" stands in {REGION}, and is declared in",
)
VAULTED = replace(
    PITR,
    name="s3-vault",
    kind=Kind.SNAPSHOT_RESTORE,
    restorer=lambda way: BucketFromVault(way.resource, way.selection, way.made.toolkit, vault=VAULT),
    makes="StartRestoreJob",
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=({"kind": "no-snapshot", "service": "backup"}, "no available recovery point of images in vault nightly"),
    paged={"backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1), "s3.ListBuckets": ("MaxBuckets", 1)},
    changes=frozenset({"PutPublicAccessBlock", "PutBucketEncryption", "DeleteObjects"}),
    vault=VAULT,
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, REGION)},
    full={"CreateBucket": ("TooManyBuckets",), "StartRestoreJob": ("LimitExceededException",)},
)
AWAY_VAULTED = replace(
    VAULTED,
    name="s3-vault-elsewhere",
    source=replace(BUCKET, to=Destination(AWAY, key=ALIAS, standing=True)),
    before=_copied,
    paged={},  # the listings are the same, of a region with fewer buckets
    vanishes={SOURCE: Outlived(_deleted, _count), POINT: lambda point: out_of_vault(point, AWAY)},
)
WAYS = (PITR, VAULTED, AWAY_VAULTED)
