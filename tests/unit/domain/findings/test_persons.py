"""Nobody accepts what is their own by another spelling of their name, and nobody is taken for another."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.findings.persons import mixed, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Payments", " payments "),
        ("Zo\u00eb", "Zoe\u0308"),
        ("ana", "\uff41\uff4e\uff41"),
        ("ana", "ana\ufe0f"),
        ("ana", "a\u200bna"),
        ("ana@x.org", "Ana <ana@x.org>"),
        ("ana@x.org", "ana"),
        ("ana", '"ana".'),
        ("ana smith", "ana_smith"),
        ("ana smith", "Smith, Ana"),
    ],
)
def test_one_name_in_two_spellings_is_one(one: str, other: str) -> None:
    """By case, form, width, what nobody sees, address, punctuation and order."""
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(("one", "other"), [("ana", "anna"), ("ana smith", "ana"), ("", ""), ("", "ana"), ("?", "!")])
def test_two_names_are_two(one: str, other: str) -> None:
    """A name that says nothing is nobody's."""
    assert not same(one, other)


def test_a_word_of_two_scripts_is_told() -> None:
    """Cyrillic letters among Latin ones are there to be taken for those; a name all in one script is a name."""
    assert mixed("\u0430na")
    assert not mixed("\u0430\u043d\u043d\u0430 smith")
    assert not mixed("Zo\u00eb 3rd, O'Neil")
