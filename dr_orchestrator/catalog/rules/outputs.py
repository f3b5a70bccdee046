"""Rules of a template's outputs: what a replica is asked at has to be the replica's own address."""

from __future__ import annotations

import re
from typing import Any

import yaml

_OWN = r"\$\{(?P<name>[A-Za-z0-9]+)(?:\.(?P<attribute>[A-Za-z0-9.]+))?\}"
_AWS = r"\.(?:[a-z0-9-]+\.|\$\{AWS::Region\}\.)*(?:amazonaws\.com(?:\.cn)?|on\.aws|\$\{AWS::URLSuffix\})"
_ADDRESS = re.compile(rf"(?:https?://)?{_OWN}(?:{_AWS})?(?::\d+|:\$\{{[A-Za-z0-9.]+\}})?(?:[/?][^@]*)?")
"""An address whose host is a resource's, or one that AWS makes of a resource's id."""


class _Loader(yaml.SafeLoader):
    """YAML in which a short form (`!Sub`) reads as its long one."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    form = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {form: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {form: loader.construct_mapping(node, deep=True)}
    return {form: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None}


_Loader.add_multi_constructor("!", _long_form)


def mistake(template: str, output: str) -> str:
    """Why an output may be somebody else's address; empty where it is that of a resource of the template."""
    try:
        read = yaml.load(template, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError):
        return "cannot be read"
    resources = _mapping(_mapping(read).get("Resources"))
    name, attribute = _reference(_mapping(_mapping(_mapping(read).get("Outputs")).get(output)).get("Value"))
    if name not in resources:
        return "is not the address of a resource of the template"
    if attribute.partition(".")[0] in _mapping(_mapping(resources[name]).get("Properties")):
        return f"only gives back what {name} was given"
    return ""


def _reference(value: Any) -> tuple[str, str]:
    """The resource and attribute that the address is made of; empty where it is not made of one."""
    inner = _mapping(value)
    got, text = inner.get("Fn::GetAtt"), inner.get("Fn::Sub")
    if isinstance(got, list) and len(got) == 2 and all(isinstance(part, str) for part in got):
        return got[0], got[1]
    if isinstance(got, str):
        name, _, attribute = got.partition(".")
        return name, attribute
    found = _ADDRESS.fullmatch(text) if isinstance(text, str) else None
    return (found["name"], found["attribute"] or "") if found else ("", "")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
