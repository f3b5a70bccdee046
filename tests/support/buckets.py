"""Buckets of S3 that a test makes by hand: somebody else's, with the versions that it needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from moto.s3.models import s3_backends

from dr_orchestrator.domain.service import Resource
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.s3_bucket.lab import inventory as lists
from dr_orchestrator.resources.s3_bucket.shape import Inventory
from tests.support.estate import REGION, Estate

DRILLED = """
  images:
    type: s3-bucket
    id: images-prod
    region: us-east-1
    canary: {key: {object: dro/heartbeat.json}, attribute: at, interval: 1m}
drills:
  images-pitr:
    kind: pitr-restore
    resource: images
    accept: {versioning: the template makes the bucket anew}
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {object: dro/heartbeat.json}, attribute: at, interval: 1m}}
      - {name: images are there, items-at-least: {minimum: 3}}
      - {name: nothing is missing, same-objects: {}}
"""
"""What a workspace writes in place of its line `drills:` to drill the estate's bucket as well."""

SECOND = timedelta(seconds=1)
FIRST = timedelta(days=1) + lists.TAKES
"""How long it takes until the first list of an inventory is there."""

_numbers = itertools.count(1)


def bucket(made: Estate, versioning: str = "Enabled", **own: Any) -> Resource:
    """A bucket as a source; `own` are the keys of its type in drill files."""
    name = f"source-{next(_numbers)}"
    with made.lab.world.at_once(), made.lab.world.as_of(made.clock.now() - timedelta(days=30)):
        backend().create_bucket(name, REGION)
    if versioning:
        backend().put_bucket_versioning(name, versioning)
    return Resource("objects", "s3-bucket", name, REGION, own=own)


def inventory(made: Estate, source: Resource, **told: Any) -> Resource:
    """The source with an inventory that begins now; its first list is there after `FIRST`.

    `told` are words of its configuration that are otherwise, `prefix` where its lists lie.
    """
    into, prefix = f"{source.id}-lists", told.pop("prefix", "s3/lists")
    backend().create_bucket(into, REGION)
    placed = {"Bucket": f"arn:aws:s3:::{into}", "Format": told.pop("Format", "CSV"), "Prefix": prefix}
    configured = {
        "Id": "daily",
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
        "OptionalFields": ["Size", "LastModifiedDate", "StorageClass", "ETag", "ReplicationStatus"],
        "Destination": {"S3BucketDestination": placed},
        **told,
    }
    s3 = made.client("s3")
    s3.put_bucket_inventory_configuration(Bucket=source.id, Id="daily", InventoryConfiguration=configured)
    return replace(source, own={**source.own, "inventory": Inventory(id="daily", bucket=into, prefix=prefix or None)})


def listed(made: Estate) -> None:
    """Wait until the first list of an inventory is there."""
    made.clock.sleep(FIRST.total_seconds() + 60)
    made.client("s3").list_buckets()  # what has become due in the lab is done by the next call


def put(made: Estate, source: Resource, held: Mapping[str, bytes], at: datetime | None = None) -> None:
    """Put objects there, of an instant where one is told, else of a second ago: what is restored is surely of before.

    By calls it would take longer than all the rest.
    """
    with made.lab.world.as_of(at or made.clock.now() - SECOND):
        for key, content in held.items():
            backend().put_object(source.id, key, content)


def drop(made: Estate, source: Resource, keys: Iterable[str], at: datetime | None = None) -> None:
    """Delete objects, as those do who name no version; a second ago, where no instant is told."""
    with made.lab.world.as_of(at or made.clock.now() - SECOND):
        for key in keys:
            backend().delete_object(source.id, key)


def held(name: str) -> dict[str, bytes]:
    """What a bucket holds."""
    keys = backend().buckets[name].keys
    return {key: keys[key].value for key in list(keys) if hasattr(keys[key], "value")}


def backend() -> Any:
    """The lab's own S3."""
    return s3_backends[ACCOUNT]["aws"]
