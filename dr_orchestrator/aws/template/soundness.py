"""Mistakes for which CloudFormation would refuse a template before it makes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dr_orchestrator.aws.template.reading.parts import calls
from dr_orchestrator.aws.template.reading.values import references
from dr_orchestrator.documents.cloudformation import Template, mapping
from dr_orchestrator.errors import Problem

MOST = 500
"""The resources that CloudFormation takes in one template."""


def problems(template: Template) -> Iterator[Problem]:
    """References to what the template does not have, and resources that wait for one another.

    Of a template that AWS expands neither is known before it has.
    """
    if "Transform" in template.data:
        return
    resources = {str(name): mapping(each) for name, each in template.part("Resources").items()}
    if len(resources) > MOST:
        message = f"has {len(resources)} resources, and CloudFormation takes {MOST}"
        line = template.lines.get(("Resources",), 1)
        yield Problem(template.file, line, "Resources", message, "part it: stacks within have as many each")
    known = resources.keys() | template.part("Parameters").keys()
    waits = {name: set(_named(each)) for name, each in resources.items()}
    for name, each in resources.items():
        yield from _conditions(template, name, each)
        for missing in sorted(waits[name] - known):
            if not missing.startswith("AWS::"):
                fix = "a reference is to a resource or a parameter of the same template"
                yield _problem(template, name, f"refers to {missing}, which the template does not have", fix)
        if not isinstance(each.get("Type"), str):
            yield _problem(template, name, "has no Type", "a resource says what it is: `Type: AWS::...`")
    try:
        TopologicalSorter({name: needed & resources.keys() for name, needed in waits.items()}).prepare()
    except CycleError as circle:
        ring = list(reversed(circle.args[1]))
        told = f"waits for itself: {' needs '.join(ring)}"
        yield _problem(template, ring[0], told, "CloudFormation could make none of them first")


def _named(resource: Mapping[str, Any]) -> Iterator[str]:
    """The resources and parameters that a resource waits for."""
    depends = resource.get("DependsOn")
    listed = depends if isinstance(depends, list) else [depends]
    yield from (each for each in listed if isinstance(each, str))
    yield from references(resource.get("Properties"))


def _conditions(template: Template, name: str, resource: Mapping[str, Any]) -> Iterator[Problem]:
    """The conditions of a resource that are none of the template, and what it waits for that is no name."""
    known = template.part("Conditions").keys()
    asked = [resource["Condition"]] if "Condition" in resource else []
    asked += [inner[0] for _, inner in calls(resource.get("Properties"), "Fn::If") if isinstance(inner, list) and inner]
    for each in dict.fromkeys(map(str, asked)):
        if each not in known:
            fix = "a condition is declared in the template's `Conditions`"
            yield _problem(template, name, f"has the condition {each}, which the template does not have", fix)
    depends = resource.get("DependsOn")
    for needed in depends if isinstance(depends, list) else [depends]:
        if needed is not None and not isinstance(needed, str):
            yield _problem(template, name, "has a DependsOn that is no name", "write the logical id: `DependsOn: Name`")


def _problem(template: Template, name: str, message: str, fix: str) -> Problem:
    line = template.lines.get(("Resources", name), 1)
    return Problem(template.file, line, f"Resources.{name}", message, fix)
