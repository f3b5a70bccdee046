"""Listings of RDS as AWS answers them, page by page; moto answers with everything at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from dr_orchestrator.lab.cloud.rds.events import seen


def _snapshots(self: RDSResponse) -> ActionResult:
    given = self.params
    filters = {each["Name"]: each["Values"] for each in given.get("Filters", [])}
    if given.get("DbiResourceId"):
        filters["dbi-resource-id"] = [given["DbiResourceId"]]
    found = self.backend.describe_db_snapshots(
        given.get("DBInstanceIdentifier"), given.get("DBSnapshotIdentifier"), given.get("SnapshotType"), filters
    )
    return _page("DBSnapshots", found, given, lambda each: str(each.db_snapshot_identifier))


def _events(self: RDSResponse) -> ActionResult:
    given = self.params
    found = seen(self.backend.describe_events(given.get("SourceIdentifier"), given.get("SourceType")), given)
    names = {id(event): str(number) for number, event in enumerate(found)}
    return _page("Events", found, given, lambda each: names[id(each)])


def _page(key: str, found: list[Any], given: dict[str, Any], name: Callable[[Any], str]) -> ActionResult:
    """The page after the marker, which is the name of the last one on the page before."""
    size, marker = int(given.get("MaxRecords") or 100), str(given.get("Marker") or "")
    names = [name(each) for each in found]
    first = names.index(marker) + 1 if marker in names else 0
    page = found[first : first + size]
    more = name(page[-1]) if first + size < len(found) else None
    return ActionResult({key: page, "Marker": more})


PATCHES = ((RDSResponse, "describe_db_snapshots", _snapshots), (RDSResponse, "describe_events", _events))
