"""The declarations of a CloudFormation template: its parameters, its resources' types and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.documents.events import Stop


@dataclass(frozen=True)
class Template:
    """The outline of a template; `required` are the parameters without a default."""

    text: str = ""
    parameters: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    transforms: bool = False


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


def inside(path: Path, workspace: Path) -> bool:
    """Whether a file lies inside the workspace, wherever links lead."""
    try:
        return path.resolve().is_relative_to(workspace.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
