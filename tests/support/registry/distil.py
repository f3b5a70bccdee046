"""One schema, distilled to what the program asks of a type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.registry.kinships import Kinships, is_named_so
from tests.support.registry.names import names, parents, pointers
from tests.support.registry.references import described, told
from tests.support.registry.walk import CHOICES, Schema, Tree, walk

_PROTECTED = re.compile(r"(Deletion|Delete|Termination)Protect(ion|ed)|DisableApi(Termination|Stop)$")
_OFF = ("INACTIVE", "DISABLED", "BYPASS", "none")
_REPEATED = re.compile(r"\^?\(?\[[^\]]+\]\{\d+,(\d+)\}\)?(?:\$|\\Z)?")
_PHASES = {"c": "create", "r": "read", "d": "delete"}
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+\*?")


def distil(of: str, schema: Mapping[str, Any], kinships: Kinships) -> dict[str, Any]:
    """A type as a row of the file: lists as words of one text; what is empty is left out."""
    tree = walk(schema)
    named = names(of, schema, tree, kinships)
    fixed = pointers(schema, "readOnlyProperties")
    tags = _tags(schema, tree)
    apart = [*named, *fixed, *([tags] if tags else [])]
    said = told(tree, apart)
    free = sorted({*_free(tree, apart)})
    arns = sorted(each for each in {*described(tree, apart)} - said.keys() if not is_named_so(each))
    row = {
        "id": " ".join(pointers(schema, "primaryIdentifier")),
        "names": {path: _longest(tree.nodes[path]) for path in named},
        "within": " ".join(parents(of, schema, tree, kinships)),
        "get": " ".join(sorted(fixed)),
        "create": " ".join(sorted(pointers(schema, "createOnlyProperties"))),
        "write": " ".join(sorted(pointers(schema, "writeOnlyProperties"))),
        "needs": " ".join(sorted(_needs(schema, tree, {*said, *arns}.difference(fixed)))),
        "refs": _by_targets(said),
        "arns": " ".join(arns),
        "free": " ".join(free),
        "loops": {path: to for path, to in tree.loops.items() if _holds(to, [*said, *arns, *free])},
        "off": dict(_protections(tree, fixed)),
        "tags": tags,
        "tag_map": int(bool(tags) and not any(node.get("type") == "array" for node in tree.nodes[tags])),
        "does": "".join(sorted(each[0] for each in schema.get("handlers", {}))),
        "iam": _permissions(schema.get("handlers", {})),
    }
    return {key: value for key, value in row.items() if value}


def _needs(schema: Mapping[str, Any], tree: Tree, references: Iterable[str]) -> Iterator[str]:
    """The properties without which AWS makes nothing, and the `references` without which it takes not the part that
    holds them. A choice needs none by name.
    """
    yield from (each for each in schema.get("required", ()) if each in tree.nodes)
    for path in references:
        around, _, name = path.rpartition("/")
        holder = tree.nodes.get(around.removesuffix("/*"), [])[:2]
        if around and not any(choice in each for each in holder for choice in CHOICES):
            inside = [each for each in holder if name in each.get("properties", {})]
            yield from (path for each in inside if name in each.get("required", ()))


def _by_targets(said: Mapping[str, set[str]]) -> dict[str, str]:
    """References by what may stand there: the paths of each in one text."""
    paths: dict[str, list[str]] = {}
    for path, targets in sorted(said.items()):
        paths.setdefault(" ".join(sorted(targets)), []).append(path)
    return {targets: " ".join(paths[targets]) for targets in sorted(paths)}


def _holds(place: str, paths: list[str]) -> bool:
    return any(path.startswith(f"{place}/") for path in paths)


def _longest(nodes: list[Schema]) -> int:
    """The greatest length that a schema allows; by its pattern, where that is one set of characters, so many times."""
    patterns = (_REPEATED.fullmatch(str(node.get("pattern", ""))) for node in nodes)
    told = [*(int(node.get("maxLength", 0)) for node in nodes), *(int(found[1]) for found in patterns if found)]
    return min(filter(None, told), default=0)


def _free(tree: Tree, apart: list[str]) -> Iterator[str]:
    """The outermost properties whose inside no schema describes: documents, maps of the author's own."""
    for path, nodes in tree.nodes.items():
        if path not in apart and any(_is_free(node) for node in nodes):
            yield path


def _is_free(node: Schema) -> bool:
    kinds = node.get("type", "")
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        return node.get("format") == "json"
    inside = ("properties", "patternProperties", *CHOICES)
    return not any(node.get(each) for each in inside) and not isinstance(node.get("additionalProperties"), dict)


def _protections(tree: Tree, fixed: list[str]) -> Iterator[tuple[str, object]]:
    for path, nodes in sorted(tree.nodes.items()):
        if path in fixed or not _PROTECTED.search(path):
            continue
        if any(node.get("type") == "boolean" for node in nodes):
            yield path, False
        words = [each for node in nodes for each in node.get("enum", ())]
        yield from ((path, each) for each in _OFF if each in words)


def _tags(schema: Mapping[str, Any], tree: Tree) -> str:
    tagging = schema.get("tagging", {"taggable": schema.get("taggable", True)})
    path = str(tagging.get("tagProperty", "/properties/Tags")).removeprefix("/properties/").replace("/*/", "/")
    found = [each for each in tree.nodes if each.replace("/*/", "/") == path] if tagging.get("taggable") else []
    return found[0] if found else ""


def _permissions(handlers: Mapping[str, Any]) -> dict[str, str]:
    """The actions of the handlers by the phases that take them ("cr": create and read), a word a service."""
    phases: dict[str, str] = {}
    for letter, name in _PHASES.items():
        for action in {*filter(None, map(_action, handlers.get(name, {}).get("permissions", ())))}:
            phases[action] = phases.get(action, "") + letter
    by_phases: dict[str, dict[str, list[str]]] = {}
    for action in sorted(phases):
        service, _, word = action.partition(":")
        by_phases.setdefault(phases[action], {}).setdefault(service, []).append(word)
    return {
        key: " ".join(f"{of}:{','.join(words)}" for of, words in by_phases[key].items()) for key in sorted(by_phases)
    }


def _action(stated: str) -> str:
    """An action as IAM's reference writes it; empty for all of a service, and for what is no action."""
    service, _, word = stated.strip().partition(":")
    action = f"{service.lower()}:{word[:1].upper()}{word[1:]}"
    return action if _ACTION.fullmatch(action) else ""
