"""Orphans: what wears our tag although no row of the ledger asks for its end; reported, never touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import CopyState, LiveObject, Place
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner.sweep import Orphan, find_orphans, forget, orphans_of, sweep
from tests.support import ledger_samples as samples
from tests.support.sweeping import ABROAD, HOME, INSTANCE, TABLE, World, live, named

LOST = LiveObject(INSTANCE, HOME, "dro-lost", "db-9", "r-unknown")


@pytest.fixture
def exercise() -> Iterator[str]:
    yield "2026-q4"
    forget("2026-q4")


def test_what_wears_the_tag_of_no_known_run_is_reported(world: World) -> None:
    """A sweep names it, and does not touch it."""
    world.objects |= {LOST, replace(LOST, id="orders-prod", run=None)}
    assert sweep(world.here).orphans == [Orphan(INSTANCE, "dro-lost", "r-unknown", HOME)]
    assert world.destroyed == []


def test_what_its_run_still_answers_for_is_none(world: World) -> None:
    """Neither a copy of an open run, nor one that a closed run still has to settle; nor what is being deleted."""
    world.left(named("a"))
    world.left(named("b", "r-2"), run="r-2", closing=samples.closing())
    world.objects.add(replace(LOST, going=True))
    assert find_orphans(world.here) == []


def test_a_copy_that_is_there_after_its_end_is_one(world: World) -> None:
    """The ledger has it deleted; it wears its tag, and lives."""
    world.left(named("a"), closing=samples.closing())
    world.ledger.change_copy(named("a"), CopyState.DELETED, world.clock.now())
    assert find_orphans(world.here) == [Orphan(INSTANCE, "a", "r-1", HOME)]


def test_a_settled_copy_that_rose_without_a_tag_is_known_by_its_name(world: World) -> None:
    """Asked for by a process that died of it: its name leads to the run; another region's or a stranger's does not."""
    world.left(named("dro-a"), closing=samples.closing())
    world.ledger.change_copy(named("dro-a"), CopyState.NEVER_CREATED, world.clock.now())
    risen = replace(live(named("dro-a")), run=None)
    world.objects = {risen, replace(risen, region=ABROAD), replace(risen, id="dro-other"), replace(risen, id="orders")}
    world.declared = (HOME, ABROAD)
    assert find_orphans(world.here) == [Orphan(INSTANCE, "dro-a", "r-1", HOME, tagged=False)]


def test_what_could_not_be_listed_is_not_called_clean(world: World) -> None:
    """Without an inventory of one's own a listing that failed is raised, each reason once."""
    world.silent[HOME, INSTANCE] = world.silent[HOME, TABLE] = NotMeasured("denied")
    with pytest.raises(NotMeasured, match=r"^denied$"):
        find_orphans(world.here)


def test_runs_of_an_exercise_share_one_look(world: World, exercise: str) -> None:
    """The first lists for all, by region and type; a run of none lists for itself, and what ended is looked at anew."""
    world.objects.add(LOST)
    region = world.region(Place("", HOME))
    first = orphans_of(world.here, region, INSTANCE, exercise)
    world.objects.clear()
    assert (
        orphans_of(world.here, region, INSTANCE, exercise) == first == [Orphan(INSTANCE, "dro-lost", "r-unknown", HOME)]
    )
    assert world.listings == [(HOME, INSTANCE)]
    assert orphans_of(world.here, region, TABLE, exercise) == []
    assert orphans_of(world.here, region, INSTANCE) == []
    forget(exercise)
    assert orphans_of(world.here, region, INSTANCE, exercise) == []


def test_an_orphan_in_another_account_is_told_with_it(world: World) -> None:
    """Whoever goes to look for it has to know where; one beside it in the own account is another."""
    there = Place("222222222222", HOME)
    world.other_accounts, world.owners = (there,), {str(there): there.account}
    world.objects = {LOST, replace(LOST, account=there.account)}
    assert sorted(orphan.where for orphan in find_orphans(world.here)) == [HOME, f"{HOME} of account 222222222222"]
