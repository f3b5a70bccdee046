"""The resource types that AWS publishes, as `make registry` has distilled them; read when the first is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from dr_orchestrator.aws.template.registry import exceptions
from dr_orchestrator.aws.template.registry.kinships import Kinships
from dr_orchestrator.aws.template.registry.schema import Protection, Target, TypeSchema

FILE = Path(__file__).with_name("types.json")
Phase = Literal["create", "read", "delete"]
_HANDLERS = {each[0]: each for each in ("create", "delete", "list", "read", "update")}


def source() -> Mapping[str, str]:
    """Where the file's knowledge comes from: the release of cfn-lint, the day of its schemas, the region."""
    return {key: str(value) for key, value in _file()["source"].items()}


def type_names() -> frozenset[str]:
    """All types that are known."""
    return frozenset(_file()["types"])


@cache
def known(type_name: str) -> TypeSchema | None:
    """The type of this name; None where AWS publishes none."""
    row = _file()["types"].get(type_name)
    return None if row is None else _schema(type_name, row)


def permissions(types: Iterable[str], *phases: Phase) -> tuple[str, ...]:
    """The actions that CloudFormation may take for resources of these types, in order; without phases, in all.

    They are those of the types' handlers. A type that is not known, or is made without handlers, has none:
    `provisionable` tells.
    """
    found = (known(each) for each in {*types})
    return tuple(sorted({action for of in found if of is not None for action in _of(of, phases)}))


def _of(of: TypeSchema, phases: tuple[Phase, ...]) -> Iterator[str]:
    by = {"create": of.create_permissions, "read": of.read_permissions, "delete": of.delete_permissions}
    return (action for phase in phases or by for action in by[phase])


@cache
def _file() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@cache
def _kinships() -> Kinships:
    return Kinships(_file()["types"])


def _schema(name: str, row: Mapping[str, Any]) -> TypeSchema:
    domains = exceptions.DOMAINS.get(name, ())
    no_names = {*domains, *exceptions.NO_NAMES.get(name, ())}
    named = [*row.get("names", ()), *exceptions.NAMES.get(name, ())]
    longest = {**row.get("names", {}), **exceptions.LONGEST.get(name, {})}
    actions = {letter: tuple(sorted(_actions(row.get("iam", {}), letter))) for letter in "crd"}
    protections = [Protection(path, off) for path, off in row.get("off", {}).items()]
    return TypeSchema(
        name=name,
        identifiers=_words(row, "id"),
        names=tuple(each for each in named if each not in no_names),
        longest={path: most for path, most in longest.items() if most and path not in no_names},
        within=exceptions.WITHIN.get(name, _words(row, "within")),
        domains=domains,
        read_only=_words(row, "get"),
        create_only=_words(row, "create"),
        write_only=_words(row, "write"),
        needs=frozenset(_words(row, "needs")),
        references={**_references(row.get("refs", {})), **exceptions.REFERENCES.get(name, {})},
        arns=frozenset(_words(row, "arns")),
        free=_words(row, "free"),
        protections=(*protections, *exceptions.PROTECTIONS.get(name, ())),
        tags=row.get("tags", ""),
        tags_are_map=bool(row.get("tag_map")),
        handlers=frozenset(_HANDLERS[letter] for letter in row.get("does", "")),
        create_permissions=actions["c"],
        read_permissions=actions["r"],
        delete_permissions=actions["d"],
        loops=row.get("loops", {}),
        kinships=_kinships(),
    )


def _words(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(row.get(key, "")).split())


def _references(by_targets: Mapping[str, str]) -> dict[str, tuple[Target, ...]]:
    found: dict[str, tuple[Target, ...]] = {}
    for targets, paths in by_targets.items():
        meant = tuple(Target(*target.split(".", 1)) for target in targets.split())
        found |= dict.fromkeys(paths.split(), meant)
    return found


def _actions(by_phases: Mapping[str, str], letter: str) -> Iterator[str]:
    """The actions of a phase: of `{"cr": "s3:GetBucketAcl,GetBucketTagging"}` two, of create and of read."""
    for phases, services in by_phases.items():
        for service, _, words in (each.partition(":") for each in services.split() if letter in phases):
            yield from (f"{service}:{word}" for word in words.split(","))
