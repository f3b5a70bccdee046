"""What there is: every region concerned is listed, and what could not be is named with the reason."""

from __future__ import annotations

from dr_orchestrator.domain.copy import LiveObject
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
