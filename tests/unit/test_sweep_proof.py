"""The proof of a sweep: whose doing the difference between two inventories is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import Copy, LiveObject
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.sweep.objects import Inventory
from dr_orchestrator.runner.sweep.proof import Mark, Proof, prove

HOME, ABROAD = "us-east-1", "eu-west-1"
COPY = Copy("cloudformation-stack", "dro-r-shop", HOME, "r", "shop-replica", "shop")
STACK = LiveObject(COPY.type, HOME, COPY.id, "arn:stack/1", "r")
PART = LiveObject("dynamodb-table", HOME, "dro-r-shop-config", "t-1")
ORDERS = LiveObject("rds-instance", HOME, "orders-prod", "db-1")
SESSIONS = LiveObject("dynamodb-table", ABROAD, "sessions-prod")
MARKS = {COPY: Mark(COPY, STACK.identity, STACK, frozenset({PART}))}


def inventory(*objects: LiveObject, **unread: str) -> Inventory:
    """Of both regions; `unread` names types that could not be listed at home."""
    missing = {(HOME, of.lower().replace("_", "-")): why for of, why in unread.items()}
    return Inventory((ABROAD, HOME), frozenset(o for o in objects if o.listing not in missing), missing)


BEFORE = inventory(STACK, PART, ORDERS, SESSIONS)


def proven(after: Inventory, gone: bool = True, before: Inventory = BEFORE) -> Proof:
    return prove(TYPES.names, before, after, MARKS, [COPY] if gone else [])


def test_copies_and_their_parts_are_all_that_went() -> None:
    """Exactly these are gone, and nobody else's: the line says so."""
    proof = proven(inventory(ORDERS, SESSIONS))
    assert set(proof.gone) == {STACK, PART}
    assert (proof.others_gone, proof.others_new, proof.shown) == ((), (), {})
    told = "Inventory of eu-west-1, us-east-1: 4 objects before, 2 after; gone are 1 copy of drills"
    assert str(proof) == f"{told} with 1 object of stacks, and nothing else."


@pytest.mark.parametrize("kept", [STACK, PART])
def test_what_is_still_shown_is_not_proven_gone(kept: LiveObject) -> None:
    """Neither a copy nor a part of it may be there after, whoever called it gone."""
    proof = proven(inventory(kept, ORDERS, SESSIONS))
    assert proof.shown == {COPY: (kept,)}
    assert kept.id in proof.still(COPY)
    assert kept not in proof.gone
    assert (proof.others_gone, proof.others_new) == ((), ())
    assert "NOT proven gone: 1 copy" in str(proof)


def test_what_is_being_deleted_is_not_there_any_more() -> None:
    """An object on its way out needs nobody; that the figures still hold it is told."""
    proof = proven(inventory(replace(STACK, going=True), ORDERS, SESSIONS))
    assert proof.shown == {}
    assert set(proof.gone) == {STACK, PART}
    assert "1 of them still being deleted" in str(proof)


def test_a_name_is_no_identity() -> None:
    """Under the copy's name somebody made another: the copy is gone, and the other is new and not ours."""
    other = replace(STACK, identity="arn:stack/2", run=None)
    proof = proven(inventory(other, ORDERS, SESSIONS))
    assert proof.shown == {}
    assert proof.others_new == (other,)


def test_a_copy_that_appears_late_is_not_proven_gone() -> None:
    """Never created, said the sweep; but under the name that only its run gives something is there after all."""
    unknown = {COPY: Mark(COPY)}
    proof = prove(TYPES.names, inventory(ORDERS), inventory(ORDERS, STACK), unknown, [COPY])
    assert proof.shown == {COPY: (STACK,)}
    assert proof.others_new == ()


def test_what_the_sweep_did_not_take_down_is_not_its_doing() -> None:
    """Production that goes, or comes, meanwhile is named; so is a copy that the sweep did not prove gone itself."""
    new = LiveObject("rds-instance", ABROAD, "billing-prod", "db-9")
    proof = proven(inventory(new, SESSIONS), gone=False)
    assert proof.gone == ()
    assert set(proof.others_gone) == {STACK, PART, ORDERS}
    assert proof.others_new == (new,)
    assert "nothing is gone by this sweep; not by this sweep: 3 gone, 1 new" in str(proof)


def test_a_sweep_that_changed_nothing_says_no_more_than_that() -> None:
    """Nothing went, by the sweep or by others."""
    told = str(proven(inventory(STACK, PART, ORDERS, SESSIONS), gone=False))
    assert told.endswith("nothing is gone by this sweep.")


@pytest.mark.parametrize("missing", ["before", "after"])
def test_what_was_not_listed_has_not_gone(missing: str) -> None:
    """A listing that failed before or after says nothing of what it would have shown; the rest is compared."""
    denied = {"RDS_INSTANCE": "denied"}
    before = inventory(STACK, PART, ORDERS, SESSIONS, **(denied if missing == "before" else {}))
    after = inventory(ORDERS, SESSIONS, **(denied if missing == "after" else {}))
    proof = proven(after, before=before)
    assert set(proof.gone) == {STACK, PART}
    assert (proof.others_gone, proof.others_new) == ((), ())
    assert proof.read == [ABROAD]
    assert str(proof).startswith("Inventory of eu-west-1: 1 object before, 1 after; ")


@pytest.mark.parametrize(
    ("run", "then", "now"), [("1", "1", "2"), ("1", "2", "1"), ("1", "2", "2")], ids=["after", "before", "both"]
)
def test_another_accounts_inventory_is_as_good_as_none(run: str, then: str, now: str) -> None:
    """Nothing is proven by what another account shows, before or after; other regions are compared all the same."""
    before = replace(BEFORE, accounts={HOME: then, ABROAD: "1"})
    after = replace(inventory(SESSIONS), accounts={HOME: now, ABROAD: "1"})
    proof = prove(TYPES.names, before, after, {COPY: replace(MARKS[COPY], account=run)}, [COPY])
    assert proof.read == [ABROAD]
    assert (proof.gone, proof.others_gone) == ((), ())
    assert "could prove it: account" in proof.of([COPY])
    same = {HOME: "1", ABROAD: "1"}
    ours = {COPY: replace(MARKS[COPY], account="1")}
    assert not prove(TYPES.names, replace(before, accounts=same), replace(after, accounts=same), ours, [COPY]).unread


def test_what_a_lost_stack_owned_is_looked_for() -> None:
    """The stack was there neither before nor after; a table that the ledger says it held still is."""
    table = Copy(PART.type, PART.id, HOME, "r", "shop-replica", "shop", parent=COPY.id)
    lost = {COPY: Mark(COPY, STACK.identity, owned=(Mark(table, PART.identity),))}
    for before in (inventory(PART), inventory()):
        assert prove(TYPES.names, before, inventory(PART), lost, [COPY]).shown == {COPY: (PART,)}
    another = replace(PART, identity="t-2")
    assert not prove(TYPES.names, inventory(PART), inventory(another), lost, [COPY]).shown


def test_the_record_says_how_many_were_there() -> None:
    """The sentence for the ledger tells of copies that were never there, and of listings that failed."""
    assert proven(inventory(ORDERS)).of([COPY]).endswith("shows 1 of 1 before the sweep, none after")
    assert (
        prove(TYPES.names, inventory(), inventory(), {COPY: Mark(COPY)}, [COPY])
        .of([COPY])
        .endswith("0 of 1 before the sweep, none after")
    )
    assert "could prove it: denied" in proven(inventory(ORDERS, CLOUDFORMATION_STACK="denied")).of([COPY])
