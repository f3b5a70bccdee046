"""The multi-AZ DB clusters of a region, all of them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.resources.multi_az_cluster.name import NAME
from dr_orchestrator.resources.multi_az_cluster.source import is_one


def listed(account: Account) -> Iterator[LiveObject]:
    """Every one that RDS lists; their instances come and go with them."""
    api = account.api("rds")
    for each in api.pages(CLUSTERS.describe, f"{CLUSTERS.key}s"):
        if is_one(each):
            live, going = CLUSTERS.live(each), each.get(CLUSTERS.status) == "deleting"
            yield LiveObject(NAME, api.region, live.name, live.unique_id, run_of(each.get("TagList", [])), going)
