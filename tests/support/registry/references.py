"""The properties that speak of another object by a word of the schema: its format, relation, pattern or description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.support.registry.walk import Schema, Tree, is_text

_ARN_PATTERN = re.compile(r"^\^?\(*\^?(\?:)?arn[:\\]")
_ARN_WORDS = re.compile(r"\bARNs?\b|Amazon Resource Name")
_PUBLISHED_AS = {"AWS::ACM::Certificate": "AWS::CertificateManager::Certificate"}
_SINGULAR = {"Ids": "Id", "Names": "Name"}


def told(tree: Tree, apart: Iterable[str]) -> dict[str, set[str]]:
    """The references that the schema tells: path, and what may stand there, as `AWS::EC2::Subnet.Id`."""
    found = {path: {each for node in nodes for each in _told(node)} for path, nodes in _open(tree, apart)}
    return {path: targets for path, targets in found.items() if targets}


def described(tree: Tree, apart: Iterable[str]) -> Iterator[str]:
    """The properties that are ARNs, or may be, by their patterns or descriptions."""
    for path, nodes in _open(tree, apart):
        if any(is_text(node) for node in nodes) and any(_is_described(node) for node in nodes):
            yield path


def _told(node: Schema) -> Iterator[str]:
    form: Any = node.get("format")
    if isinstance(form, str) and form.startswith("AWS::"):
        name, _, attribute = form.partition(".")
        yield f"{_PUBLISHED_AS.get(name, name)}.{_SINGULAR.get(attribute, attribute)}"
    relation: Mapping[str, str] = node.get("relationshipRef", {})
    if {"typeName", "propertyPath"} <= relation.keys():
        yield f"{relation['typeName']}.{relation['propertyPath'].removeprefix('/properties/')}"


def _is_described(node: Schema) -> bool:
    pattern, words = str(node.get("pattern", "")), str(node.get("description", ""))
    return bool(_ARN_PATTERN.search(pattern) or _ARN_WORDS.search(words))


def _open(tree: Tree, apart: Iterable[str]) -> Iterator[tuple[str, list[Schema]]]:
    """All properties but some, and what is in those."""
    left_out = {*apart}
    for path, nodes in tree.nodes.items():
        parts = path.split("/")
        if not left_out & {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}:
            yield path, nodes
