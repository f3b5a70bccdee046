"""The inventories of buckets as S3 makes them: moto keeps the configuration, but for which versions, and makes no list.

Only CSV is made here, of the other forms nothing.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote_plus

from moto.s3.models import FakeKey
from moto.s3.responses import S3Response

from dr_orchestrator.lab.cloud.world import world

TAKES = timedelta(hours=3)
"""How long S3 takes from its look at the bucket until the list is there."""

ALL = "All"
_EVERY = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}
_ROWS = 50_000
"""Rows of a file."""


class Stores(Protocol):
    """The buckets of an account."""

    buckets: Any

    def put_object(self, bucket_name: str, key_name: str, value: bytes, /) -> Any:
        """Put an object."""


@dataclass(frozen=True)
class Configured:
    """An inventory of a bucket, as somebody has configured it."""

    id: str
    bucket: str
    into: str
    prefix: str
    of: str
    versions: str
    fields: tuple[str, ...]
    every: timedelta

    @classmethod
    def of_body(cls, bucket: str, told: Mapping[str, Any]) -> Configured | None:
        """As moto reads a request; None where it is switched off, or no CSV is wanted."""
        there = told["Destination"]["S3BucketDestination"]
        if told["IsEnabled"] != "true" or there["Format"] != "CSV":
            return None
        fields = (told.get("OptionalFields") or {}).get("Field", [])
        return cls(
            told["Id"],
            bucket,
            there["Bucket"].rpartition(":")[2],
            str(there.get("Prefix") or "").strip("/"),
            str((told.get("Filter") or {}).get("Prefix") or ""),
            told["IncludedObjectVersions"],
            (fields,) if isinstance(fields, str) else tuple(fields),
            _EVERY[told["Schedule"]["Frequency"]],
        )

    @property
    def schema(self) -> tuple[str, ...]:
        """The columns of its lists."""
        of_versions = ("VersionId", "IsLatest", "IsDeleteMarker") if self.versions == ALL else ()
        return ("Bucket", "Key", *of_versions, *self.fields)


def begin(stores: Stores, configured: Configured) -> None:
    """Have the first list made within a day, and another ever after, until bucket or inventory is gone."""
    world().agenda.at(world().now() + timedelta(days=1), lambda: _due(stores, configured))


def look(stores: Stores, configured: Configured) -> None:
    """Look at the bucket now; the list is there hours later, its checksum last."""
    rows, began = list(_rows(stores.buckets[configured.bucket], configured)), world().now()
    world().agenda.at(began + TAKES, lambda: _publish(stores, configured, began, rows))


def _due(stores: Stores, configured: Configured) -> None:
    bucket = stores.buckets.get(configured.bucket)
    if bucket is None or configured.id not in bucket.inventory_configs:
        return
    look(stores, configured)
    world().agenda.at(world().now() + configured.every, lambda: _due(stores, configured))


def _publish(stores: Stores, configured: Configured, began: datetime, rows: Sequence[Sequence[str]]) -> None:
    if configured.into not in stores.buckets:
        return
    base = "/".join(filter(None, (configured.prefix, configured.bucket, configured.id)))
    files = []
    for number, some in enumerate(rows[begin : begin + _ROWS] for begin in range(0, len(rows), _ROWS)):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(some)
        held = gzip.compress(text.getvalue().encode(), mtime=0)
        key = f"{base}/data/{began:%Y%m%d%H%M}-{number}.csv.gz"
        stores.put_object(configured.into, key, held)
        files.append({"key": key, "size": len(held), "MD5checksum": _md5(held)})
    manifest = {
        "sourceBucket": configured.bucket,
        "destinationBucket": f"arn:aws:s3:::{configured.into}",
        "version": "2016-11-30",
        "creationTimestamp": str(int(began.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": ", ".join(configured.schema),
        "files": files,
    }
    told = json.dumps(manifest).encode()
    for name, content in {
        "manifest.json": told,
        "manifest.checksum": _md5(told).encode(),
    }.items():
        stores.put_object(configured.into, f"{base}/{began:%Y-%m-%dT%H-%MZ}/{name}", content)


def _md5(held: bytes) -> str:
    return hashlib.md5(held, usedforsecurity=False).hexdigest()


def _rows(bucket: Any, configured: Configured) -> Iterator[list[str]]:
    """A row of each version, in no order that means anything."""
    for key in list(bucket.keys):
        versions = list(reversed(bucket.keys.getlist(key, [])))
        shown = versions if configured.versions == ALL else [each for each in versions[:1] if isinstance(each, FakeKey)]
        for number, each in enumerate(shown if key.startswith(configured.of) else ()):
            yield [_cell(bucket, each, column, latest=number == 0) for column in configured.schema]


def _cell(bucket: Any, each: Any, column: str, *, latest: bool) -> str:
    marker = not isinstance(each, FakeKey)
    of_object = {} if marker else {"Size": each.size, "ETag": each.etag.strip('"'), "StorageClass": each.storage_class}
    told = {
        "Bucket": bucket.name,
        "Key": quote_plus(each.name, safe="/"),
        "VersionId": "" if each.version_id == "null" else each.version_id,
        "IsLatest": str(latest).lower(),
        "IsDeleteMarker": str(marker).lower(),
        "LastModifiedDate": each.last_modified_ISO8601,
        **of_object,
    }
    return str(told.get(column, ""))


def _get(self: S3Response) -> Any:
    """moto says of each inventory that it lists all versions."""
    status, headers, told = _told_by_moto(self)
    bucket = self.backend.get_bucket(self.bucket_name)
    versions = getattr(bucket.inventory_configs[self.querystring["id"][0]], "versions", ALL)
    text = told.decode() if isinstance(told, bytes) else told
    return status, headers, text.replace(f"Versions>{ALL}</", f"Versions>{versions}</")


_told_by_moto = S3Response.get_bucket_inventory_configuration

PATCHES = ((S3Response, "get_bucket_inventory_configuration", _get),)
