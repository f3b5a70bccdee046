"""What there is: every region concerned is listed, and what could not be is named with the reason."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.copy import LiveObject, Place
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner.sweep import Unreachable, take_inventory
from tests.support.sweeping import ABROAD, HOME, INSTANCE, OURS, STACK, TABLE, World, live, named


def test_every_region_concerned_is_listed(world: World) -> None:
    """The declared ones, and wherever a copy ever stood; whose they are is kept."""
    world.declared = ("ap-south-1",)
    world.left(named("a", region=ABROAD))
    found = take_inventory(world.here)
    assert found.regions == ("ap-south-1", HOME, ABROAD)
    assert found.objects == {live(named("a", region=ABROAD))}
    assert set(found.accounts.values()) == {OURS}
    assert found.unread == {}


def test_a_region_that_cannot_be_opened_is_unread(world: World) -> None:
    """Every type of it, with the reason; the others are read."""
    world.declared = (HOME, ABROAD)
    world.left(named("a"))
    world.silent[ABROAD] = NotMeasured("no such account")
    found = take_inventory(world.here)
    assert found.unread == {(ABROAD, each): "no such account" for each in world.shown}
    assert found.objects == {live(named("a"))}
    assert found.accounts == {HOME: OURS, ABROAD: ""}


def test_where_nobody_answers_nothing_more_is_asked(world: World) -> None:
    """Each further listing would be waited for likewise: all that is left of the region is unread."""
    world.silent[HOME, TABLE] = Unreachable("timed out")
    found = take_inventory(world.here)
    assert world.listings == [(HOME, STACK), (HOME, TABLE)]
    assert found.unread == {(HOME, TABLE): "timed out", (HOME, INSTANCE): "timed out"}


def test_one_listing_that_is_denied_hides_no_other(world: World) -> None:
    """The rest of the region is listed; an error of ours is told as one."""
    production = LiveObject(INSTANCE, HOME, "orders-prod", "db-1")
    world.objects.add(production)
    world.silent[HOME, TABLE] = NotMeasured("denied")
    world.silent[HOME, STACK] = KeyError("StackId")
    found = take_inventory(world.here)
    assert found.objects == {production}
    assert found.unread[HOME, TABLE] == "denied"
    assert found.unread[HOME, STACK] == "a defect of the program: KeyError: 'StackId'"


def test_another_account_is_listed_beside_the_own_one(world: World) -> None:
    """Objects of one name in one region of two accounts are two; each place is told with its account."""
    there = Place("222222222222", HOME)
    world.other_accounts, world.owners = (there,), {str(there): there.account}
    mine = live(named("a"))
    world.objects = {mine, replace(mine, account=there.account)}
    found = take_inventory(world.here)
    assert found.objects == world.objects
    assert found.accounts == {HOME: OURS, f"{HOME} of account 222222222222": "222222222222"}
    assert found.unread == {}


def test_what_other_credentials_show_says_nothing_of_an_account(world: World) -> None:
    """The role of a place led to another account: nothing of it is read, and whoever asks is told whose it was."""
    there = Place("222222222222", HOME)
    world.other_accounts, world.owners = (there,), {str(there): OURS}
    world.objects = {live(named("a"), account=there.account)}
    found = take_inventory(world.here)
    assert found.objects == frozenset()
    why = f"the credentials are for account {OURS}, not for 222222222222"
    assert found.unread == {(str(there), each): why for each in world.shown}
    assert (str(there), INSTANCE) not in world.listings
