"""Snapshots that are copied and shared with other accounts, as AWS does it: with keys that are looked at."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.exceptions import (
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    RDSClientError,
)
from moto.rds.models import RDSBackend, rds_backends

from dr_orchestrator.lab.cloud.databases import sharing
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.rds_instance.lab.models import Snapshot


class Sharing(RDSBackend):
    """Of one account's RDS in one region: how snapshots come into another account."""

    def copy_db_snapshot(
        self,
        source_db_snapshot_identifier: str,
        target_db_snapshot_identifier: str,
        kms_key_id: str | None = None,
        tags: list[dict[str, str]] | None = None,
        copy_tags: bool | None = False,
        pre_signed_url: str | None = None,
        option_group_name: str | None = None,
        **_: Any,
    ) -> Snapshot:
        """A copy, of this account's or of what is shared with it; it takes as long as the snapshot did, and longer from
        another region.
        """
        source, target = _source(self, source_db_snapshot_identifier), target_db_snapshot_identifier
        if target in self.database_snapshots:
            raise DBSnapshotAlreadyExistsError(target)
        if source.status != "available":
            raise RDSClientError("InvalidDBSnapshotState", f"Snapshot {source.arn} is {source.status}.")
        sharing.refuse_to_bring(self, source, kms_key_id, pre_signed_url, self.database_snapshots.values())
        key = sharing.key_of_copy(self, source, kms_key_id)
        worn = [*(source.tags if copy_tags else ()), *(tags or ())]
        made = Snapshot(self, source.database, target, "manual", worn, source.original_snapshot_create_time, None)
        made.kms_key_id, made.encrypted = key, bool(key)
        made.data_time, made.stored, made.written = source.data_time, source.stored, source.written
        made.source_db_snapshot_identifier = source.arn
        if source.backend.region_name != self.region_name:
            made.source_region = source.backend.region_name
            made.option_group_name = option_group_name or f"default:{source.database.engine}"
        fate = world().faults.fate("rds", "CopyDBSnapshot", target)
        made.timeline = passing(sharing.bringing(self, source), "available", fate)
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
        sharing.refuse_to_share(self, found, "InvalidDBSnapshotState")
        given = (db_snapshot_identifier, attribute_name, values_to_add, values_to_remove)
        return super().modify_db_snapshot_attribute(*given)


def _source(backend: RDSBackend, source: str) -> Snapshot:
    """The snapshot of a name, or of an ARN that may be another account's, if it is shared with this one."""
    if (place := sharing.of_another(backend, source)) is None:
        return cast(Snapshot, backend.describe_db_snapshots(None, source)[0])
    account, region = place
    found = sharing.shared(backend, source, rds_backends[account][region].database_snapshots)
    if found is None:
        raise DBSnapshotNotFoundFault(source)
    return cast(Snapshot, found)
