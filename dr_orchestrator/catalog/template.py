"""The declarations of a CloudFormation template: its parameters, its resources' types and its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.documents.events import Stop

NESTED = "AWS::CloudFormation::Stack"
DEEPEST = 5
"""How many templates may stand in one another."""


@dataclass(frozen=True)
class Template:
    """The outline of a template; `required` are the parameters without a default.

    `within` are the texts of the templates that it names and that lie beside it, by their paths from its own folder.
    """

    text: str = ""
    parameters: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    transforms: bool = False
    within: Mapping[str, str] = field(default_factory=dict)


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
    transforms = bool(template.data.get("Transform"))
    within = dict(_within(template, path, path.resolve().parent))
    return Template(text, frozenset(parameters), required, types, outputs, transforms, within)


def _within(template: cloudformation.Template, path: Path, folder: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The templates of the stacks within that lie below the folder; what lies elsewhere AWS reads."""
    for resource in template.part("Resources").values() if depth < DEEPEST else ():
        url = _named(mapping(resource))
        child = (path.parent / url).resolve() if url and "://" not in url else None
        if child is None or not child.is_relative_to(folder) or not child.is_file():
            continue
        try:
            text = text_of(child)
            found = cloudformation.parse(text, child.name, cloudformation.LARGEST_IN_BUCKET)
        except (Stop, cloudformation.Malformed):
            continue
        yield child.relative_to(folder).as_posix(), text
        yield from _within(found, child, folder, depth + 1)


def _named(resource: Mapping[str, Any]) -> str:
    """The file of a stack within: as the CDK notes it, or as its TemplateURL names it."""
    noted = mapping(resource.get("Metadata"))
    asset = noted.get("aws:asset:path") if noted.get("aws:asset:property") == "TemplateURL" else None
    url = asset or mapping(resource.get("Properties")).get("TemplateURL")
    return url if isinstance(url, str) and resource.get("Type") == NESTED else ""


def inside(path: Path, workspace: Path) -> bool:
    """Whether a file lies inside the workspace, wherever links lead."""
    try:
        return path.resolve().is_relative_to(workspace.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
