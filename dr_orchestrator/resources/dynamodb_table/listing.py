"""The tables of a region: all of them, and how many more may be restored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import PREFIX, run_of
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.name import NAME

RESTORES = 50
"""How many tables DynamoDB restores at a time, in an account and region; only table by table it tells of them."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every table. Only those named like copies are described: a listing gives names, and one call a table is many."""
    api = account.api("dynamodb")
    for name in map(str, api.pages("ListTables", "TableNames")):
        if not name.startswith(PREFIX):
            yield LiveObject(NAME, api.region, name)
        elif found := table.describe(api, name):
            run, going = run_of(_tags(api, found)), found.get("TableStatus") == "DELETING"
            yield LiveObject(NAME, api.region, name, table.unique_id(found), run, going)


def quota(account: Account) -> Quota:
    """The tables named like copies that DynamoDB is restoring in the region, whoever's drills they are of.

    Of other tables nothing is asked: drills may read their own sources and copies only.
    """
    api = account.api("dynamodb")
    names = [str(name) for name in api.pages("ListTables", "TableNames")]
    used = sum(_is_restored(api, name) for name in names if name.startswith(PREFIX))
    return Quota("restores of tables (those by drills)", used, RESTORES)


def _is_restored(api: Api, name: str) -> bool:
    found = table.describe(api, name) or {}  # it may have been deleted since it was listed
    return bool(found.get("RestoreSummary", {}).get("RestoreInProgress"))


def _tags(api: Api, found: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The tags of a table; one that has gone since it was listed has none."""
    try:
        return list(api.pages("ListTagsOfResource", "Tags", ResourceArn=found["TableArn"]))
    except NotFound:
        return []
