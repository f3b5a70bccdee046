"""The Aurora clusters of a region and the instances in them: all of them, and how many more there may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES, Shape
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.aurora_cluster.name import INSTANCE, NAME

_OURS = "aurora"
"""How the engines of Aurora begin; RDS lists clusters of others, too, and of Neptune and DocumentDB."""
_QUOTAS = {"DBClusters": "DB clusters", "DBInstances": "DB instances"}


def listed(account: Account) -> Iterator[LiveObject]:
    """Every cluster of Aurora, and every instance in one."""
    api = account.api("rds")
    for of, shape in ((NAME, CLUSTERS), (INSTANCE, INSTANCES)):
        for each in api.pages(shape.describe, f"{shape.key}s"):
            if str(each.get("Engine", "")).startswith(_OURS):
                yield _object(of, shape, api.region, each)


def quota(account: Account) -> Quota:
    """Whichever leaves less room: a drill makes one cluster and one instance; the other is told beside it."""
    found = {
        each["AccountQuotaName"]: each for each in account.api("rds").call("DescribeAccountAttributes")["AccountQuotas"]
    }
    if missing := _QUOTAS.keys() - found.keys():
        raise NotMeasured(f"RDS tells no quota of {', '.join(sorted(missing))}", call="rds:DescribeAccountAttributes")
    quotas = [Quota(words, found[name]["Used"], found[name]["Max"]) for name, words in _QUOTAS.items()]
    least, other = sorted(quotas, key=lambda each: each.most - each.used)
    return Quota(f"{least.what} and {other.used} of {other.most} {other.what}", least.used, least.most)


def _object(of: str, shape: Shape, region: str, each: Mapping[str, Any]) -> LiveObject:
    live, going = shape.live(each), each.get(shape.status) == "deleting"
    return LiveObject(of, region, live.name, live.unique_id, run_of(each.get("TagList", [])), going)
