"""What there is: every instance, table and stack of the regions concerned, by an identity that AWS never uses again."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Transient
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.errors import DroError
from dr_orchestrator.runner import told
from dr_orchestrator.wiring.app import World
from dr_orchestrator.wiring.building import read_only

AT_ONCE = 8
"""Regions that are read side by side: where nobody answers, each is waited for."""
Listing = tuple[str, str]
"""A region, and what is listed there: one listing, which is read whole or not at all."""


@dataclass(frozen=True)
class Inventory:
    """All objects of some regions at one moment; `unread` says of what could not be listed, why.

    `accounts` are those that were listed, by region: what another account shows, or does not, says nothing of a copy.
    """

    regions: tuple[str, ...]
    objects: frozenset[LiveObject]
    unread: Mapping[Listing, str] = field(default_factory=dict)
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


def listed(here: World, account: Account, of: str) -> Iterator[LiveObject]:
    """Every object of a type in an account's region."""
    return here.types.making(of).listed(account)


def parts_of(here: World, account: Account, whole: LiveObject, within: Inventory) -> frozenset[LiveObject]:
    """The objects of an inventory that one which holds others holds, or one in it: they go with it."""
    names = set(_held(here, account, whole.type, whole.identity))
    return frozenset(
        each
        for each in within.objects
        if each.region == whole.region and ((each.type, each.id) in names or (each.type, each.identity) in names)
    )


def _held(here: World, account: Account, of: str, identity: str) -> Iterator[tuple[str, str]]:
    holds = here.types.making(of).held
    known = {copy.cloudformation: copy.name for copy in here.types.copies.values() if copy.cloudformation}
    for called, name in holds(account, identity) if holds else ():
        if called in known:
            yield known[called], name
            yield from _held(here, account, known[called], name)


def in_words(error: Exception) -> str:
    """Any exception for the record; wrong settings are no defect of the program."""
    return error.message if isinstance(error, DroError) else told(error)


def _region(here: World, region: str) -> tuple[set[LiveObject], dict[Listing, str], str]:
    """What a region holds, what could not be read of it, and whose it is; an account that is told stays the one."""
    try:
        account = read_only(here, region)
        whose = account.caller().account
    except Exception as error:  # noqa: BLE001 - what cannot be read must not hide the rest, nor keep copies alive
        return set(), {(region, each): in_words(error) for each in here.types.names}, ""
    return *_listed(here, account, region), whose


def _listed(here: World, account: Account, region: str) -> tuple[set[LiveObject], dict[Listing, str]]:
    found: set[LiveObject] = set()
    unread: dict[Listing, str] = {}
    left = list(here.types.names)
    while left:
        of = left.pop(0)
        try:
            found.update(listed(here, account, of))
        except Exception as error:  # noqa: BLE001 - likewise
            silent = left if isinstance(error, Transient) else []  # the others would only be waited for likewise
            unread |= {(region, each): in_words(error) for each in (of, *silent)}
            left = left[len(silent) :]
    return found, unread
