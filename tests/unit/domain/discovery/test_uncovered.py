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
