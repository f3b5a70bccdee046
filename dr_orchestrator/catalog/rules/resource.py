"""Rules of one resource: its identifier is legal, and it says what recovering its type needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.rules import canary, programs, stores
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.rebuild import Rebuild
from dr_orchestrator.catalog.shapes.service import Database, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template, Unusable, inside
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.service import Auth, Via
from dr_orchestrator.errors import Problem

_SHARED = ("database", "isolation", "rebuild")
"""The keys of some types whose places are looked at here; a canary's rules are its own."""


def problems(service: Declared, types: Types[ResourceType], *, isolation_by_default: bool) -> Iterator[Problem]:
    """The mistakes in the resources of a service."""
    for name, resource in service.resources.legal.items():
        for key, message, fix in _mistakes(service, types, name, resource, isolation_by_default):
            yield service.document.problem(("resources", name, *key), message, fix)


_TRANSFORM = {"Transform"}
"""How the owner's word names the macros of a template."""

Mistake = tuple[Key, str, str]


def _mistakes(
    service: Declared, types: Types[ResourceType], name: str, resource: Resource, isolation_by_default: bool
) -> Iterator[Mistake]:
    of = types[resource.type]
    if not re.fullmatch(of.naming.pattern, resource.id, re.ASCII):
        yield ("id",), f"{quoted(resource.id)} is not a legal {of.name} identifier", of.naming.rule
    for key in _foreign(types, of, resource):
        owners = " and ".join(f"{each.name}s" for each in types.with_key(key))
        yield (key,), f"{of.name}s have no {key}", f"remove it; only {owners} have one"
    if "isolation" in of.keys and not (resource.isolation or isolation_by_default):
        yield (), "nothing says where copies may be put", "add `isolation`, here or in tiers.yaml"
    if resource.canary:
        yield from canary.mistakes(of, resource, resource.canary)
    if resource.rebuild and "rebuild" in of.keys:
        yield from _rebuild(service, types, resource, resource.rebuild, service.templates[name])
    if resource.database and resource.database.ca:
        yield from _authorities(service.folder, resource.database.ca)
    if resource.database and resource.database.engine:
        yield from _engine(resource.database, resource.database.engine)
    if resource.database and resource.database.via is Via.DATA_API and "database" in of.keys:
        yield from _by_statements(types, of, resource.database)
    yield from of.rules(resource)


def _engine(database: Database, engine: str) -> Iterator[Mistake]:
    """The mistakes in what is declared of an engine's logins; and whether its driver is there."""
    if told := engines.silent(engine):
        yield ("database", "engine"), *told
    known = engines.called(engine)
    if known and database.auth is Auth.IAM and (told := engines.untokened(known)):
        yield ("database", "auth"), *told
    if known and database.tls_port and (told := engines.together(known)):
        yield ("database", "tls_port"), *told


def _by_statements(types: Types[ResourceType], of: ResourceType, database: Database) -> Iterator[Mistake]:
    """The mistakes in what is to be asked by the Data API, which not everything has."""
    if of.inquiry is None:
        owners = " and ".join(f"{each.name}s" for each in types if each.inquiry is not None)
        yield ("database", "via"), f"{of.name}s have no Data API", f"remove it; only {owners} have one"
        return
    known = engines.called(database.engine or "")
    if known is not None and not known.by_statements:
        message = f"{known.name} is not asked by the Data API: no transaction there can be told that it only reads"
        yield ("database", "via"), message, "remove it, and drill where copies can be reached"


def _authorities(folder: Path, ca: str) -> Iterator[Mistake]:
    if not inside(folder / ca, folder.parent):
        yield ("database", "ca"), f"{quoted(ca)} lies outside the workspace", "copy it there, or set PGSSLROOTCERT"
    elif not (folder / ca).is_file():
        yield ("database", "ca"), f"{quoted(ca)} is not a file", "a PEM file with AWS's CA, relative to this file"


def _foreign(types: Types[ResourceType], of: ResourceType, resource: Resource) -> Iterator[str]:
    """The keys that are written and that the type does not have."""
    for key in _SHARED:
        if getattr(resource, key) is not None and key not in of.keys:
            yield key
    own = of.own_keys()
    for key in dict.fromkeys(key for each in types for key in each.own_keys()):
        if key not in own and getattr(resource, key) is not None:
            yield key


_OF_ASSETS = re.compile(r"AssetParameters[0-9a-f]{64}(S3Bucket|S3VersionKey|ArtifactHash|ImageName)[0-9A-F]{8}")
_LEGACY = "the app is told by parameters where its assets are, as the CDK's legacy synthesizer does"
_SYNTHESISE = (
    'synthesise it by the default one ("@aws-cdk/core:newStyleStackSynthesis": true in cdk.json),'
    " or publish the assets and give each of these its value in `parameters`"
)


def _rebuild(
    service: Declared, types: Types[ResourceType], resource: Resource, rebuild: Rebuild, template: Template | Unusable
) -> Iterator[Mistake]:
    key, path = rebuild.source
    if key not in (of := types[resource.type]).rebuilt:
        owners = " and ".join(f"{each.name}s" for each in types if key in each.rebuilt and "rebuild" in each.keys)
        yield ("rebuild", key), f"{of.name}s are not made by `{key}`", f"only {owners} are"
        return
    if rebuild.command:
        yield from programs.mistakes(service, types, rebuild)
        return
    if isinstance(template, Unusable):
        yield ("rebuild", key), f"{quoted(path)}: {template.message}", template.fix
        return
    for parameter in rebuild.parameters.keys() - template.parameters:
        fix = likely(parameter, template.parameters) or "the template has none"
        yield ("rebuild", "parameters", parameter), f"the template has no parameter '{parameter}'", fix
    lacking = template.required - rebuild.parameters.keys()
    if legacy := sorted(filter(_OF_ASSETS.fullmatch, lacking)):
        yield ("rebuild", key), f"{quoted(path)}: {legacy[0]} and {len(legacy) - 1} more: {_LEGACY}", _SYNTHESISE
    for parameter in lacking.difference(legacy):
        message = f"the template's parameter '{parameter}' has no default and no value"
        never = ", with any value but production's: this file keeps no secret" if parameter in template.hidden else ""
        yield ("rebuild", "parameters"), message, f"add `{parameter}: ...`{never}"
    for parameter, value in rebuild.parameters.items():
        for placeholder in re.findall(r"\{\w+\}", value):
            if placeholder != "{copy}":
                yield ("rebuild", "parameters", parameter), f"{placeholder} stands for nothing", "only {copy} does"
    yield from stores.mistakes(service, types, resource, rebuild, template)
    yield from _answers(rebuild, template)


def _answers(rebuild: Rebuild, template: Template) -> Iterator[Mistake]:
    """The mistakes in the owner's word: about what the template does not have, or what is to be filled."""
    words = (("leave_out", rebuild.leave_out), ("allow", list(rebuild.allow)), ("empty", list(rebuild.empty)))
    for key, parts in words:
        macros = _TRANSFORM if template.transforms else set[str]()
        known = template.types.keys() | (macros | template.parameters if key == "allow" else set())
        for at, part in enumerate(parts):
            name = template.resource(part)
            where: Key = ("rebuild", key, at if key == "leave_out" else part)
            if name not in known and not template.transforms:  # of what a transform makes nobody knows the names yet
                yield where, f"the template has no resource '{name}'", stores.meant(name, known)
            elif key != "allow" and (store := _filled(rebuild, template, part)):
                message = f"'{part}' is to be filled from '{store}'"
                yield where, message, "remove it here, or from `stores`"


def _filled(rebuild: Rebuild, template: Template, part: str) -> str:
    """The resource that a part of the template is to be filled from; empty where there is none."""
    known = {template.whole(logical): store for logical, store in rebuild.filled.items()}
    return known.get(template.whole(part), "")
