"""CloudFormation templates read without executing them: moto's loader runs whatever a `!!python` tag names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from dr_orchestrator.documents import cloudformation

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)")


class SafeYaml:
    """Stands in for the `yaml` module inside moto's CloudFormation: all that it uses of it, made safe."""

    Loader = None

    @staticmethod
    def add_multi_constructor(prefix: str, constructor: object) -> None:
        """The short forms are known already."""

    @staticmethod
    def load(template: str, Loader: None = None) -> Any:  # noqa: ARG004, N803 (PyYAML's name)
        """Read a template, YAML or JSON; whatever is none is refused as AWS refuses it."""
        try:
            return cloudformation.parse(template, "template").data
        except cloudformation.Malformed as wrong:
            raise ValidationError(message=f"Template format error: {wrong}") from wrong


def dependencies(template: Mapping[str, Any]) -> dict[str, set[str]]:
    """Which resources of a template each of them has to wait for."""
    resources = template.get("Resources", {})
    return {
        name: {other for other in _references(body) if other in resources and other != name}
        for name, body in resources.items()
    }


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else str(value).split(".")[0]
            elif key == "DependsOn":
                yield from [value] if isinstance(value, str) else value
            elif key == "Fn::Sub":
                text = value[0] if isinstance(value, list) else value
                yield from _PLACEHOLDER.findall(text)
                yield from _references(value[1:] if isinstance(value, list) else None)
            else:
                yield from _references(value)


def imports(node: Any) -> Iterator[str]:
    """The names of the exports of other stacks that a template imports, where they are written out."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from imports(each)
    if isinstance(node, dict) and isinstance(name := node.get("Fn::ImportValue"), str):
        yield name
