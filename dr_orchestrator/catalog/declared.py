"""The declarations of one file, as far as it can be read: a mistake in one drill hides nothing that is wrong in
another.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from dr_orchestrator.catalog import app, template
from dr_orchestrator.catalog.explain import explain
from dr_orchestrator.catalog.shapes.rebuild import Rebuild
from dr_orchestrator.catalog.shapes.service import Drill, Resource, ServiceFile, service_file
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Data, Document, Key, read
from dr_orchestrator.catalog.template import Template, Unusable
from dr_orchestrator.domain.resource_type import ResourceType, Types

Entry = TypeVar("Entry", bound=BaseModel)


@dataclass(frozen=True)
class Entries(Generic[Entry]):
    """The entries of a mapping: those that are legal, and the names of all that are written."""

    legal: Mapping[str, Entry] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declared:
    """A service file in its `folder`; `whole` is None where something in it is not legal.

    With `anew` its baselines are about to be recorded: a file that is none is no mistake, and stands for nothing.
    """

    document: Document
    folder: Path
    stem: str
    whole: ServiceFile | None
    name: str
    tier: int | None
    resources: Entries[Resource]
    drills: Entries[Drill]
    templates: Mapping[str, Template | Unusable]
    anew: bool = False


@dataclass(frozen=True)
class Policy:
    """The tiers file; `whole` is None where something in it is not legal."""

    document: Document
    whole: TiersFile | None


def read_policy(drills: Path) -> Policy:
    """Read tiers.yaml."""
    path = drills / "tiers.yaml"
    file = f"{drills.name}/tiers.yaml"
    if not path.exists():
        missing = Document(file)
        fix = "rename tiers.yml" if (drills / "tiers.yml").exists() else "make a workspace with `dro init DIR`"
        missing.problems.append(missing.problem((), "the file is missing", fix))
        return Policy(missing, None)
    document = read(path, file)
    return Policy(document, shaped(document, TiersFile))


def read_service(path: Path, types: Types[ResourceType]) -> Declared:
    """Read a service file, whose resources are of those types."""
    document = read(path, f"{path.parent.name}/{path.name}")
    shape = service_file(types)
    whole = shaped(document, shape, functools.partial(_of_other_types, document, types))
    raw: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}
    if whole:
        resources, drills = _legal(whole.resources), _legal(whole.drills)
    else:
        resources, drills = _salvaged(raw.get("resources"), _resource(shape)), _salvaged(raw.get("drills"), Drill)
    name = raw.get("service")
    return Declared(
        document=document,
        folder=path.parent,
        stem=path.stem,
        whole=whole,
        name=str(name) if isinstance(name, str) else "",
        tier=whole.tier if whole else None,
        resources=resources,
        drills=drills,
        templates=_templates(resources, path.parent),
    )


def _resource(shape: type[ServiceFile]) -> type[Resource]:
    resource: type[Resource] = get_args(shape.model_fields["resources"].annotation)[1]
    return resource


def _of_other_types(document: Document, types: Types[ResourceType], key: Key) -> Collection[str]:
    """The keys that a resource cannot have, at a place in one whose type is known; none elsewhere."""
    written: Any = document.data
    for part in key[:2] if key[:1] == ("resources",) else ():
        written = written.get(part) if isinstance(written, dict) else None
    of = written.get("type") if isinstance(written, dict) and len(key) == len(("resources", "NAME", "KEY")) else None
    if not isinstance(of, str) or of not in types:
        return ()
    had = {each.name: {*each.keys, *each.own_keys()} for each in types}
    return set().union(*had.values()) - had[of]


def shaped(
    document: Document, shape: type[Entry], apart: Callable[[Key], Collection[str]] = lambda _: ()
) -> Entry | None:
    """The data of a file as a shape has it; None, with its mistakes in the document, where it is not legal."""
    if document.data is None:
        return None
    try:
        return shape.model_validate(document.data)
    except ValidationError as wrong:
        document.problems.extend(explain(wrong, document, shape, apart))
        return None


def _legal(entries: Mapping[str, Entry]) -> Entries[Entry]:
    return Entries(entries, frozenset(entries))


def _salvaged(raw: Data | None, shape: type[Entry]) -> Entries[Entry]:
    """The legal entries of a file that is not legal as a whole; its mistakes are told already."""
    written = raw if isinstance(raw, dict) else {}
    legal: dict[str, Entry] = {}
    for name, body in written.items():
        with suppress(ValidationError):
            legal[name] = shape.model_validate(body)
    return Entries(legal, frozenset(written))


def _templates(resources: Entries[Resource], folder: Path) -> dict[str, Template | Unusable]:
    """The outlines of the templates, or of the apps, by resource."""
    return {name: _outline(resource.rebuild, folder) for name, resource in resources.legal.items() if resource.rebuild}


def _outline(rebuild: Rebuild, folder: Path) -> Template | Unusable:
    if rebuild.command:
        return Template(silent=True)
    if rebuild.cdk:
        return app.outline(folder / rebuild.cdk, rebuild.stack or "", folder.parent)
    return template.outline(folder / (rebuild.template or ""), folder.parent)
