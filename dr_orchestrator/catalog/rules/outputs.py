"""Rules of a template's outputs: what a replica is asked at has to be the replica's own address."""

from __future__ import annotations

import re
from typing import Any

from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping

_OWN = r"\$\{(?P<name>[A-Za-z0-9]+)(?:\.(?P<attribute>[A-Za-z0-9.]+))?\}"
_AWS = r"\.(?:[a-z0-9-]+\.|\$\{AWS::Region\}\.)*(?:amazonaws\.com(?:\.cn)?|on\.aws|\$\{AWS::URLSuffix\})"
_ADDRESS = re.compile(rf"(?:https?://)?{_OWN}(?:{_AWS})?(?::\d+|:\$\{{[A-Za-z0-9.]+\}})?(?:[/?][^@]*)?")
"""An address whose host is a resource's, or one that AWS makes of a resource's id."""


def mistake(template: str, output: str) -> str:
    """Why an output may be somebody else's address; empty where it is that of a resource of the template."""
    try:
        read = cloudformation.parse(template, "")
    except cloudformation.Malformed:
        return "cannot be read"
    resources = read.part("Resources")
    name, attribute = _reference(mapping(read.part("Outputs").get(output)).get("Value"))
    if name not in resources:
        return "is not the address of a resource of the template"
    if attribute.partition(".")[0] in mapping(mapping(resources[name]).get("Properties")):
        return f"only gives back what {name} was given"
    return ""


def _reference(value: Any) -> tuple[str, str]:
    """The resource and attribute that the address is made of; empty where it is not made of one."""
    inner = mapping(value)
    got, text = inner.get("Fn::GetAtt"), inner.get("Fn::Sub")
    if isinstance(got, list) and len(got) == 2 and all(isinstance(part, str) for part in got):
        return got[0], got[1]
    if isinstance(got, str):
        name, _, attribute = got.partition(".")
        return name, attribute
    found = _ADDRESS.fullmatch(text) if isinstance(text, str) else None
    return (found["name"], found["attribute"] or "") if found else ("", "")
