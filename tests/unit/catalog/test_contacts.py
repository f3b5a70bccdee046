"""Deputies are other contacts of the service, and lead to somebody who can be reached; else the place is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import problems
from tests.support.drill_files import SHOP, changed, write
from tests.support.types import TYPES, load

PEOPLE = """\
contacts:
  - {name: Ada, role: lead, reach: "1", deputies: [Bo]}
  - {name: Bo, role: on-call, reach: "2", deputies: [Ada]}
  - {name: Cy, role: on-call, reach: "3", deputies: [Bo, Ada]}
"""


def shop(folder: Path, old: str = "", new: str = "") -> Path:
    """A workspace whose shop has these contacts, a place changed."""
    people = changed(PEOPLE, old, new) if old else PEOPLE
    folder.mkdir(exist_ok=True)
    return write(folder, {"shop.yaml": changed(SHOP, "resources:\n", f"{people}resources:\n")})


def told(folder: Path) -> list[str]:
    """What is wrong, with its place but for the line, which `SHOP` alone decides."""
    return [f"{each.file}:{each.key}: {each.message} ({each.fix})" for each in problems(folder, TYPES)]


def test_deputies_arrive_in_their_order(tmp_path: Path) -> None:
    """Two who act for each other are as they should be: whoever of them is there is reached in a way of their own."""
    found = load(shop(tmp_path)).services["shop"].contacts
    assert [each.deputies for each in found] == [("Bo",), ("Ada",), ("Bo", "Ada")]


def test_a_contact_may_have_none(tmp_path: Path) -> None:
    """None is asked for, and an empty list is none, too."""
    without = load(shop(tmp_path / "a", ", deputies: [Bo, Ada]", ""))
    assert without.services["shop"].contacts[2].deputies == ()
    assert without.revision == load(shop(tmp_path / "b", "[Bo, Ada]", "[]")).revision


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[Bo, Ada]", "[Bob, Ada]", "[2].deputies[0]: this service has no contact 'Bob' (did you mean 'Bo'?)"),
        ("[Bo, Ada]", "[Bo, ada]", "[2].deputies[1]: this service has no contact 'ada' (did you mean 'Ada'?)"),
        ("[Bo, Ada]", "[Zoe Q]", "[2].deputies[0]: this service has no contact 'Zoe Q' (one of: Ada, Bo)"),
        ("[Bo, Ada]", "[Bo, Cy]", "[2].deputies[1]: Cy is their own deputy (name somebody else)"),
        ("[Bo, Ada]", "[Bo, CY]", "[2].deputies[1]: Cy is their own deputy (name somebody else)"),
        ("[Bo, Ada]", "[Bo, Bo]", "[2].deputies[1]: 'Bo' stands there twice (remove one)"),
        ("[Bo, Ada]", "[Bo, '']", "[2].deputies[1]: is empty (give it a value, or remove the key)"),
    ],
)
def test_a_deputy_who_is_none_is_told_by_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    """Nobody of the service's, oneself in any spelling, somebody twice; with what to write."""
    assert told(shop(tmp_path, old, new)) == [f"drills/shop.yaml:contacts{place}"]


def test_the_line_of_a_deputy_is_told(tmp_path: Path) -> None:
    """The one on which the name stands."""
    (found,) = problems(shop(tmp_path, "[Bo, Ada]", "[Bo, Zed]"), TYPES)
    written = (tmp_path / "drills" / "shop.yaml").read_text().splitlines()
    assert "Zed" in written[found.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('reach: "2"', 'reach: " 1 "', ["[0].deputies: the deputies end where they began (Ada, Bo)"]),
        ('reach: "3", deputies: [Bo, Ada]', 'reach: "1", deputies: [Bo]', []),
        ('reach: "2", deputies: [Ada]', 'reach: "1", deputies: [Cy]', []),
        ('reach: "2", deputies: [Ada]', 'reach: "1", deputies: [Ada, Cy]', []),
        ('reach: "2", deputies: [Ada]', 'reach: "1"', []),
    ],
)
def test_a_ring_is_refused_where_one_way_alone_reaches_it(tmp_path: Path, old: str, new: str, at: list[str]) -> None:
    """Once, by its first: where that does not answer nobody does. With a way out, or another way in, it is none."""
    found = told(shop(tmp_path, old, new))
    assert [each.split(", and one way")[0].removeprefix("drills/shop.yaml:contacts") for each in found] == at
