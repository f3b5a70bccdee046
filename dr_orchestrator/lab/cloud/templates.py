"""CloudFormation templates read without executing them: moto's loader runs whatever a `!!python` tag names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)")


class TemplateLoader(yaml.SafeLoader):
    """Safe YAML with CloudFormation's short forms (`!Ref`, `!Sub`, ...); any other tag is refused."""


def _refuse(_loader: TemplateLoader, tag: str, _node: yaml.Node) -> None:
    raise ValidationError(message=f"Template format error: unsupported YAML tag {tag}")


def _short_form(loader: TemplateLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any = node.value
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif tag == "GetAtt":
        value = str(value).split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


TemplateLoader.add_multi_constructor("!", _short_form)
TemplateLoader.add_multi_constructor("tag:", _refuse)


class SafeYaml:
    """Stands in for the `yaml` module inside moto's CloudFormation: all that it uses of it, made safe."""

    Loader = TemplateLoader
    SequenceNode = yaml.SequenceNode

    @staticmethod
    def add_multi_constructor(prefix: str, constructor: object) -> None:
        """The short forms are known already."""

    @staticmethod
    def load(template: str, Loader: type[TemplateLoader] = TemplateLoader) -> Any:  # noqa: N803 (PyYAML's name)
        """Read a template, YAML or (also where tabs make it no YAML) JSON."""
        try:
            return yaml.load(template, Loader=Loader)  # noqa: S506 (a SafeLoader)
        except yaml.YAMLError as wrong:
            try:
                return json.loads(template)
            except ValueError:
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
