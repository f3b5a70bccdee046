"""The book of contacts tells who acts for whom, service by service, and whose contacts are others than before."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.contacts.book import Book, Call, Entry, OfService

BO, CY = Entry("Bo", "on-call", "2"), Entry("Cy", "deputy lead", "3", ("Bo",))
SHOP = OfService("shop", "Shop", 1, "First", "Team", "Ada", "u", (Entry("Ada", "lead", "1", ("Cy", "Bo")), BO, CY))
BANK = replace(SHOP, service="bank", title="Bank", calls=(Entry("Ada", "lead", "1", ("Bo",)), BO))


def test_somebody_may_have_other_deputies_in_another_service() -> None:
    """They are then called for each by a row of its own; who has the same for both, by one."""
    (tier,) = Book((SHOP, BANK)).tiers
    assert tier.calls == (
        Call(SHOP.calls[0], ("Shop",)),
        Call(BANK.calls[0], ("Bank",)),
        Call(BO, ("Shop", "Bank")),
        Call(CY, ("Shop",)),
    )


def test_deputies_are_told_in_the_order_of_their_turn() -> None:
    """With how they are reached, in each of the ways that the service's file tells."""
    again = replace(BO, reach="4")
    assert replace(SHOP, calls=(*SHOP.calls, again)).acting_for(SHOP.calls[0]) == (CY, BO, again)
    assert SHOP.acting_for(BO) == ()


def test_the_deputies_of_a_service_are_those_by_role() -> None:
    """Whom a contact names is that contact's, and no deputy of all."""
    assert SHOP.deputies == (CY,)


def test_another_deputy_is_another_book() -> None:
    """Also another order, and none."""
    books = [
        Book((replace(SHOP, calls=(replace(SHOP.calls[0], deputies=each), BO, CY)),)).digest
        for each in ((), ("Bo",), ("Cy", "Bo"), ("Bo", "Cy"))
    ]
    assert len(set(books)) == 4
