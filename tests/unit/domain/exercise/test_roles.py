"""Nobody judges their own work in an exercise, under whichever spelling, nor as somebody's deputy."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.exercise.roles import APART, Holder, Role, conflicts, without_deputy


@pytest.mark.parametrize(("one", "other"), APART)
@pytest.mark.parametrize("spelled", ["Ana Smith", "Smith, Ana", "ana.smith@example.com"])
def test_roles_apart_are_two_persons(one: Role, other: Role, spelled: str) -> None:
    """Also where the second is only a deputy, written otherwise."""
    cast = {one: (Holder("Ana Smith"),), other: (Holder("Bo"), Holder("Cy", deputy=spelled))}
    assert [(each.one, each.other) for each in conflicts(cast)] == [(one, other)]


def test_a_person_is_not_their_own_deputy() -> None:
    """Else nobody stands in for them."""
    (found,) = conflicts({Role.SCRIBE: (Holder("Ana", deputy="ANA"),)})
    assert found.one is found.other is Role.SCRIBE


def test_other_roles_may_be_one_persons() -> None:
    """A small team's director also takes the notes."""
    assert not [*conflicts({Role.DIRECTOR: (Holder("Ana"),), Role.SCRIBE: (Holder("Ana"),)})]


def test_a_role_that_one_person_alone_fills_is_told() -> None:
    """Two holders stand in for one another."""
    cast = {
        Role.DIRECTOR: (Holder("Ana"),),
        Role.EXECUTOR: (Holder("Bo"), Holder("Cy")),
        Role.SCRIBE: (Holder("D", "E"),),
    }
    assert without_deputy(cast) == [(Role.DIRECTOR, "Ana")]
