"""Listings of instances' snapshots as AWS answers them, page by page."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from dr_orchestrator.lab.cloud.databases import sharing
from dr_orchestrator.lab.cloud.databases.paging import filters, page


def _snapshots(self: RDSResponse) -> ActionResult:
    given = self.params
    wanted = filters(given)
    if given.get("DbiResourceId"):
        wanted["dbi-resource-id"] = [given["DbiResourceId"]]
    if lent := sharing.seen(self.backend, given, "DBSnapshotIdentifier", "database_snapshots"):
        return ActionResult({"DBSnapshots": lent})
    found = self.backend.describe_db_snapshots(
        given.get("DBInstanceIdentifier"), given.get("DBSnapshotIdentifier"), given.get("SnapshotType"), wanted
    )
    return page("DBSnapshots", found, given, lambda each: str(each.db_snapshot_identifier))


PATCHES = ((RDSResponse, "describe_db_snapshots", _snapshots),)
