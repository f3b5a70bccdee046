"""What there is: every instance, table and stack of the regions concerned, by an identity that AWS never uses again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.aws import dynamodb
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, NotFound, Transient
from dr_orchestrator.aws.copies import PREFIX
from dr_orchestrator.domain.run import CopyType
from dr_orchestrator.errors import DroError
from dr_orchestrator.runner import told
from dr_orchestrator.wiring.equipment import read_only
from dr_orchestrator.wiring.world import World

AT_ONCE = 8
"""Regions that are read side by side: where nobody answers, each is waited for."""
TAG = "dr-drill:run"
Place = tuple[str, CopyType]
"""A region, and what is listed there: one listing, which is read whole or not at all."""


@dataclass(frozen=True, order=True)
class Object:
    """A live object, as a listing shows it.

    `identity` is the id that AWS never uses again, empty where only a name is listed; `run` is what the object's tag
    names, None where it wears none; `going` is whether it is being deleted already. Neither makes it another object.
    """

    type: CopyType
    region: str
    id: str
    identity: str = ""
    run: str | None = field(default=None, compare=False)
    going: bool = field(default=False, compare=False)

    @property
    def place(self) -> Place:
        """The listing that shows it."""
        return self.region, self.type

    def __str__(self) -> str:
        return f"{self.type} {self.id} in {self.region}" + (f", of run {self.run}" if self.run else "")


@dataclass(frozen=True)
class Inventory:
    """All objects of some regions at one moment; `unread` says of what could not be listed, why.

    `accounts` are those that were listed, by region: what another account shows, or does not, says nothing of a copy.
    """

    regions: tuple[str, ...]
    objects: frozenset[Object]
    unread: Mapping[Place, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)


def take_inventory(here: World) -> Inventory:
    """List every region that is declared, that is allowed, or that something was ever drilled in."""
    declared = {drill.resource.region for drill in here.declared.drills.values()}
    regions = sorted(declared | here.declared.allowed.regions | here.ledger.queries.regions())
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inventory") as threads:
        read = list(threads.map(functools.partial(_region, here), regions))
    objects = frozenset(each for found, _, _ in read for each in found)
    unread = {place: why for _, missing, _ in read for place, why in missing.items()}
    accounts = {region: account for region, (_, _, account) in zip(regions, read, strict=True)}
    return Inventory(tuple(regions), objects, unread, accounts)


def listed(account: Account, of: CopyType) -> Iterator[Object]:
    """Every object of a type in an account's region."""
    service, listing = _LISTINGS[of]
    return listing(account.api(service))


def parts_of(account: Account, stack: Object, within: Inventory) -> frozenset[Object]:
    """The objects of an inventory that a stack, or a stack in it, holds: they go with it."""
    names = set(_held(account.api("cloudformation"), stack.identity))
    return frozenset(
        each
        for each in within.objects
        if each.region == stack.region and ((each.type, each.id) in names or (each.type, each.identity) in names)
    )


def in_words(error: Exception) -> str:
    """Any exception for the record; wrong settings are no defect of the program."""
    return error.message if isinstance(error, DroError) else told(error)


def _region(here: World, region: str) -> tuple[set[Object], dict[Place, str], str]:
    """What a region holds, what could not be read of it, and whose it is; an account that is told stays the one."""
    try:
        account = read_only(here, region)
        whose = account.caller().account
    except Exception as error:  # noqa: BLE001 - what cannot be read must not hide the rest, nor keep copies alive
        return set(), {(region, each): in_words(error) for each in _LISTINGS}, ""
    return *_listed(account, region), whose


def _listed(account: Account, region: str) -> tuple[set[Object], dict[Place, str]]:
    found: set[Object] = set()
    unread: dict[Place, str] = {}
    left = list(_LISTINGS)
    while left:
        of = left.pop(0)
        try:
            found.update(listed(account, of))
        except Exception as error:  # noqa: BLE001 - likewise
            silent = left if isinstance(error, Transient) else []  # the others would only be waited for likewise
            unread |= {(region, each): in_words(error) for each in (of, *silent)}
            left = left[len(silent) :]
    return found, unread


def _instances(api: Api) -> Iterator[Object]:
    for each in api.pages("DescribeDBInstances", "DBInstances"):
        name, going = each["DBInstanceIdentifier"], each.get("DBInstanceStatus") == "deleting"
        run = _run(each.get("TagList", []))
        yield Object(CopyType.RDS_INSTANCE, api.region, name, each["DbiResourceId"], run, going)


def _stacks(api: Api) -> Iterator[Object]:
    for each in api.pages("DescribeStacks", "Stacks"):
        if (status := each["StackStatus"]) != "DELETE_COMPLETE":
            name, run, going = each["StackName"], _run(each.get("Tags", [])), status == "DELETE_IN_PROGRESS"
            yield Object(CopyType.CLOUDFORMATION_STACK, api.region, name, each["StackId"], run, going)


def _tables(api: Api) -> Iterator[Object]:
    """Only tables that are named like copies are described: a listing gives names, and one call a table is many."""
    for name in map(str, api.pages("ListTables", "TableNames")):
        if not name.startswith(PREFIX):
            yield Object(CopyType.DYNAMODB_TABLE, api.region, name)
        elif table := dynamodb.describe(api, name):
            run, going = _run(_tags(api, table)), table.get("TableStatus") == "DELETING"
            yield Object(CopyType.DYNAMODB_TABLE, api.region, name, dynamodb.unique_id(table), run, going)


def _tags(api: Api, table: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The tags of a table; one that has gone since it was listed has none."""
    try:
        return list(api.pages("ListTagsOfResource", "Tags", ResourceArn=table["TableArn"]))
    except NotFound:
        return []


def _run(tags: Iterable[Mapping[str, str]]) -> str | None:
    return next((tag["Value"] for tag in tags if tag["Key"] == TAG), None)


def _held(api: Api, stack: str) -> Iterator[tuple[CopyType, str]]:
    for each in api.pages("ListStackResources", "StackResourceSummaries", StackName=stack):
        of, name = _HELD.get(each["ResourceType"]), str(each.get("PhysicalResourceId") or "")
        if of is not None and name:
            yield of, name
            if of is CopyType.CLOUDFORMATION_STACK:
                yield from _held(api, name)


_LISTINGS: Mapping[CopyType, tuple[str, Callable[[Api], Iterator[Object]]]] = {
    CopyType.RDS_INSTANCE: ("rds", _instances),
    CopyType.CLOUDFORMATION_STACK: ("cloudformation", _stacks),
    CopyType.DYNAMODB_TABLE: ("dynamodb", _tables),
}
_HELD: Mapping[str, CopyType] = {
    "AWS::RDS::DBInstance": CopyType.RDS_INSTANCE,
    "AWS::DynamoDB::Table": CopyType.DYNAMODB_TABLE,
    "AWS::CloudFormation::Stack": CopyType.CLOUDFORMATION_STACK,
}
