"""One sweep of all: what one run meets keeps no other, and no copy is gone that an inventory still shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import CopyState, LiveObject, Place
from dr_orchestrator.domain.run import Closing, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.runner.sweep import dry_run, sweep
from tests.support import ledger_samples as samples
from tests.support.sweeping import ABROAD, HOME, INSTANCE, STACK, TABLE, World, live, named

LEFT = samples.closing(cleanup=Cleanup.LEFTOVERS, cleanup_reasons=("access denied",))
ORDERS = LiveObject(INSTANCE, HOME, "orders-prod", "db-1")


def test_a_dry_run_touches_nothing(world: World) -> None:
    """It tells what would go, and what that costs; ledger, cloud and pages stay as they are."""
    before = world.left(*map(named, "ab"))
    world.objects.add(ORDERS)
    found = dry_run(world.here)
    assert world.story == []
    assert world.run() == before
    assert found.proof.would_go == (live(named("a")), live(named("b")))
    assert [each.copy.id for each in found.left] == ["b", "a"]
    assert {str(each.cost) for each in found.left} == {"not known: tiers.yaml declares no `costs`"}
    assert str(found.proof) == "Inventory of eu-west-2: 3 objects; 2 copies of drills would go."


def test_a_dry_run_says_that_nothing_would_go(world: World) -> None:
    """Where nothing died, none of what is there would be taken down."""
    world.objects.add(ORDERS)
    assert str(dry_run(world.here).proof) == "Inventory of eu-west-2: 1 object; none of them would go."


def test_a_sweep_of_nothing_looks_once(world: World) -> None:
    """With nothing to take down there is no second inventory."""
    found = sweep(world.here)
    assert str(found.proof) == "Inventory of eu-west-2: 0 objects; nothing was to be taken down."
    assert len(world.listings) == len(world.types)


@pytest.mark.parametrize("closing", [None, LEFT])
def test_what_the_inventory_still_shows_is_not_gone(world: World, closing: Closing | None) -> None:
    """Whoever called it deleted: the copy is unproven, the run not clean, and its reasons say what is seen."""
    world.left(*map(named, "ab"), closing=closing)
    world.undying.add("a")
    found = sweep(world.here)
    assert [each.copy.id for each in found.left] == ["a"]
    assert world.states() == {"a": CopyState.UNPROVEN, "b": CopyState.DELETED}
    assert world.closing().cleanup is Cleanup.UNPROVEN
    assert (
        "called deleted on 2026-11-20 09:00 UTC, but the inventory after still shows"
        in (world.closing().cleanup_reasons[-1])
    )
    assert world.closing().cleanup_reasons[:-1] == (LEFT.cleanup_reasons if closing else ())
    assert "NOT proven gone: 1 copy" in str(found.proof)


def test_what_one_run_meets_keeps_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that cannot be swept is left as it is, and says why; the next is swept."""
    world.left(named("a"))
    world.left(named("b", "r-2"), run="r-2")
    found_run = type(world.ledger.queries).run

    def broken(queries: object, name: str) -> Run:
        if name == "r-1":
            raise NotMeasured("its row is torn")
        return found_run(world.ledger.queries, name)

    monkeypatch.setattr(world.ledger.queries, "run", broken.__get__(world.ledger.queries))
    found = sweep(world.here)
    assert [each.why for each in found.runs] == ["its row is torn", ""]
    assert world.destroyed == ["b"]
    assert world.states("r-2") == {"b": CopyState.DELETED}


@pytest.mark.parametrize("where", ["get", "amend_cleanup"])
def test_a_ledger_that_is_not_as_it_should_be_ends_the_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """That meets every run: it is raised, before a copy is touched and after."""
    world.left(named("a"))

    def wrong(*_given: object) -> None:
        raise UsageError("no such ledger")

    whose, name = (world.ledger.queries, "run") if where == "get" else (world.ledger, where)
    monkeypatch.setattr(whose, name, wrong)
    with pytest.raises(UsageError, match="no such ledger"):
        sweep(world.here)


def test_a_proof_that_cannot_be_written_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became of the copies is told all the same, and that the record lacks the proof; others are recorded."""
    world.left(named("a"))
    world.left(named("b", "r-2"), run="r-2")
    amend = world.ledger.amend_cleanup

    def locked(run: str, *given: object) -> None:
        if run == "r-1":
            raise OSError("database is locked")
        amend(run, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(world.ledger, "amend_cleanup", locked)
    first, second = sweep(world.here).runs
    assert "database is locked" in first.why
    assert [each.state for each in first.copies] == [CopyState.DELETED]
    assert second.why == ""
    assert "none after" in world.closing("r-2").cleanup_reasons[-1]


def test_a_copy_that_came_after_the_first_look_is_proven_too(world: World) -> None:
    """A run that went on until its lease was taken is proven by all its copies, not by those first seen."""
    world.left(named("a"))

    def goes_on(_run: Run) -> None:
        world.ledger.intend_copy(named("late"), world.clock.now())

    found = sweep(world.here, began=goes_on)
    assert world.destroyed == ["late", "a"]
    assert found.left == []
    assert "shows 1 of 2 before the sweep, none after" in world.closing().cleanup_reasons[-1]


def test_what_vanished_and_was_not_ours_is_told(world: World) -> None:
    """Production that went, or came, while the sweep was at work is named, and not called its doing."""
    world.left(named("a"))
    world.objects.add(ORDERS)
    new = replace(ORDERS, id="billing-prod", identity="db-2")

    def others(_copy: object) -> None:
        world.objects = {new, *world.objects} - {ORDERS}

    world.meanwhile = others
    proof = sweep(world.here).proof
    assert proof.gone == (live(named("a")),)
    assert (proof.others_gone, proof.others_new) == ((ORDERS,), (new,))
    assert str(proof).endswith("gone is 1 copy of drills; not by this sweep: 1 gone, 1 new.")


def test_nothing_is_proven_of_a_region_that_is_not_reached(world: World) -> None:
    """Its copies are taken down all the same; the record says that no inventory could prove it."""
    world.left(named("a", region=ABROAD))
    world.silent[ABROAD] = NotMeasured("nobody answers")
    found = sweep(world.here)
    assert world.states() == {"a": CopyState.DELETED}
    assert world.closing().cleanup_reasons == ("no inventory of us-east-1 could prove it: nobody answers",)
    assert found.proof.read == [HOME]
    world.silent[HOME] = NotMeasured("nobody answers")
    assert str(sweep(world.here).proof) == "No region could be listed whole, so no inventory proves anything."


def test_a_stacks_parts_go_with_it(world: World) -> None:
    """What AWS says that a stack holds counts as its own: neither somebody else's loss, nor missing from the tally."""
    stack, part = named("s", type=STACK), LiveObject(TABLE, HOME, "dro-part", "t-1")
    world.left(stack)
    world.objects.add(part)
    world.held[live(stack).identity] = [(TABLE, "dro-part")]
    world.meanwhile = lambda _copy: world.objects.discard(part)
    proof = sweep(world.here).proof
    assert set(proof.gone) == {live(stack), part}
    assert str(proof).endswith("gone are 1 copy of drills with 1 object of stacks, and nothing else.")


@pytest.mark.parametrize("how", ["other account", "silent"])
def test_what_a_stack_holds_is_not_guessed(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Where another account answers, or nobody does, the stack goes all the same, and its part is somebody else's."""
    stack, part = named("s", type=STACK), LiveObject(TABLE, HOME, "dro-part", "t-1")
    world.left(stack)
    world.objects.add(part)
    world.held[live(stack).identity] = [(TABLE, "dro-part")]
    world.meanwhile = lambda _copy: world.objects.discard(part)
    opened, region = [0], world.region

    def later(place: Place) -> object:
        opened[0] += 1
        if opened[0] == 2 and how == "silent":
            raise NotMeasured("nobody answers")
        world.owners[str(place)] = "999" if opened[0] == 2 else samples.PROVENANCE.account
        return region(place)

    monkeypatch.setattr(world, "region", later)
    proof = sweep(world.here).proof
    assert proof.gone == (live(stack),)
    assert proof.others_gone == (part,)


def test_what_is_being_deleted_counts_as_gone(world: World) -> None:
    """A figure that still holds it says so."""
    world.left(named("a"))
    world.undying.add("a")

    def going(_copy: object) -> None:
        world.objects = {replace(each, going=True) for each in world.objects}

    world.meanwhile = going
    found = sweep(world.here)
    assert found.left == []
    assert "1 of them still being deleted" in str(found.proof)


def test_pages_of_exercises_tell_of_what_was_swept(world: World) -> None:
    """The exercise of a swept run is published once, after the run; a run that was left alone brings none."""
    world.ledger.open_exercise(samples.EXERCISE)
    world.left(named("a"), exercise=samples.EXERCISE.id, closing=LEFT)
    world.left(named("b", "r-2"), run="r-2", exercise=samples.EXERCISE.id, closing=LEFT)
    world.ledger.end_exercise(samples.EXERCISE.id, world.clock.now(), LEFT.verdict)
    sweep(world.here)
    assert [line for line in world.story if "exercise" in line] == [f"publish exercise {samples.EXERCISE.id}"]


def test_what_a_program_made_goes_with_its_copy(world: World) -> None:
    """By the tag of its run, in the copy's place: no orphan while that is to be taken down, and nobody else's doing."""
    world.programmed = ("built",)
    world.left(named("dro-env", type="built"), closing=LEFT)
    table, abroad = (LiveObject(TABLE, region, "dro-env-t", "t-1", "r-1") for region in (HOME, ABROAD))
    world.objects |= {table, abroad}
    world.declared = (HOME, ABROAD)
    seen = dry_run(world.here)
    assert (seen.proof.would_go, [each.region for each in seen.orphans]) == ((table,), [ABROAD])
    world.meanwhile = lambda _copy: world.objects.discard(table)
    done = sweep(world.here)
    assert (done.proof.gone, done.proof.others_gone, done.proof.shown) == ((table,), (), {})
