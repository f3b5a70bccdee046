"""Sample data as estate files write them: words with places in them, that mean the same wherever they are said."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from dr_orchestrator.lab.estate.words import DIGEST, NUMBER, Turn, read

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("tenant-{n}", ["tenant-1", "tenant-2", "tenant-3"]),
        ("W{1..2}/{0..9}", ["W2/1", "W1/2", "W2/3"]),
        ("{md5}", [hashlib.md5(text, usedforsecurity=False).hexdigest() for text in (b"1", b"2", b"3")]),
        ("{date}/{n}.json", ["2026/11/20/1.json", "2026/11/20/2.json", "2026/11/20/3.json"]),
        ("{at}", [AT.isoformat()] * 3),
        (["a", "b"], ["b", "a", "b"]),
        ("plain", ["plain"] * 3),
    ],
)
def test_a_value_of_each_row(written: str | list[str], values: list[str]) -> None:
    """Its number, numbers in turn, a digest, its time; a list is taken in turn."""
    assert [read(written).of(number, AT) for number in (1, 2, 3)] == values


@pytest.mark.parametrize("written", ["{m}", "{9..1}", "{", "a}b", "{n", "{}", "{at}"])
def test_what_stands_for_nothing_is_refused_by_name(written: str) -> None:
    """A place that nobody knows, or that is not there for rows, is told and not written out as text."""
    with pytest.raises(ValueError, match=r"[{}]"):
        read(written, (NUMBER, DIGEST))


def test_numbers_in_turn_are_as_many_as_they_say() -> None:
    """Both ends are of them."""
    assert Turn(1, 40).length == 40
