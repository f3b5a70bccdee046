"""What no drill covers is told, whatever keeps it from being drilled."""

from __future__ import annotations

from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.discovery.placing import place
from dr_orchestrator.domain.discovery.uncovered import Uncovered, uncovered
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.tag_keys import TagKeys
from dr_orchestrator.wiring.estate import seeing


def found(id: str, service: str = "shop", **more: str) -> Found:
    return Found("db", id, "us-east-1", f"arn:{id}", {"service": service}, **more)


def told(*each: Found) -> list[Uncovered]:
    return list(uncovered(place(each, TagKeys(), Directory()), {("db", "orders", "us-east-1"): "shop"}, {"shop"}))


def test_what_cannot_be_drilled_is_told_with_the_reason() -> None:
    """Of a service that is described, and of one that is not."""
    one, two = told(found("a", unfit="its engine is none of ours"), found("b", "other", unfit="nor this"))
    assert (one.service, one.ruling.rule, two.service, two.ruling.rule) == ("shop", Rule.UNDRILLED, "", Rule.UNCLAIMED)
    assert "its engine is none of ours" in one.ruling.evidence


def test_a_part_is_excused_by_what_was_seen_alone() -> None:
    """By its name in the region, or its ARN; a replica of what is gone is all that there is of it."""
    parts = [
        found(f"p{number}", part_of=each, source=each) for number, each in enumerate(("orders", "arn:orders", "gone"))
    ]
    (one,) = told(found("orders"), *parts)
    assert one.found.id == "p2"
    assert "part of gone, which was not seen" in one.ruling.evidence


def test_what_is_called_like_a_copy_is_unfit_to_be_drafted() -> None:
    """And what such a one made; tags that an index tells late do not make production of it."""
    stack = found("dro-20261120-abc123-shop", makes="stack-id")
    each = list(seeing.of_copies([stack, found("made", maker="stack-id"), found("orders")]))
    assert [bool(one.unfit) for one in each] == [True, True, False]


def test_what_is_claimed_and_in_no_drill_falls_short_by_much() -> None:
    """By its tag, or by the one that made it: whoever is answerable for it may think that it is drilled."""
    tagged, made = told(
        found("carts"),
        found("orders", makes="stack-id"),
        found("made", "other", maker="stack-id"),
    )
    assert (tagged.service, tagged.ruling.rule) == ("shop", Rule.UNDRILLED)
    assert "it is of shop, by tag service" in tagged.ruling.evidence
    assert (made.service, made.ruling.rule) == ("shop", Rule.UNDRILLED)
    assert "db orders made it, which shop declares" in made.ruling.evidence


def test_what_nobody_claims_is_told_with_what_is_known_of_it() -> None:
    """A service that no file describes, no tag at all, or tags that could not be read."""
    of_none = Found("db", "plain", "us-east-1", "arn:plain", {})
    unread = Found("db", "unread", "us-east-1", "arn:unread", None)
    other, plain, dark = told(found("b", "other"), of_none, unread)
    assert {each.ruling.rule for each in (other, plain, dark)} == {Rule.UNCLAIMED}
    assert "tag service says other, a service that no file describes" in other.ruling.evidence
    assert "no tag says whose it is" in plain.ruling.evidence
    assert "its tags are not known" in dark.ruling.evidence
    assert str(dark.found) == "db unread in us-east-1"
