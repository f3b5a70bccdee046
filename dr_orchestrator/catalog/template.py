"""The declarations of a CloudFormation template: its parameters, its resources' types and its outputs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.app import Stack

NESTED = "AWS::CloudFormation::Stack"
DEEPEST = 5
"""How many templates may stand in one another."""


@dataclass(frozen=True)
class Template:
    """The outline of a template; `required` are the parameters without a default, `hidden` those that hold a secret.

    Of an app, whose `stacks` are in the order of their making, what is told of one begins with its name: of resources
    `Orders/Table`, of outputs `Orders.Url` beside `Url`, where no other stack has one of that name. `within` are the
    texts of the templates that it names and that lie beside it, by their paths from its own folder; `nested` the types
    of their resources, by their ways from the whole: `Data/Table`. Of a `silent` one, a program's, nobody
    knows the outputs before.
    """

    text: str = ""
    parameters: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    transforms: bool = False
    within: Mapping[str, str] = field(default_factory=dict)
    stacks: tuple[Stack, ...] = ()
    hidden: frozenset[str] = frozenset()
    nested: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False

    @property
    def all_types(self) -> Mapping[str, str]:
        """The types of its resources and of those of the stacks within, as far as their templates are at hand."""
        return {**self.types, **self.nested}

    def whole(self, part: str) -> str:
        """The name of a resource, or of a part of one, with its stack's in front where it has one; as it is written
        where it is none, or of several stacks.
        """
        stack, within, _ = part.partition("/")
        if not self.stacks or (within and self._stacked(stack)):
            return part
        logical = re.split(r"[./]", part)[0]
        found = [each for each in self.types if each.partition("/")[2] == logical]
        return f"{found[0].partition('/')[0]}/{part}" if len(found) == 1 else part

    def resource(self, part: str) -> str:
        """The resource that is named in a part, by its whole name."""
        names = re.split(r"[./]", self.whole(part))
        return "/".join(names[: 2 if self._stacked(names[0]) else 1])

    def _stacked(self, name: str) -> bool:
        return any(each.name == name for each in self.stacks)

    def output(self, name: str) -> tuple[str, str, Mapping[str, str]]:
        """The text of the template that an output is in, the output's name there, and the texts of those within by
        their paths from its folder.
        """
        stack, _, own = name.rpartition(".")
        for each in self.stacks:
            if each.name == stack or (not stack and _has(each, own)):
                folder = posixpath.dirname(each.file)
                beside = {posixpath.relpath(path, folder or "."): text for path, text in each.within.items()}
                return each.template, own, beside
        return self.text, own, self.within


@dataclass(frozen=True)
class Unusable:
    """Why a template cannot be used."""

    message: str
    fix: str


def outline(path: Path, workspace: Path) -> Template | Unusable:
    """Read a template that lies inside the workspace."""
    if not inside(path, workspace):
        return Unusable("the template lies outside the workspace", "copy it into drills/infrastructure/")
    try:
        text = text_of(path)
        template = cloudformation.parse(text, path.name, cloudformation.LARGEST_IN_BUCKET)
    except Stop as stop:
        return Unusable(stop.message if not path.is_file() else f"line {stop.line}: {stop.message}", stop.fix)
    except cloudformation.Malformed as wrong:
        return Unusable(str(wrong), wrong.problems[0].fix)
    resources = template.part("Resources")
    if not resources:
        return Unusable("the template declares no Resources", "name a CloudFormation template")
    types = {name: str(mapping(body).get("Type", "")) for name, body in resources.items()}
    parameters = template.part("Parameters")
    required = frozenset(name for name, body in parameters.items() if "Default" not in mapping(body))
    hidden = frozenset(name for name, body in parameters.items() if "NoEcho" in mapping(body))
    outputs = frozenset(template.part("Outputs"))
    transforms = bool(template.data.get("Transform"))
    within = dict(within_of(template, path, path.resolve().parent))
    nested = dict(types_within(template, "", within))
    return Template(
        text, frozenset(parameters), required, types, outputs, transforms, within, hidden=hidden, nested=nested
    )


def within_of(template: cloudformation.Template, path: Path, folder: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The templates of the stacks within that lie below the folder; what lies elsewhere AWS reads."""
    for resource in template.part("Resources").values() if depth < DEEPEST else ():
        url = named(mapping(resource))
        child = (path.parent / url).resolve() if url and "://" not in url else None
        if child is None or not child.is_relative_to(folder) or not child.is_file():
            continue
        try:
            text = text_of(child)
            found = cloudformation.parse(text, child.name, cloudformation.LARGEST_IN_BUCKET)
        except (Stop, cloudformation.Malformed):
            continue
        yield child.relative_to(folder).as_posix(), text
        yield from within_of(found, child, folder, depth + 1)


def types_within(
    template: cloudformation.Template, file: str, texts: Mapping[str, str], depth: int = 0
) -> Iterator[tuple[str, str]]:
    """The types of the resources of the stacks within, by their ways; `texts` are their templates by their paths."""
    for name, resource in template.part("Resources").items() if depth < DEEPEST else ():
        url = named(mapping(resource))
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), url))
        if not url or path not in texts:
            continue
        child = cloudformation.parse(texts[path], path, cloudformation.LARGEST_IN_BUCKET)
        for logical, body in child.part("Resources").items():
            yield f"{name}/{logical}", str(mapping(body).get("Type", ""))
        yield from ((f"{name}/{part}", of) for part, of in types_within(child, path, texts, depth + 1))


def named(resource: Mapping[str, Any]) -> str:
    """The file of a stack within: as the CDK notes it, or as its TemplateURL names it."""
    noted = mapping(resource.get("Metadata"))
    asset = noted.get("aws:asset:path") if noted.get("aws:asset:property") == "TemplateURL" else None
    url = asset or mapping(resource.get("Properties")).get("TemplateURL")
    return url if isinstance(url, str) and resource.get("Type") == NESTED else ""


def _has(stack: Stack, output: str) -> bool:
    return output in cloudformation.parse(stack.template, stack.file, cloudformation.LARGEST_IN_BUCKET).part("Outputs")


def inside(path: Path, workspace: Path) -> bool:
    """Whether a file lies inside the workspace, wherever links lead."""
    try:
        return path.resolve().is_relative_to(workspace.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
