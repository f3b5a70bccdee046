"""Stacks in stacks: begun when their turn comes, with what the stack around them gives them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import generate_stack_id

from dr_orchestrator.resources.cloudformation_stack.lab import texts
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.expanding import TransformFailed, expanded
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.parameters import Parameters
from dr_orchestrator.resources.cloudformation_stack.lab.work import REVIEW, Building, TimedStack


def name_of(parent: TimedStack, logical: str) -> str:
    """The name that CloudFormation makes for a stack within."""
    return f"{parent.name}-{logical}-{secrets.token_hex(6).upper()}"


def new(name: str, tags: Mapping[str, str], region: str, account: str, around: TimedStack | None = None) -> TimedStack:
    """A stack without template or resources, in review."""
    backend = models.cloudformation_backends[account][region]
    stack = TimedStack(  # type: ignore[abstract] # moto's are too
        stack_id=generate_stack_id(name, region, account),
        name=name,
        template={},
        parameters={},
        account_id=account,
        region_name=region,
        cross_stack_resources=backend.exports,
        tags=dict(tags),
    )
    if around is not None:
        stack.parent_id, stack.root_id = around.stack_id, around.root_id or around.stack_id
    backend.stacks[stack.stack_id] = stack
    stack.turn(REVIEW, "User Initiated")
    return stack


def begin(parent: TimedStack, logical: str) -> TimedStack:
    """Make the stack that a resource is: the one that a change set of the whole has for it, or a new one."""
    body = parent.template_dict["Resources"][logical]
    given = parsing.clean_json(body.get("Properties", {}), parent.resource_map)
    parameters = {key: as_text(value) for key, value in (given.get("Parameters") or {}).items()}
    backend = models.cloudformation_backends[parent.account_id][parent.region_name]
    reviewed = next(
        (
            each
            for each in backend.stacks.values()
            if isinstance(each, TimedStack)
            and each.parent_id == parent.stack_id
            and each.status == REVIEW
            and each.logical_resource_id == logical
        ),
        None,
    )
    if reviewed is None:
        text = texts.stored(str(given.get("TemplateURL")))
        child = new(name_of(parent, logical), {}, parent.region_name, parent.account_id, parent)
        template = texts.parsed(text)
        try:
            known = Parameters(template, parameters, parent.region_name).values()
            processed = texts.written(expanded(template, known, parent.region_name))
        except TransformFailed as wrong:
            raise ValidationError(message=str(wrong)) from wrong
    else:
        child, prepared = reviewed, reviewed.prepared
        text, processed = prepared.original, prepared.processed
    child.tags = {**parent.tags, **{each["Key"]: each["Value"] for each in given.get("Tags") or ()}}
    child.take(processed, text, parameters)
    order = child.build_order()
    child.turn("CREATE_IN_PROGRESS", "User Initiated")
    Building(child, order, begin).schedule()
    return child


def as_text(value: Any) -> str:
    """A parameter as one stack gives it another."""
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
