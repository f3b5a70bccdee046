"""The filters of Aurora's listings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from moto.rds.exceptions import InvalidParameterValue

_T = TypeVar("_T")
Names = Callable[[Any], set[str]]
CLUSTERS: Mapping[str, Names] = {
    "db-cluster-id": lambda each: {each.db_cluster_identifier, each.db_cluster_arn},
    "db-cluster-resource-id": lambda each: {each.db_cluster_resource_id},
    "engine": lambda each: {each.engine},
}
BACKUPS: Mapping[str, Names] = {**CLUSTERS, "status": lambda each: {each.status}}
SNAPSHOTS: Mapping[str, Names] = {
    "db-cluster-id": lambda each: {each.db_cluster_identifier, each.cluster.db_cluster_arn},
    "db-cluster-resource-id": lambda each: {each.cluster.db_cluster_resource_id},
    "db-cluster-snapshot-id": lambda each: {each.db_cluster_snapshot_identifier, each.arn},
    "snapshot-type": lambda each: {each.snapshot_type},
    "engine": lambda each: {each.engine},
}


def matching(found: list[_T], wanted: Mapping[str, list[str]], known: Mapping[str, Names]) -> list[_T]:
    """Those that all filters let through; identifiers are the same in any case."""
    for name in wanted:
        if name not in known:
            raise InvalidParameterValue(f"Unrecognized filter name: {name}")
    asked = {name: {value.lower() for value in values} for name, values in wanted.items()}
    return [
        each
        for each in found
        if all(values & {own.lower() for own in known[name](each)} for name, values in asked.items())
    ]
