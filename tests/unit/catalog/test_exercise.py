"""What files of exercises share is refused by its key where it cannot be carried out."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from dr_orchestrator.catalog import exercise as build
from dr_orchestrator.catalog.rules.exercise import of_injects, of_roles
from dr_orchestrator.catalog.shapes.exercise import Injects, Roles
from dr_orchestrator.domain.exercise.roles import Role


class File(BaseModel):
    """A file of an exercise, as far as all share it."""

    roles: Roles = {}
    injects: Injects = {}


SAID = {"content": "It is down.", "expected": "Call the director."}
NUDGE = {**SAID, "kind": "contingency"}


def mistakes(**injects: dict[str, Any]) -> list[tuple[str, str]]:
    """The mistakes in injects: at which key, and what."""
    found = of_injects(File.model_validate({"injects": injects}).injects, {"called"})
    return [(".".join(map(str, key)), told) for key, told, _fix in found]


@pytest.mark.parametrize(
    ("injects", "key", "told"),
    [
        ({"a": SAID}, "injects.a", "it has neither a time nor a trigger"),
        ({"a": {**SAID, "at": "5m", "when": "x"}}, "injects.a.when", "it has a time, and a trigger, too"),
        ({"a": {**SAID, "at": "5m", "criterion": "caled"}}, "injects.a.criterion", "there is no criterion 'caled'"),
        ({"a": NUDGE}, "injects.a", "it has neither a time nor a trigger"),
        (
            {"a": {**SAID, "at": "5m", "within": "5m", "contingency": "b"}},
            "injects.a.contingency",
            "there is no inject 'b'",
        ),
        (
            {"a": {**SAID, "at": "5m", "within": "5m", "contingency": "b"}, "b": {**SAID, "at": "9m"}},
            "injects.a.contingency",
            "'b' is no contingency: it is delivered anyway",
        ),
        (
            {"a": {**SAID, "at": "5m", "contingency": "b"}, "b": NUDGE},
            "injects.a",
            "it has a contingency, and no time in which the expected is to be done",
        ),
    ],
)
def test_an_inject_that_cannot_be_delivered_is_refused(injects: dict[str, Any], key: str, told: str) -> None:
    """By its key, with what is wrong."""
    assert (key, told) in mistakes(**injects)


def test_injects_that_can_be_delivered_are_not() -> None:
    """One by time, one by trigger, one where nobody did what was expected."""
    first = {**SAID, "at": "5m", "within": "5m", "contingency": "b", "criterion": "called"}
    assert mistakes(a=first, b=NUDGE, c={**SAID, "when": "the site is back"}) == []


def test_a_role_that_nobody_fills_or_the_wrong_one_is_refused() -> None:
    """By the role, with the person's name."""
    roles = {"executor": {"person": "Ana"}, "evaluator": [{"person": "ANA"}, {"person": "Bo", "deputy": "bo"}]}
    found = [*of_roles(File.model_validate({"roles": roles}).roles, [Role.DIRECTOR])]
    assert [(key, told) for key, told, _fix in found] == [
        (("roles",), "nobody is director"),
        (("roles", Role.EVALUATOR), "Ana is evaluator, and also executor: no person is both"),
        (("roles", Role.EVALUATOR), "Bo is their own deputy"),
    ]


def test_what_is_written_becomes_the_domains() -> None:
    """A single holder may stand without a list."""
    file = File.model_validate(
        {"roles": {"scribe": {"person": "Ana", "deputy": "Bo"}}, "injects": {"a": {**SAID, "at": "5m"}}}
    )
    assert build.cast(file.roles)[Role.SCRIBE][0].persons == ("Ana", "Bo")
    assert build.injects(file.injects)[0].expected == SAID["expected"]
