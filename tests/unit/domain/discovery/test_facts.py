"""The facts of a service: of its directory, else of tags; where two disagree, people choose."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.discovery.directory import Entry, Person
from dr_orchestrator.domain.discovery.facts import Facts, gathered, tier_of
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.objective import Objective, Tier
from dr_orchestrator.domain.tag_keys import TagKeys

TIERS = {number: Tier(number, name, Objective(None, None, "", "")) for number, name in {1: "Gold", 2: "Silver"}.items()}


def of(*tags: dict[str, str], entries: tuple[Entry, ...] = ()) -> Facts:
    found = [Found("table", str(number), "us-east-1", "arn", each) for number, each in enumerate(tags)]
    return gathered("Orders", found, entries, TagKeys(), TIERS)


@pytest.mark.parametrize(
    ("text", "tier"), [("1", 1), ("tier-2", 2), ("Tier 1", 1), ("T2", 2), ("gold", 1), ("3", None)]
)
def test_a_tier_is_meant_by_number_or_name(text: str, tier: int | None) -> None:
    """Where tiers.yaml has it."""
    assert tier_of(text, TIERS) == tier


def test_a_directory_says_more_than_tags() -> None:
    """What it does not say, they do."""
    facts = of({"owner": "Them", "tier": "2"}, entries=(Entry("orders", "a.csv:2", owner="Us"),))
    assert (facts.owner.value, facts.owner.source, facts.tier.value) == ("Us", "a.csv:2", "2")


def test_where_two_say_something_else_both_are_told() -> None:
    """Two ways to write one are one."""
    assert of({"owner": "Us"}, {"owner": "us "}).owner.value == "Us"
    facts = of({"owner": "Us"}, {"owner": "Them"})
    assert (facts.owner.value, facts.owner.lacking) == (
        "",
        "the team or person that owns it: 'Us' (tag owner) or 'Them' (tag owner)",
    ) or facts.owner.lacking.endswith("'Them' (tag owner) or 'Us' (tag owner)")
    entries = (Entry("orders", "a.yaml:1", owner="Us"), Entry("orders", "b.yaml:1", owner="Them"))
    assert "'Us' (a.yaml:1)" in of(entries=entries).owner.lacking


def test_a_tier_that_is_not_there_is_told_with_those_that_are() -> None:
    """And by whom it was said."""
    lacking = of({"tier": "9"}).tier.lacking
    assert lacking == "its tier: tag tier says '9', which tiers.yaml does not have; one of 1 (Gold), 2 (Silver)"


def test_contacts_come_with_the_owner() -> None:
    """Of tags: how the owner is reached."""
    assert of({"owner": "Us", "slack": "#us"}).contacts == (Person("Us", "owner", "#us"),)
    assert of({}).contacts == ()


def test_control_characters_of_tags_are_left_out() -> None:
    """No drill file can hold them."""
    assert of({"owner": "U\x07s\n"}).owner.value == "Us"
