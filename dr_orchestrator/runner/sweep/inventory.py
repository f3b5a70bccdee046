"""The inventory: every object of the regions concerned, by an identity that AWS never uses again."""

from __future__ import annotations

import functools

from dr_orchestrator.domain.copy import LiveObject, Place
from dr_orchestrator.errors import DroError
from dr_orchestrator.runner.ending import error_text
from dr_orchestrator.runner.sweep.objects import Inventory, Listing
from dr_orchestrator.runner.sweep.ports import Cloud, Region, SweepContext, Unreachable
from dr_orchestrator.waiting.aside import all_aside

AT_ONCE = 8
"""Regions that are read side by side: where nobody answers, each is waited for."""


def take_inventory(here: SweepContext) -> Inventory:
    """List every place that is declared, that is allowed, or where something was ever drilled or copied to."""
    places = sorted({*here.places(), *here.ledger.queries.places()}, key=lambda each: (each.account, each.region))
    looks = [functools.partial(_region, here, place) for place in places]
    read = all_aside(looks, at_once=AT_ONCE, what="the inventory")
    regions = tuple(map(str, places))
    objects = frozenset(each for found, _, _ in read for each in found)
    unread = {place: why for _, missing, _ in read for place, why in missing.items()}
    accounts = {region: account for region, (_, _, account) in zip(regions, read, strict=True)}
    return Inventory(regions, objects, unread, accounts)


def parts_of(region: Region, holder: LiveObject, within: Inventory) -> frozenset[LiveObject]:
    """The objects of an inventory that an object, or one in it, holds: they go with it."""
    names = set(region.held_by(holder))
    return frozenset(
        each
        for each in within.objects
        if each.where == holder.where and ((each.type, each.id) in names or (each.type, each.identity) in names)
    )


def fault_text(error: Exception) -> str:
    """Any exception for the record; wrong settings are no defect of the program."""
    return error.message if isinstance(error, DroError) else error_text(error)


def _region(here: SweepContext, place: Place) -> tuple[set[LiveObject], dict[Listing, str], str]:
    """The objects of a place, what could not be read of it, and whose it is; an account that is told stays the one."""
    try:
        region = here.cloud.region(place)
        whose = region.owner()
    except Exception as error:  # noqa: BLE001 - what cannot be read must not hide the rest, nor keep copies alive
        return set(), _unread(here, place, fault_text(error)), ""
    if place.account not in ("", whose):
        return set(), _unread(here, place, f"the credentials are for account {whose}, not for {place.account}"), ""
    return *_listed(here.cloud, region), whose


def _unread(here: SweepContext, place: Place, why: str) -> dict[Listing, str]:
    return {(str(place), each): why for each in here.cloud.shown}


def _listed(cloud: Cloud, region: Region) -> tuple[set[LiveObject], dict[Listing, str]]:
    left = list(cloud.types)
    found: set[LiveObject] = set()
    unread: dict[Listing, str] = {}
    while left:
        of = left.pop(0)
        try:
            found.update(region.listed(of))
        except Exception as error:  # noqa: BLE001 - likewise
            silent = left if isinstance(error, Unreachable) else []
            missing = (each for listing in (of, *silent) for each in cloud.shown_by(listing))
            unread |= {(region.name, each): fault_text(error) for each in missing}
            left = left[len(silent) :]
    return found, unread
