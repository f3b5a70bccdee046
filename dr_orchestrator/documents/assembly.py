"""Cloud assemblies, as `cdk synth` leaves them in cdk.out: an app's stacks, in the order in which they are made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.errors import Problem

MANIFEST = "manifest.json"
_STACK, _WITHIN = "aws:cloudformation:stack", "cdk:cloud-assembly"
_AGAIN = "synthesise it again: `cdk synth`"


class Malformed(ValueError):
    """A text is no manifest of a cloud assembly; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Stack:
    """A stack of an app: its name in AWS, and the file of its template in the assembly's folder."""

    name: str
    template: str


@dataclass(frozen=True)
class Assembly:
    """The stacks of an assembly, each after those that it needs, and the folders of the assemblies within (stages)."""

    stacks: tuple[Stack, ...]
    within: tuple[str, ...]


def parse(text: str, file: str) -> Assembly:
    """Read a manifest; Malformed where it is none, or is written in a way that is not known here."""
    try:
        told = json.loads(text)
    except ValueError as wrong:
        line = getattr(wrong, "lineno", 1)
        raise Malformed(Problem(file, line, "", f"it is no JSON: {wrong}", _AGAIN)) from wrong
    artifacts = mapping(told).get("artifacts")
    if not isinstance(artifacts, dict):
        raise Malformed(Problem(file, 1, "artifacts", _unknown(told, "it lists no artifacts"), _AGAIN))
    stacks = {name: each for name, each in artifacts.items() if mapping(each).get("type") == _STACK}
    ordered = tuple(_stack(name, stacks[name], told, file) for name in _in_order(stacks, file))
    within = [mapping(mapping(each).get("properties")).get("directoryName") for each in _of(artifacts, _WITHIN)]
    return Assembly(ordered, tuple(each for each in within if isinstance(each, str)))


def _of(artifacts: Mapping[str, Any], kind: str) -> Iterator[Any]:
    return (each for each in artifacts.values() if mapping(each).get("type") == kind)


def _stack(name: str, artifact: Mapping[str, Any], told: Any, file: str) -> Stack:
    properties = mapping(artifact.get("properties"))
    template = properties.get("templateFile")
    if not isinstance(template, str):
        message = _unknown(told, f"stack {name} names no template file")
        raise Malformed(Problem(file, 1, f"artifacts.{name}.properties.templateFile", message, _AGAIN))
    return Stack(str(properties.get("stackName") or artifact.get("displayName") or name), template)


def _in_order(stacks: Mapping[str, Any], file: str) -> Iterator[str]:
    needs = {name: [each for each in _needed(artifact) if each in stacks] for name, artifact in stacks.items()}
    try:
        yield from TopologicalSorter(needs).static_order()
    except CycleError as circle:
        ring = " needs ".join(reversed(circle.args[1]))
        raise Malformed(Problem(file, 1, "artifacts", f"its stacks wait for one another: {ring}", _AGAIN)) from circle


def _needed(artifact: Any) -> list[str]:
    needed = mapping(artifact).get("dependencies")
    return [str(each) for each in needed] if isinstance(needed, list) else []


def _unknown(told: Any, what: str) -> str:
    version = mapping(told).get("version")
    return f"{what}; it is of version {version}" if version else what
