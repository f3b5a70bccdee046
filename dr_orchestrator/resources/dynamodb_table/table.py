"""A DynamoDB table as AWS describes it, and how many of them are waited for at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting
from dr_orchestrator.domain.copy import Identity


def describe(api: Api, table: str) -> Mapping[str, Any] | None:
    """A table as AWS describes it, None where there is none."""
    try:
        return api.named("DescribeTable", "Table", "TableName", table, TableName=table)
    except NotFound:
        return None


def identity(table: Mapping[str, Any]) -> Identity:
    """The identity that AWS gives a table for good."""
    return Identity(table["TableArn"], unique_id(table))


def unique_id(table: Mapping[str, Any]) -> str:
    """The id that no other table ever has; where none is told, the instant of its creation stands in."""
    return str(table.get("TableId") or table["CreationDateTime"].isoformat())


def tags(api: Api, table: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a table."""
    listed = api.pages("ListTagsOfResource", "Tags", ResourceArn=table["TableArn"])
    return {tag["Key"]: tag["Value"] for tag in listed}


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of tables; DynamoDB describes them one by one."""

    def look(names: Iterable[str]) -> dict[str, Sighting]:
        found = {name: describe(api, name) for name in names}
        return {name: Sighting(table["TableStatus"], table) for name, table in found.items() if table}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "dynamodb"), look)
