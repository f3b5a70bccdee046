"""Snapshots of what RDS runs: all that there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import run_of

_TYPES: tuple[Mapping[str, str], ...] = ({}, {"SnapshotType": "awsbackup"})
"""The parameters of the listing: where no type is, AWS lists its own and those made by hand, and none of AWS
Backup's.
"""


def listed(api: Api, key: str, **of: str) -> list[Mapping[str, Any]]:
    """Every snapshot of a database, whoever took it, but those that a drill copies on their way into another account;
    `key` is how RDS calls them, `of` what names the database.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for kind in _TYPES:
        for each in api.pages(f"Describe{key}s", f"{key}s", **of, **kind):
            if run_of(each.get("TagList", [])) is None:
                found.setdefault(each[f"{key}Identifier"], each)
    return list(found.values())
