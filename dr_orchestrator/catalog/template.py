"""What a CloudFormation template declares: its parameters, its resources' types and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dr_orchestrator.catalog.source import Data, Document, read

MOST_BYTES = 51_200  # what CloudFormation takes in one call


@dataclass(frozen=True)
class Template:
    """The outline of a template; `required` are the parameters without a default."""

    text: str = ""
    parameters: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Unusable:
    """Why a template cannot be used."""

    message: str
    fix: str


def outline(path: Path, workspace: Path) -> Template | Unusable:
    """Read a template that lies inside the workspace."""
    if not _inside(path, workspace):
        return Unusable("the template lies outside the workspace", "copy it into drills/infrastructure/")
    document = read(path, path.name, foreign=True)
    if document.problems:
        first = document.problems[0]
        return Unusable(f"line {first.line}: {first.message}", first.fix)
    text = path.read_text(encoding="utf-8-sig")
    if len(text.encode()) > MOST_BYTES:
        return Unusable(f"the template is larger than {MOST_BYTES:,} bytes", "CloudFormation takes no more in one call")
    types = {name: str(_mapping(body).get("Type", "")) for name, body in _part(document, "Resources").items()}
    if not types:
        return Unusable("the template declares no Resources", "name a CloudFormation template")
    parameters = _part(document, "Parameters")
    required = frozenset(name for name, body in parameters.items() if "Default" not in _mapping(body))
    return Template(text, frozenset(parameters), required, types, frozenset(_part(document, "Outputs")))


def _inside(path: Path, workspace: Path) -> bool:
    try:
        return path.resolve().is_relative_to(workspace.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _part(document: Document, name: str) -> dict[str, Data]:
    return _mapping(_mapping(document.data).get(name))


def _mapping(value: Data | None) -> dict[str, Data]:
    return value if isinstance(value, dict) else {}
