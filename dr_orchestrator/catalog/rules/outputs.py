"""Rules of a template's outputs: what a replica is asked at has to be the replica's own address."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from dr_orchestrator.catalog.template import DEEPEST, named
from dr_orchestrator.documents import addresses, cloudformation
from dr_orchestrator.documents.addresses import Outline
from dr_orchestrator.documents.cloudformation import LARGEST_IN_BUCKET, mapping


def mistake(template: str, output: str, within: Mapping[str, str] | None = None) -> str:
    """Why an output may be somebody else's address; empty where it is that of a resource of the template.

    `within` are the texts of the templates that it names, by their paths from its own folder.
    """
    try:
        return addresses.elsewhere(_outline(template, within or {}), output)
    except cloudformation.Malformed:
        return "cannot be read"


def ends_at(template: str, output: str, within: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The type and the attribute that an output is the address of; two empty ones where that cannot be told."""
    try:
        return addresses.ends_at(_outline(template, within or {}), output)
    except cloudformation.Malformed:
        return "", ""


def _outline(text: str, texts: Mapping[str, str], folder: str = "", depth: int = 0) -> Outline:
    read = cloudformation.parse(text, "", LARGEST_IN_BUCKET)
    children = dict(_children(read, texts, folder)) if depth < DEEPEST else {}
    inner = {name: _outline(texts[path], texts, posixpath.dirname(path), depth + 1) for name, path in children.items()}
    return Outline(read.data, inner)


def _children(template: cloudformation.Template, texts: Mapping[str, str], folder: str) -> Iterator[tuple[str, str]]:
    """The stacks within whose templates are at hand, and the path of each."""
    for name, resource in template.part("Resources").items():
        path = posixpath.normpath(posixpath.join(folder, named(mapping(resource))))
        if path in texts:
            yield name, path
