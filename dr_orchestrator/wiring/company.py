"""A workspace's estate file -> the company that a lab is to make of it; its mistakes by file, line and key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, create_model

from dr_orchestrator.catalog.explain import explain
from dr_orchestrator.catalog.shapes.fields import Region, Shape, shaped
from dr_orchestrator.catalog.shapes.there import Domain, ZoneId
from dr_orchestrator.catalog.source import Document, read
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.errors import CatalogError, Problem
from dr_orchestrator.lab.estate.company import Company, Elsewhere
from dr_orchestrator.lab.history import History
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.resources.estate import Entry, other_region

FILE = "estate.yaml"
_ALIAS = Annotated[str, shaped(r"alias/[\w/-]{1,250}", "an alias of a key", "such as alias/dr-drills")]


class _Region(Shape):
    """Another region, where drills may put copies; `key` is the alias of the key that is there for them."""

    key: _ALIAS | None = None


class _History(Shape):
    """A made-up history of the company's drills: so many quarters, drawn from a seed."""

    quarters: int = Field(ge=1, le=20)
    seed: int = 1


_BESIDE = ("elsewhere", "zones", "history")
"""The keys that are no type of resource."""


def written(home: Path) -> Path | None:
    """The estate file of a workspace, None where it has none."""
    path = home / FILE
    return path if path.is_file() else None


def company(path: Path, types: Types[Drillable]) -> Company:
    """Read an estate file; CatalogError with all problems where there is one."""
    document, found = _read(path, types)
    if document.problems:
        raise CatalogError(tuple(document.problems))
    elsewhere = [Elsewhere(region, each.key or "") for region, each in found.pop("elsewhere", {}).items()]
    zones = found.pop("zones", {})
    found.pop("history", None)
    behind = [each.behind(id) for entries in found.values() for id, each in entries.items()]
    return Company(path.parent, found, [each for each in behind if each is not None], elsewhere, zones)


def asked_history(path: Path, types: Types[Drillable]) -> History | None:
    """The history that an estate file asks for, None where it asks for none; CatalogError where the file is wrong."""
    document, found = _read(path, types)
    if document.problems:
        raise CatalogError(tuple(document.problems))
    asked = found.get("history")
    return History(asked.quarters, asked.seed) if asked is not None else None


def problems(path: Path, types: Types[Drillable]) -> list[Problem]:
    """Everything that is wrong with an estate file."""
    return _read(path, types)[0].problems


def _read(path: Path, types: Types[Drillable]) -> tuple[Document, dict[str, Any]]:
    document = read(path, path.name)
    if document.data is None:
        return document, {}
    laid = {each.name: each.entry() for each in types if each.entry is not None}
    shape = _shape(laid)
    try:
        whole = shape.model_validate(document.data)
    except ValidationError as wrong:
        document.problems.extend(explain(wrong, document, shape))
        return document, {}
    found = {(field.alias or name): getattr(whole, name) for name, field in shape.model_fields.items()}
    document.problems.extend(_beside_one_another(document, path.parent, types, found))
    return document, found


def _shape(laid: Mapping[str, type[Entry]]) -> type[Shape]:
    """The shape of an estate file in which there may be what the types have."""
    fields: dict[str, Any] = {
        "elsewhere": (dict[Region, _Region], Field(default_factory=dict)),
        "zones": (dict[ZoneId, Domain], Field(default_factory=dict)),
        "history": (_History | None, None),
    }
    for name, entry in laid.items():
        fields[name.replace("-", "_")] = (dict[str, entry], Field(default_factory=dict, alias=name))  # type: ignore[valid-type]
    made: type[Shape] = create_model("Estate", __base__=Shape, **fields)
    return made


def _beside_one_another(
    document: Document, home: Path, types: Types[Drillable], found: Mapping[str, Any]
) -> Iterator[Problem]:
    """The mistakes between entries: ids that are none, what is named and not there, what two would share."""
    for region in found.get("elsewhere", {}):
        for key, words, fix in other_region(("elsewhere", region), region):
            yield document.problem(key, words, fix)
    entries = {name: each for name, each in found.items() if name not in _BESIDE}
    for name, of in entries.items():
        naming = types[name].naming
        for id, each in of.items():
            if not re.fullmatch(naming.pattern, id):
                yield document.problem((name, id), f"'{id}' is no id of one", naming.rule)
            for key, words, fix in each.mistakes(found, home):
                yield document.problem((name, id, *key), words, fix)
    behind = [(name, id, each.behind(id)) for name, of in entries.items() for id, each in of.items()]
    known = [(name, id, each) for name, id, each in behind if each is not None]
    secrets, ids = Counter(each.secret for *_, each in known), Counter(each.id for *_, each in known)
    for name, id, each in known:
        if secrets[each.secret] > 1:
            yield document.problem((name, id), f"another has its login in {each.secret}, too", "name another 'secret'")
        if ids[each.id] > 1:
            yield document.problem((name, id), "an instance and a cluster cannot have the same name", "rename one")
