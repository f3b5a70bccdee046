"""The RDS instances of a region, and the snapshots that are made by hand, all of them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.aws.rds.objects import SNAPSHOTS
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.resources.rds_instance.name import NAME, SNAPSHOT

_ELSEWHERE = "aurora"
"""How the engines begin whose instances are parts of clusters, and copies of another type."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every instance but those of clusters, which are parts of what is listed as such; and every snapshot of
    instances that no backup plan takes.
    """
    api = account.api("rds")
    for each in api.pages("DescribeDBInstances", "DBInstances"):
        if each.get("DBClusterIdentifier") or str(each.get("Engine", "")).startswith(_ELSEWHERE):
            continue
        name, going = each["DBInstanceIdentifier"], each.get("DBInstanceStatus") == "deleting"
        yield LiveObject(NAME, api.region, name, each["DbiResourceId"], run_of(each.get("TagList", [])), going)
    for each in api.pages("DescribeDBSnapshots", "DBSnapshots", SnapshotType="manual"):
        unique = SNAPSHOTS.unique_id(each)
        yield LiveObject(SNAPSHOT, api.region, each[SNAPSHOTS.name], unique, run_of(each.get("TagList", [])))
