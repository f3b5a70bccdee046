"""The properties of a schema at any depth, and where its definitions hold themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
CHOICES = ("allOf", "anyOf", "oneOf")


@dataclass
class Tree:
    """The properties by their paths, each with the schemas that hold for it or for its items, and the loops."""

    nodes: dict[str, list[Schema]] = field(default_factory=dict)
    loops: dict[str, str] = field(default_factory=dict)


def walk(schema: Schema) -> Tree:
    """All properties of a type: "A/B", with `*` for each item of a list and each key of a map."""
    tree = Tree()
    for path, node in _below(schema, schema, (), {}, tree.loops):
        tree.nodes.setdefault(_joined(path), []).append(node)
    del tree.nodes[""]
    return tree


def resolved(node: Schema, root: Schema) -> Schema:
    """A node with what it refers to; its own words go before those of the definition."""
    while "$ref" in node:
        found: Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def is_text(node: Schema) -> bool:
    """Whether a value may be a string of the author's own choice."""
    if "enum" in node or "const" in node:
        return False
    kinds = node.get("type", "string" if not {"properties", "items", *CHOICES} & node.keys() else "")
    return "string" in (kinds if isinstance(kinds, list) else [kinds])


def _joined(path: tuple[str, ...]) -> str:
    """A path; of what is in a list or a map the property itself, since `SubnetIds` is what its items are."""
    while path and path[-1] == "*":
        path = path[:-1]
    return "/".join(path)


def _below(
    node: Schema, root: Schema, path: tuple[str, ...], within: Mapping[str, str], loops: dict[str, str]
) -> Iterator[tuple[tuple[str, ...], Schema]]:
    if reference := node.get("$ref"):
        if reference in within:
            loops["/".join(path)] = within[reference]
            return
        within = {**within, reference: "/".join(path)}
        node = resolved(node, root)
    yield path, node
    for step, child in _children(node):
        yield from _below(child, root, (*path, *step), within, loops)


def _children(node: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for choice in CHOICES:
        yield from (((), each) for each in node.get(choice, ()))
    yield from (((name,), each) for name, each in node.get("properties", {}).items())
    inside = [node.get("items"), node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    yield from ((("*",), each) for each in inside if isinstance(each, dict))
