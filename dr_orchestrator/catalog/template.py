"""The declarations of a CloudFormation template: its parameters, its resources' types and its outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.app import Stack


@dataclass(frozen=True)
class Template:
    """The outline of a template; `required` are the parameters without a default.

    Of an app, whose `stacks` are in the order of their making, what is told of one begins with its name: of resources
    `Orders/Table`, of outputs `Orders.Url` beside `Url`, where no other stack has one of that name.
    """

    text: str = ""
    parameters: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    transforms: bool = False
    stacks: tuple[Stack, ...] = ()

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

    def output(self, name: str) -> tuple[str, str]:
        """The text of the template that an output is in, and the output's name there."""
        stack, _, own = name.rpartition(".")
        texts = [each.template for each in self.stacks if each.name == stack or (not stack and _has(each, own))]
        return (texts or [self.text])[0], own


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
        return Unusable(f"line {stop.line}: {stop.message}", stop.fix)
    except cloudformation.Malformed as wrong:
        return Unusable(str(wrong), wrong.problems[0].fix)
    resources = template.part("Resources")
    if not resources:
        return Unusable("the template declares no Resources", "name a CloudFormation template")
    types = {name: str(mapping(body).get("Type", "")) for name, body in resources.items()}
    parameters = template.part("Parameters")
    required = frozenset(name for name, body in parameters.items() if "Default" not in mapping(body))
    outputs = frozenset(template.part("Outputs"))
    return Template(text, frozenset(parameters), required, types, outputs, bool(template.data.get("Transform")))


def _has(stack: Stack, output: str) -> bool:
    return output in cloudformation.parse(stack.template, stack.file, cloudformation.LARGEST_IN_BUCKET).part("Outputs")


def inside(path: Path, workspace: Path) -> bool:
    """Whether a file lies inside the workspace, wherever links lead."""
    try:
        return path.resolve().is_relative_to(workspace.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
