"""The house: a resource type is known in its own package and in one line, and contracts of imports name them all."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import dr_orchestrator
from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import CHECKOUT

PRODUCT = Path(dr_orchestrator.__file__).parent
RESOURCES = PRODUCT / "resources"
PACKAGES = sorted(each.name for each in RESOURCES.iterdir() if (each / "__init__.py").is_file())
FILES = sorted(
    each
    for each in chain(
        PRODUCT.rglob("*.py"), *((CHECKOUT / room).rglob("*.*") for room in ("flows", "reports/templates"))
    )
    if RESOURCES not in each.parents and each.is_file() and each.suffix != ".pyc"
)
CONTRACTS = {
    each["name"]: each
    for each in tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


@pytest.mark.parametrize("name", sorted({*TYPES.copies, *PACKAGES} - {NAME_TYPE}))
def test_no_other_room_names_a_type(name: str) -> None:
    """Neither code nor templates nor flows outside of `resources/` name a type, a part of one, or a package.

    The name that a region failover leads is a word of the domain: whoever takes down takes that first.
    """
    assert [str(each.relative_to(CHECKOUT)) for each in FILES if name in each.read_text()] == []


def test_a_docstring_begins_with_its_subject() -> None:
    """`The … that …` or a verb: of one that begins with a question nobody sees at once what it is about."""
    told = [path for path in PRODUCT.rglob("*.py") if re.search(r'^\s*"""(What|Who)', path.read_text(), re.M)]
    assert [str(path.relative_to(CHECKOUT)) for path in told] == []


def test_every_package_is_a_type_and_every_type_a_package() -> None:
    """What lies in `resources/` is drilled: a type that TYPES forgets would be guarded, listed and swept by nobody."""
    assert sorted(each.name.replace("-", "_") for each in TYPES) == PACKAGES


@pytest.mark.parametrize(
    ("contract", "key"),
    [
        ("Resource types know nothing of one another", "modules"),
        ("No other room knows a resource type", "forbidden_modules"),
    ],
)
def test_the_contracts_hold_for_every_type(contract: str, key: str) -> None:
    """A new type is under the contracts of imports from its first day: add it to them in pyproject.toml."""
    named: list[Any] = CONTRACTS[contract][key]
    assert sorted(named) == sorted(f"dr_orchestrator.resources.{each}" for each in PACKAGES)


def test_every_room_is_under_the_contract() -> None:
    """A new top-level room has to say whether it may know a type."""
    rooms = {each.stem for each in PRODUCT.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()}
    ruled = {each.rpartition(".")[2] for each in CONTRACTS["No other room knows a resource type"]["source_modules"]}
    assert rooms - ruled == {"__init__", "__main__", "resources"}
