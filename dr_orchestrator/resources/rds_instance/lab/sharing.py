"""Snapshots that are copied and shared with other accounts, as AWS does it: with keys that are looked at."""

from __future__ import annotations

from typing import Any, cast

from moto.kms.models import kms_backends
from moto.rds.exceptions import (
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import RDSBackend, rds_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.rds_instance.lab.models import Snapshot

_OF_RDS = "alias/aws/rds"


class Sharing(RDSBackend):
    """Of one account's RDS in one region: how snapshots come into another account."""

    def copy_db_snapshot(
        self,
        source_db_snapshot_identifier: str,
        target_db_snapshot_identifier: str,
        kms_key_id: str | None = None,
        tags: list[dict[str, str]] | None = None,
        copy_tags: bool | None = False,  # noqa: ARG002 (moto's signature)
        **_: Any,
    ) -> Snapshot:
        """A copy, of this account's or of what is shared with it; it takes as long as the snapshot did."""
        source, target = _source(self, source_db_snapshot_identifier), target_db_snapshot_identifier
        if target in self.database_snapshots:
            raise DBSnapshotAlreadyExistsError(target)
        if source.status != "available":
            raise RDSClientError("InvalidDBSnapshotState", f"Snapshot {source.arn} is {source.status}.")
        if source.backend is not self and source.encrypted and not kms_key_id:
            raise InvalidParameterCombination("A shared encrypted snapshot is copied with a KMS key of this account's.")
        made = Snapshot(self, source.database, target, "manual", tags, source.original_snapshot_create_time, None)
        made.kms_key_id = _arn(self, kms_key_id) if kms_key_id else source.kms_key_id
        made.encrypted = bool(made.kms_key_id)
        made.data_time, made.stored, made.written = source.data_time, source.stored, source.written
        made.source_db_snapshot_identifier = source.arn
        seconds = lifecycle.SNAPSHOT_BASE + lifecycle.SNAPSHOT_PER_GIB * source.allocated_storage
        fate = world().faults.fate("rds", "CopyDBSnapshot", target)
        made.timeline = passing([("creating", seconds)], "available", fate)
        self.database_snapshots[target] = made
        return made

    def modify_db_snapshot_attribute(
        self,
        db_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        """As moto; nothing of AWS's own making is shared, nor what is encrypted with a key of its own."""
        found = cast(Snapshot, self.describe_db_snapshots(None, db_snapshot_identifier)[0])
        if found.snapshot_type != "manual":
            raise RDSClientError("InvalidDBSnapshotState", "Only manual snapshots can be shared.")
        if found.encrypted and _is_of_aws(self, str(found.kms_key_id)):
            told = "Sharing snapshots encrypted with the default service key for RDS is currently not supported."
            raise RDSClientError("InvalidDBSnapshotState", told)
        given = (db_snapshot_identifier, attribute_name, values_to_add, values_to_remove)
        return super().modify_db_snapshot_attribute(*given)


def _source(backend: RDSBackend, source: str) -> Snapshot:
    """The snapshot of a name, or of an ARN that may be another account's, if it is shared with this one."""
    parts = source.split(":", 6)
    if parts[0] != "arn" or parts[4] == backend.account_id:
        return cast(Snapshot, backend.describe_db_snapshots(None, source)[0])
    kept = rds_backends[parts[4]][parts[3]].database_snapshots
    found = kept.get(parts[6])
    if found is None or backend.account_id not in found.attributes.get("restore", []):
        raise DBSnapshotNotFoundFault(source)
    return cast(Snapshot, found)


def _arn(backend: RDSBackend, key: str) -> str:
    """The ARN of a key that an account may use; that of RDS's own is made when it is first used."""
    if key != _OF_RDS:
        return places.usable_key(backend, key)
    keys = kms_backends[backend.account_id][backend.region_name]
    made = next((each for each in keys.keys.values() if each.description == _OF_RDS), None)
    if made is None:
        made = keys.create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", _OF_RDS, [])
        made.key_manager = "AWS"
    return made.arn


def _is_of_aws(backend: RDSBackend, key: str) -> bool:
    keys = kms_backends[backend.account_id][backend.region_name].keys
    found = keys.get(key.rpartition("/")[2])
    return found is not None and found.key_manager == "AWS"
