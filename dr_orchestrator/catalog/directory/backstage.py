"""The descriptors of Backstage (`catalog-info.yaml`): systems and components as services, groups as their owners.

A resource of AWS is of the service whose entity names it: a `Resource` by its name, or any entity by an annotation that
holds its ARN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.discovery.directory import Claim, Directory, Entry, Person, directory
from dr_orchestrator.errors import CatalogError, Problem

_API = "backstage.io/"
_KINDS = ("component", "system", "resource", "group", "user")
_OWN = "dr-orchestrator/"
"""How the annotations begin that are ours: `dr-champion`, `runbook`, `runbook-reviewed`, `service` and `tier`."""

_TIERS = ("tier", "criticality", "dr-tier", "service-tier")
_TIER_TAG = re.compile(r"(?:critical-)?tier-?(\d{1,2})")
_REF = re.compile(r"(?:(?P<kind>[A-Za-z]+):)?(?:(?P<namespace>[^:/]+)/)?(?P<name>[^:/]+)")
_URL = re.compile(r"https?://[^\s{}]+")
_ARN = re.compile(r"arn:[a-z-]+:[^\s,]+")


@dataclass(frozen=True)
class Entity:
    """An entity as it is written: its kind, name and place, and what it says."""

    kind: str
    name: str
    namespace: str
    source: str
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]

    @property
    def ref(self) -> tuple[str, str, str]:
        """How others name it."""
        return self.kind, self.namespace.casefold(), self.name.casefold()

    def noted(self, key: str) -> str:
        """The value of an annotation of ours."""
        return _text(_mapping(self.metadata.get("annotations")).get(f"{_OWN}{key}"))


def read(texts: Iterable[tuple[str, str]]) -> Directory:
    """The directory that files (name and text) make together; CatalogError with the place of all that is wrong."""
    entities: list[Entity] = []
    problems: list[Problem] = []
    for file, text in texts:
        for each in _entities(file, text):
            entities.append(each) if isinstance(each, Entity) else problems.append(each)
    if problems:
        raise CatalogError(tuple(problems))
    return _directory(entities)


def files(path: Path) -> Iterator[tuple[str, str]]:
    """The name and text of a file, or of each `catalog-info.yaml` below a folder; CatalogError for what is no text."""
    names = ("catalog-info.yaml", "catalog-info.yml")
    found = sorted(each for name in names for each in path.rglob(name)) if path.is_dir() else [path]
    if not found:
        raise CatalogError((Problem(str(path), 1, "", "no catalog-info.yaml is below it", "name a file, or another"),))
    problems: list[Problem] = []
    for each in found:
        try:
            yield str(each), text_of(each)
        except Stop as stop:
            problems.append(Problem(str(each), stop.line, "", stop.message, stop.fix))
    if problems:
        raise CatalogError(tuple(problems))


def _entities(file: str, text: str) -> Iterator[Entity | Problem]:
    try:
        for line, data in _documents(text):
            if data is None:
                continue
            if not isinstance(data, dict):
                yield Problem(file, line, "", "is no entity of Backstage", "name a catalog-info.yaml, or a CSV")
            elif "{{" in _text(_mapping(data.get("metadata")).get("name")):
                continue  # a template of the scaffolder, which describes nothing yet
            elif _text(data.get("apiVersion")).startswith(_API) and _text(data.get("kind")).casefold() in _KINDS:
                yield _entity(file, line, data)
            elif not data.get("apiVersion") or not data.get("kind"):
                yield Problem(file, line, "kind", "says neither apiVersion nor kind", "name a file of Backstage's")
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        told = str(getattr(wrong, "problem", "") or wrong).splitlines()[0]
        yield Problem(file, mark.line + 1 if mark else 1, "", f"is no YAML: {told}", "mend it, or leave it out")
    except (RecursionError, ValueError) as wrong:
        yield Problem(file, 1, "", f"cannot be read: {str(wrong) or 'nested too deeply'}", "mend it, or leave it out")


def _documents(text: str) -> Iterator[tuple[int, Any]]:
    loader = yaml.SafeLoader(text)
    try:
        while loader.check_node():
            if (node := loader.get_node()) is not None:
                yield node.start_mark.line + 1, loader.construct_document(node)
    finally:
        loader.dispose()


def _entity(file: str, line: int, data: Mapping[str, Any]) -> Entity | Problem:
    metadata = _mapping(data.get("metadata"))
    name = _text(metadata.get("name"))
    if not name:
        return Problem(file, line, "metadata.name", "the entity has no name", "give it one")
    kind, namespace = _text(data.get("kind")).casefold(), _text(metadata.get("namespace")) or "default"
    return Entity(kind, name, namespace, f"{file}:{line}", metadata, _mapping(data.get("spec")))


def _directory(entities: Iterable[Entity]) -> Directory:
    known = {each.ref: each for each in entities}
    entries = [_entry(each, known) for each in known.values() if each.kind in ("component", "system")]
    claims = [claim for each in known.values() for claim in _claims(each, known)]
    return directory(entries, claims)


def _entry(entity: Entity, known: Mapping[tuple[str, str, str], Entity]) -> Entry:
    owner = _named(entity, entity.spec.get("owner"), "group", known)
    own = Entry(
        name=entity.noted("service") or entity.name,
        source=entity.source,
        title=_text(entity.metadata.get("title")),
        tier=entity.noted("tier") or _tier(entity),
        owner=_shown(owner) if owner else _bare(entity.spec.get("owner")),
        dr_champion=entity.noted("dr-champion"),
        runbook=next((each for each in (entity.noted("runbook"), _runbook(entity)) if _URL.fullmatch(each)), ""),
        reviewed=entity.noted("runbook-reviewed"),
        lifecycle=_text(entity.spec.get("lifecycle")),
        contacts=tuple(_contacts(owner)),
    )
    system = _named(entity, entity.spec.get("system"), "system", known)
    return own.or_else(_entry(system, known)) if system is not None and system.ref != entity.ref else own


def _claims(entity: Entity, known: Mapping[tuple[str, str, str], Entity]) -> Iterator[tuple[str, Claim]]:
    """The resources that an entity says are its service's."""
    service = _service(entity, known)
    if not service:
        return
    claim = Claim(service, entity.source)
    if entity.kind == "resource":
        yield entity.name, claim
    for value in _mapping(entity.metadata.get("annotations")).values():
        for arn in _ARN.findall(_text(value)):
            yield arn, claim


def _service(entity: Entity, known: Mapping[tuple[str, str, str], Entity]) -> str:
    """The service that an entity is, or is of: of a resource that of what depends on it, or its system."""
    if entity.kind in ("component", "system"):
        return entity.noted("service") or entity.name
    if entity.kind != "resource":
        return ""
    if said := entity.noted("service"):
        return said
    for field, kind in (("system", "system"), ("dependencyOf", "component")):
        written = entity.spec.get(field)
        for each in written if isinstance(written, list) else [written]:
            if (found := _named(entity, each, kind, known)) is not None:
                return found.noted("service") or found.name
            if field == "system" and (name := _bare(each)):
                return name
    return ""


def _named(entity: Entity, written: Any, kind: str, known: Mapping[tuple[str, str, str], Entity]) -> Entity | None:
    """The entity that a reference means: `[kind:][namespace/]name`."""
    if (told := _REF.fullmatch(_text(written))) is None:
        return None
    namespace = (told["namespace"] or entity.namespace).casefold()
    return known.get(((told["kind"] or kind).casefold(), namespace, told["name"].casefold()))


def _bare(written: Any) -> str:
    """The name in a reference to something that no file describes."""
    told = _REF.fullmatch(_text(written))
    return told["name"] if told else _text(written)


def _shown(entity: Entity) -> str:
    profile = _mapping(entity.spec.get("profile"))
    return _text(profile.get("displayName")) or _text(entity.metadata.get("title")) or entity.name


def _contacts(owner: Entity | None) -> Iterator[Person]:
    email = _text(_mapping(owner.spec.get("profile")).get("email")) if owner else ""
    if owner and email:
        yield Person(_shown(owner), "owner", email)


def _tier(entity: Entity) -> str:
    """The tier by a label or an annotation that is called so, else by a tag such as tier-1."""
    for field in ("labels", "annotations"):
        for key, value in _mapping(entity.metadata.get(field)).items():
            if str(key).rpartition("/")[2].casefold() in _TIERS:
                return _text(value)
    tags = entity.metadata.get("tags")
    found = (_TIER_TAG.fullmatch(_text(each).casefold()) for each in (tags if isinstance(tags, list) else ()))
    return next((each[1] for each in found if each), "")


def _runbook(entity: Entity) -> str:
    """The link that is called a runbook."""
    links = entity.metadata.get("links")
    for each in links if isinstance(links, list) else ():
        told = _mapping(each)
        if any("runbook" in _text(told.get(key)).casefold() for key in ("title", "type", "icon")):
            return _text(told.get("url"))
    return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) or hasattr(value, "isoformat") else ""
