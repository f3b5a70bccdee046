"""A directory of services says what it says, of whomever it says it, in the order in which it was read."""

from __future__ import annotations

from dr_orchestrator.domain.discovery.directory import Claim, Entry, Person, directory
from dr_orchestrator.domain.discovery.remark import Kind, Remark

SHOP = Entry("Shop", "a.csv:2", tier="1", contacts=(Person("Ada", "on-call", "#shop"),))


def test_entries_of_one_name_stand_together() -> None:
    """However they write it: who asks for the service sees that two describe it."""
    told = directory([SHOP, Entry("shop", "b.csv:9", owner="Shop team"), Entry("billing", "a.csv:3")])
    assert [each.source for each in told.entries["shop"]] == ["a.csv:2", "b.csv:9"]
    assert set(told.entries) == {"shop", "billing"}


def test_an_entry_takes_from_another_what_it_does_not_say() -> None:
    """Its own words stay."""
    whole = SHOP.or_else(Entry("shop", "b.csv:9", tier="3", owner="Shop team"))
    assert (whole.tier, whole.owner, whole.source, whole.contacts) == ("1", "Shop team", "a.csv:2", SHOP.contacts)


def test_a_resource_is_claimed_by_its_arn_before_its_name_and_once_a_service() -> None:
    """The first word of a service counts; another service's claim stands beside it."""
    told = directory([], [("orders", Claim("shop", "a:1")), ("arn:orders", Claim("shop", "a:2"))])
    assert told.claimed("orders", "arn:orders") == (Claim("shop", "a:2"),)
    both = told | directory([SHOP], [("orders", Claim("billing", "b:1"))])
    assert {each.service for each in both.claimed("orders", "arn:orders")} == {"shop", "billing"}
    assert both.entries["shop"] == (SHOP,)
    assert both.claimed("other", "arn:other") == ()


def test_a_remark_says_what_to_do_where_something_is_to_be_done() -> None:
    """In one line, by what it is about."""
    assert str(Remark(Kind.MOVED, "drills/shop.yaml:3", "is of billing now", "move it")) == (
        "drills/shop.yaml:3: is of billing now (move it)"
    )
    assert str(Remark(Kind.PART, "db a", "is a part of b")) == "db a: is a part of b"
