"""S3 as AWS has it where moto is simpler: listings that lag, versions in their order, suspended versioning, KMS."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, cast
from uuid import uuid4

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.utils import _VersionedKeyStore

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.s3_bucket.lab import inventory

LISTED_AFTER, LISTED_STILL = 8.0, 12.0
"""Lab seconds until a bucket that was made is listed, and for which one that was deleted still is."""

Versions = list[FakeKey | FakeDeleteMarker]


class Buckets(S3Backend):
    """One account's buckets."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.s3.urls")

    def create_bucket(self, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> FakeBucket:
        """As moto, by the lab's clock; it is listed a little later."""
        made: Any = super().create_bucket(bucket_name, region_name, bucket_namespace)
        made.creation_date = world().now().replace(microsecond=0)
        made.listed_from = world().now() if world().hurried else world().now() + world().jitter(LISTED_AFTER)
        return cast(FakeBucket, made)

    def delete_bucket(self, bucket_name: str) -> FakeBucket | None:
        """As moto; it is listed for a little longer."""
        gone: Any = super().delete_bucket(bucket_name)
        if gone is not None and not world().hurried:
            self._gone[bucket_name] = gone
            gone.listed_until = world().now() + world().jitter(LISTED_STILL)
        return cast("FakeBucket | None", gone)

    def shown(self, prefix: str, region: str) -> list[FakeBucket]:
        """The buckets that a listing shows by now, by their names."""
        now = world().now()
        there = [each for each in list(self.buckets.values()) if getattr(each, "listed_from", now) <= now]
        still = [each for each in self._gone.values() if each.listed_until > now and each.name not in self.buckets]
        found = [each for each in (*there, *still) if each.name.startswith(prefix)]
        return sorted((each for each in found if region in ("", each.region_name)), key=lambda each: each.name)

    @property
    def _gone(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.__dict__.setdefault("gone", {}))  # moto empties what a backend holds

    def get_bucket_versioning(self, bucket_name: str) -> str | None:
        """As moto, unless a fault has it switched off."""
        told = super().get_bucket_versioning(bucket_name)
        return None if world().faults.pretends("pitr-off", "s3", bucket_name) else told

    def put_object(self, bucket_name: str, key_name: str, *args: Any, **given: Any) -> FakeKey:
        """As moto, which forgets all versions where versioning is suspended; with a key of KMS no ETag is a digest."""
        bucket = self.get_bucket(bucket_name)
        kept = self._taken(bucket, key_name) if bucket.versioning_status == "Suspended" else []
        made = super().put_object(bucket_name, key_name, *args, **given)
        if kept:
            dict.__setitem__(bucket.keys, key_name, [*kept, made])
        if made.encryption == "aws:kms":
            made._etag = uuid4().hex
        return made

    def delete_object(
        self, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        """As moto, which deletes all versions where versioning is suspended: a marker takes the place of one."""
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status != "Suspended":
            return super().delete_object(bucket_name, key_name, version_id, bypass)
        if version_id is None:
            marker = FakeDeleteMarker(bucket.keys.get(key_name) or FakeKey(key_name, b"", self.account_id, "us-east-1"))
            marker._version_id = "null"
            dict.__setitem__(bucket.keys, key_name, [*self._taken(bucket, key_name), marker])
            return True, {"version-id": "null", "delete-marker": "true"}
        bucket.versioning_status = "Enabled"
        try:
            return super().delete_object(bucket_name, key_name, version_id, bypass)
        finally:
            bucket.versioning_status = "Suspended"

    def put_bucket_inventory_configuration(self, bucket_name: str, inventory_configuration: dict[str, Any]) -> None:
        """As moto, which forgets of which versions it is; its lists are made."""
        super().put_bucket_inventory_configuration(bucket_name, inventory_configuration)
        made: Any = self.get_bucket(bucket_name).inventory_configs[inventory_configuration["Id"]]
        made.versions = inventory_configuration["IncludedObjectVersions"]
        configured = inventory.Configured.of_body(bucket_name, inventory_configuration)
        if configured is not None:
            inventory.begin(self, configured)

    @staticmethod
    def _taken(bucket: Any, key: str) -> Versions:
        """The versions of a key but that of the time without; taken out, so that moto forgets none of them."""
        return [each for each in dict.pop(bucket.keys, key, []) if each.version_id != "null"]

    def versions(
        self, bucket_name: str, prefix: str, after: tuple[str, str], most: int
    ) -> tuple[Versions, tuple[str, str] | None]:
        """The versions and markers after a place, in S3's order, and the last one's place where there are more.

        moto copies every version of a bucket for each page of them.
        """
        page: Versions = []
        for each in self._every(self.get_bucket(bucket_name), prefix, *after):
            if len(page) == most:
                return page, (page[-1].name, page[-1].version_id) if page else after
            page.append(each)
        return page, None

    @staticmethod
    def _every(bucket: Any, prefix: str, key: str, version: str) -> Iterator[FakeKey | FakeDeleteMarker]:
        begins = (name for name in list(bucket.keys) if name.startswith(prefix) and name >= key)
        for name in sorted(begins, key=str.encode):
            versions = list(reversed(bucket.keys.getlist(name, [])))
            for number, each in enumerate(versions):
                each.is_latest = number == 0
            if name == key:
                known = [each.version_id for each in versions]
                versions = versions[known.index(version) + 1 :] if version in known else []
            yield from versions


def _keep(self: _VersionedKeyStore, key: str, versions: list[Any]) -> None:
    """Set the versions of a key; moto compares each that there was with each that there is, for every one that is put.

    A heartbeat has tens of thousands of them once a lab has stood for a day.
    """
    kept = {id(each) for each in versions}
    for each in self.getlist(key, []):
        if id(each) not in kept and hasattr(each, "dispose"):
            each.dispose()
    dict.__setitem__(self, key, versions)


PATCHES = ((_VersionedKeyStore, "setlist", _keep),)
