"""The Aurora clusters of a region, the instances in them and the snapshots that are made by hand, all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.clusters import globally
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS, CLUSTERS, INSTANCES, Shape
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.resources.aurora_cluster.name import GLOBAL, INSTANCE, NAME, SNAPSHOT

_OURS = "aurora"
"""How the engines of Aurora begin: other instances are listed as RDS's own."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every cluster that RDS lists, of another engine, too, and every instance of Aurora's.

    A stack may hold any of them, and what wears our tag is told whatever engine it has.
    """
    api = account.api("rds")
    for of, shape in ((NAME, CLUSTERS), (INSTANCE, INSTANCES)):
        for each in api.pages(shape.describe, f"{shape.key}s"):
            if of == NAME and each.get("DBClusterInstanceClass"):
                continue  # a multi-AZ DB cluster, which is listed as such
            if of == NAME or str(each.get("Engine", "")).startswith(_OURS):
                yield _object(of, shape, api.region, each)
    for each in api.pages(CLUSTER_SNAPSHOTS.describe, f"{CLUSTER_SNAPSHOTS.key}s", SnapshotType="manual"):
        yield _object(SNAPSHOT, CLUSTER_SNAPSHOTS, api.region, each)

    for each in api.pages(globally.GLOBALS.describe, "GlobalClusters"):
        if globally.place(each) in ("", api.region):  # each region's listing has all of them
            yield _object(GLOBAL, globally.GLOBALS, api.region, each)


def _object(of: str, shape: Shape, region: str, each: Mapping[str, Any]) -> LiveObject:
    live, going = shape.live(each), each.get(shape.status) == "deleting"
    return LiveObject(of, region, live.name, live.unique_id, run_of(each.get("TagList", [])), going)
