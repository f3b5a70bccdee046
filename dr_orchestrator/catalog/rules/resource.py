"""Rules of one resource: its identifier is legal, and it says what recovering its type needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.rules import canary
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.service import Rebuild, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template, Unusable
from dr_orchestrator.domain.service import ResourceType
from dr_orchestrator.errors import Problem

_IDS = {
    ResourceType.RDS_INSTANCE: (
        r"(?=.{1,63}$)[a-z](-?[a-z0-9])*",
        "at most 63 lower-case letters, digits and single dashes, a letter first",
    ),
    ResourceType.DYNAMODB_TABLE: (r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dots, dashes and underscores"),
    ResourceType.CLOUDFORMATION_STACK: (
        r"[A-Za-z][A-Za-z0-9-]{0,127}",
        "at most 128 letters, digits and dashes, a letter first",
    ),
}
_ONLY_OF = {
    "database": ResourceType.RDS_INSTANCE,
    "isolation": ResourceType.RDS_INSTANCE,
    "rebuild": ResourceType.CLOUDFORMATION_STACK,
}
_TABLES = ("AWS::DynamoDB::Table",)


def problems(service: Declared, *, isolation_by_default: bool) -> Iterator[Problem]:
    """What is wrong with the resources of a service."""
    for name, resource in service.resources.legal.items():
        for key, message, fix in _mistakes(service, name, resource, isolation_by_default):
            yield service.document.problem(("resources", name, *key), message, fix)


Mistake = tuple[Key, str, str]


def _mistakes(service: Declared, name: str, resource: Resource, isolation_by_default: bool) -> Iterator[Mistake]:
    pattern, rule = _IDS[resource.type]
    if not re.fullmatch(pattern, resource.id, re.ASCII):
        yield ("id",), f"{quoted(resource.id)} is not a legal {resource.type} identifier", rule
    for key, owner in _ONLY_OF.items():
        if getattr(resource, key) is not None and resource.type is not owner:
            yield (key,), f"{resource.type}s have no {key}", f"remove it; only {owner}s have one"
    if resource.type is ResourceType.RDS_INSTANCE and not (resource.isolation or isolation_by_default):
        yield (), "nothing says where copies may be put", "add `isolation`, here or in tiers.yaml"
    if resource.canary:
        yield from canary.mistakes(resource, resource.canary)
    if resource.rebuild and resource.type is ResourceType.CLOUDFORMATION_STACK:
        yield from _rebuild(service, resource, resource.rebuild, service.templates[name])


def _rebuild(
    service: Declared, resource: Resource, rebuild: Rebuild, template: Template | Unusable
) -> Iterator[Mistake]:
    if isinstance(template, Unusable):
        yield ("rebuild", "template"), f"{quoted(rebuild.template)}: {template.message}", template.fix
        return
    for parameter in rebuild.parameters.keys() - template.parameters:
        fix = likely(parameter, template.parameters) or "the template has none"
        yield ("rebuild", "parameters", parameter), f"the template has no parameter '{parameter}'", fix
    for parameter in template.required - rebuild.parameters.keys():
        message = f"the template's parameter '{parameter}' has no default and no value"
        yield ("rebuild", "parameters"), message, f"add `{parameter}: ...`"
    for parameter, value in rebuild.parameters.items():
        for placeholder in re.findall(r"\{\w+\}", value):
            if placeholder != "{copy}":
                yield ("rebuild", "parameters", parameter), f"{placeholder} stands for nothing", "only {copy} does"
    for logical, store in rebuild.stores.items():
        yield from _store(service, resource, template, logical, store)
    yield from _filled_twice(rebuild, template)


def _filled_twice(rebuild: Rebuild, template: Template) -> Iterator[Mistake]:
    """A store's one backup cannot be told apart in two tables: neither their copies nor their checks."""
    first: dict[str, str] = {}
    for logical, store in rebuild.stores.items():
        if template.types.get(logical) in _TABLES and first.setdefault(store, logical) != logical:
            message = f"'{store}' already fills the table '{first[store]}'"
            yield ("rebuild", "stores", logical), message, "fill one table from one resource"


def _store(service: Declared, stack: Resource, template: Template, logical: str, store: str) -> Iterator[Mistake]:
    key: Key = ("rebuild", "stores", logical)
    tables = [name for name, type_ in template.types.items() if type_ in _TABLES]
    if logical not in tables:
        yield key, f"the template has no table '{logical}'", likely(logical, tables) or "the template has none"
    source = service.resources.legal.get(store)
    if store not in service.resources.names:
        fix = likely(store, service.resources.names)
        yield key, f"the service has no resource '{store}'", fix
    elif source and source.type is not ResourceType.DYNAMODB_TABLE:
        fix = "name a dynamodb-table; drill rds-instances on their own"
        yield key, f"a replica cannot be filled from '{store}' yet, which is of type {source.type}", fix
    elif source and (source.region, source.account) != (stack.region, stack.account):
        yield key, f"'{store}' is not in the region and account of the stack", "declare both in one place"
