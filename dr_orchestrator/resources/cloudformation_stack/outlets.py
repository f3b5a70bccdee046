"""The outputs of a replica that are its own addresses, by the template that its stacks are, or were, really made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.template.expanded import parsed
from dr_orchestrator.documents import addresses
from dr_orchestrator.documents.addresses import Outline
from dr_orchestrator.domain.drill import Check, HttpAnswer
from dr_orchestrator.domain.replica import Derived
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import NESTED

_NAMED = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"://|@|\b(?:[a-z0-9_-]+\.)+[a-z]{2,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b", re.IGNORECASE)
"""The parts of a value by which somebody could be reached: an address, a login, a name of the DNS, an IP address."""


def asked_by(checks: Collection[Check]) -> frozenset[str]:
    """The outputs that checks ask at, as they are written there."""
    urls = [check.url for check in checks if isinstance(check, HttpAnswer)]
    return frozenset(name for url in urls for name in _NAMED.findall(url))


def outline(derived: Derived) -> Outline:
    """A template that is going to be executed, with those of the stacks within."""
    return Outline(derived.template, {name: outline(child) for name, child in derived.children.items()})


def made_of(api: Api, stack: str) -> Outline:
    """The template that a stack was made of, as AWS has processed it, with those of the stacks within."""
    told = api.call("GetTemplate", StackName=stack, TemplateStage="Processed")["TemplateBody"]
    held = list(api.pages("ListStackResources", "StackResourceSummaries", StackName=stack))
    nested = {
        str(each["LogicalResourceId"]): str(each["PhysicalResourceId"])
        for each in held
        if each.get("ResourceType") == NESTED and each.get("PhysicalResourceId")
    }
    return Outline(parsed(told, stack), {name: made_of(api, inner) for name, inner in nested.items()})


def elsewhere(template: Outline, asked: Collection[str], stack: str = "") -> Iterator[str]:
    """The outputs among those that checks ask at which may be somebody else's addresses, each with why."""
    for name in template.part("Outputs"):
        if (name in asked or f"{stack}.{name}" in asked) and (why := addresses.elsewhere(template, str(name))):
            yield f"the output {name} {why}"


def apart(values: Mapping[str, str], foreign: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The outputs that a program may be given, and those it may not, with why: it could reach somebody by them."""
    kept = {name: why for name, why in foreign.items() if why and _HOST.search(values.get(name, ""))}
    return {name: value for name, value in values.items() if name not in kept}, kept
