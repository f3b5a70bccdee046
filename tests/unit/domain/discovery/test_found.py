"""Whose a declaration is: it is never taken for another account's."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.discovery.found import is_of


@pytest.mark.parametrize(
    ("declared", "allowed", "own"),
    [
        ("111", ["111", "222"], False),
        ("222", ["111", "222"], True),
        ("", ["111", "222"], False),
        ("", ["222"], True),
        ("", [], True),
        ("111", [], False),
    ],
)
def test_a_declaration_is_of_the_account_that_it_names(declared: str, allowed: list[str], own: bool) -> None:
    """One that names none is of the login's only where no other is allowed."""
    assert is_of(declared, "222", allowed) is own
