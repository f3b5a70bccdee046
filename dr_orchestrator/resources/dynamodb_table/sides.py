"""A table and its replica in another region, compared item by item while both are written to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.masking import masked
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.resource_type import beside_the_source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.sides import Compared
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.sides import Pair, settled
from dr_orchestrator.waiting.aside import all_aside

Item = Mapping[str, Any]
_SETS = frozenset({"SS", "NS", "BS"})


class _Side:
    """One table: read whole for digests of its items, or asked for one item."""

    def __init__(self, resource: Resource, toolkit: Toolkit) -> None:
        self._toolkit, self.name = toolkit, resource.id
        self._place = beside_the_source(resource)

    def described(self) -> Mapping[str, Any]:
        """The table as AWS describes it; NotRecoverable where there is none."""
        found = table.describe(self._api, self.name)
        if found is None:
            raise NotRecoverable(f"no table {self.name} in {self._place.region}", call="dynamodb:DescribeTable")
        return found

    def keys(self) -> tuple[str, ...]:
        """The attributes that are the key of its items."""
        return tuple(sorted(each["AttributeName"] for each in self.described()["KeySchema"]))

    def digests(self, keys: tuple[str, ...]) -> dict[str, bytes]:
        """The digest of each item, by its key."""
        found: dict[str, bytes] = {}
        further: Mapping[str, Any] = {}
        while True:
            page = self._toolkit.patiently(partial(self._page, further))
            found.update((_key(each, keys), digest(each)) for each in page["Items"])
            if not page.get("LastEvaluatedKey"):
                return found
            further = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _page(self, further: Mapping[str, Any]) -> Mapping[str, Any]:
        """One page, asked for again by itself where it is throttled: what was read before it is not read twice."""
        return self._api.call("Scan", TableName=self.name, ConsistentRead=True, **further)

    def item(self, key: str) -> bytes | None:
        """The digest of one item as it is now; None where there is none."""
        wanted = {name: _of_json(value) for name, value in json.loads(key).items()}
        answer = self._toolkit.patiently(partial(self._get, wanted))
        return digest(answer["Item"]) if answer.get("Item") else None

    def _get(self, key: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._api.call("GetItem", TableName=self.name, Key=key, ConsistentRead=True)

    @property
    def _api(self) -> Api:
        return self._toolkit.account_at(self._place).api("dynamodb")


class TableSides:
    """A table of the lost region and its replica: the items of both by their digests.

    Of each item its key and a digest are held while they are compared.
    """

    def __init__(self, lost: Resource, there: Resource, toolkit: Toolkit) -> None:
        self._lost, self._there, self._clock = _Side(lost, toolkit), _Side(there, toolkit), toolkit.clock

    def look(self) -> str:
        """That both are there, with one key, and whether AWS knows them as replicas of each other."""
        lost, there = self._lost.described(), self._there.described()
        if self._lost.keys() != self._there.keys():
            raise NotRecoverable(f"{self._lost.name} and {self._there.name} have other keys: they cannot be compared")
        known = {each["RegionName"] for each in lost.get("Replicas", ())}
        of = there["TableArn"].split(":")[3]
        told = "replicas of one global table" if of in known else "no global table, as AWS tells of the lost one"
        return f"{self._lost.name} and {self._there.name}: {told}"

    def compare(self, check: SameInBoth) -> Compared:
        """Read both whole, side by side, then what is not alike again, item by item."""
        keys = self._there.keys()
        here, there = all_aside(
            [partial(self._lost.digests, keys), partial(self._there.digests, keys)],
            at_once=2,
            what=f"the items of {self._lost.name} in both regions",
        )
        apart = {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}
        found = settled({key: partial(self._pair, key) for key in sorted(apart)}, self._clock, check.within)
        return Compared(
            "item",
            "each item of both by its digest (SHA-256)",
            len(here),
            len(there),
            len(here.keys() | there.keys()) - len(apart),
            found,
            shown=masked,
        )

    def _pair(self, key: str) -> Pair:
        here, there = self._lost.item(key), self._there.item(key)
        return Pair(here, there, here == there)


def digest(item: Item) -> bytes:
    """The digest of an item: the same whatever the order of its attributes, and of what its sets hold."""
    return hashlib.sha256(json.dumps(_plain(dict(item)), sort_keys=True).encode()).digest()


def _key(item: Item, keys: tuple[str, ...]) -> str:
    return json.dumps({name: _plain(item[name]) for name in keys}, sort_keys=True)


def _plain(value: Any) -> Any:
    """A value as JSON holds it, one form of each."""
    if isinstance(value, Mapping):
        return {name: _set(each) if name in _SETS else _plain(each) for name, each in value.items()}
    if isinstance(value, bytes | bytearray):
        return {"bytes": bytes(value).hex()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _set(value: Any) -> Any:
    return sorted((_plain(each) for each in value), key=json.dumps) if isinstance(value, list) else _plain(value)


def _of_json(value: Any) -> dict[str, Any]:
    """The value of a key, back in the words of DynamoDB."""
    return {name: bytes.fromhex(each["bytes"]) if isinstance(each, Mapping) else each for name, each in value.items()}
