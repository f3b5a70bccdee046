"""CloudFormation that builds its resources one after another in lab time, tells of each, and rolls back what fails."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, cast

from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.utils import generate_stack_id
from moto.core.responses import ActionResult
from moto.events import models as events
from moto.logs import responses as logs

from dr_orchestrator.lab.cloud.templates import SafeYaml, imports
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.cloudformation_stack.lab import answers, change_sets, drift, finishing, nested
from dr_orchestrator.resources.cloudformation_stack.lab.change_sets import ChangeSets, Prepared, Wanted
from dr_orchestrator.resources.cloudformation_stack.lab.parts import Resources
from dr_orchestrator.resources.cloudformation_stack.lab.work import (
    REVIEW,
    Building,
    Removing,
    TimedStack,
    gone,
    physical_id,
    refuse_unknown,
)


class CloudFormation(CloudFormationBackend):
    """One account's CloudFormation in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.prepared = ChangeSets()

    @property
    def _url_module(self) -> Any:
        return import_module("moto.cloudformation.urls")

    def create_stack(self, name: str, template: str, parameters: dict[str, Any], **given: Any) -> Stack:  # type: ignore[override]
        """Accept a stack; its resources follow in lab time."""
        if any(stack.name == name for stack in self.stacks.values()):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = TimedStack(  # type: ignore[abstract] # moto's are too
            stack_id=generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template=template,
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            cross_stack_resources=self.exports,
            **given,
        )
        _refuse_unknown(stack)
        order = stack.build_order()
        self.stacks[stack.stack_id] = stack
        stack.turn("CREATE_IN_PROGRESS", "User Initiated")
        Building(stack, order, nested.begin).schedule()
        return stack

    def prepare(self, name: str, wanted: Wanted) -> Prepared:
        """Accept a change set; of a new stack, the stack with it, which stays in review until one is executed."""
        found = next((each for each in self.stacks.values() if name in (each.name, each.stack_id)), None)
        stack = cast(TimedStack | None, found)
        change_sets.refuse(stack, wanted, name)
        known = set(self.stacks)
        try:
            return self.prepared.create(stack or nested.new(name, {}, self.region_name, self.account_id), wanted)
        except NotImplementedError:
            for made in set(self.stacks) - known:  # what is refused leaves nothing
                del self.stacks[made]
            raise

    def delete_stack(self, name_or_stack_id: str) -> None:
        """Delete the resources in lab time, unless the stack is protected."""
        found = [each for each in self.stacks.values() if name_or_stack_id in (each.name, each.stack_id)]
        if not found:
            return
        stack = cast(TimedStack, found[0])
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.status == "DELETE_IN_PROGRESS":
            return
        if reason := self._in_use(stack):
            stack.turn(stack.status, reason)
            return
        for each in self.prepared.of(stack):
            self.prepared.all.pop(each.id, None)
        if stack.status == REVIEW:  # nothing was made of it
            stack.turn("DELETE_COMPLETE")
            gone(stack)
            return
        stack.turn("DELETE_IN_PROGRESS", "User Initiated")
        fate = world().faults.fate("cloudformation", "DeleteStack", stack.name)
        if fate == "stuck":
            return
        Removing(stack, "DELETE", fate).schedule(lambda: gone(stack))

    def describe_stacks(self, name_or_stack_id: str) -> list[Stack]:
        """As moto, unless a fault hides it."""
        found = super().describe_stacks(name_or_stack_id)
        seen = [each for each in found if not world().faults.pretends("not-found", "cloudformation", each.name)]
        if name_or_stack_id and not seen:
            raise ValidationError(name_or_stack_id)
        return seen

    def update_stack(self, *args: Any, **kwargs: Any) -> Stack:
        """Refused: moto's would change the stack in no time."""
        raise NotImplementedError("updates of stacks")

    def _in_use(self, stack: TimedStack) -> str:
        """Why AWS does not begin to delete a stack: another imports from it. It stays in the state that it is in."""
        names = {key for key, value in self.exports.items() if value.exporting_stack_id == stack.stack_id}
        for other in self.stacks.values():
            if used := names & set(imports(other.template_dict)):
                return f"Export {min(used)} cannot be deleted as it is in use by {other.name}"
        return ""


def _refuse_unknown(stack: TimedStack) -> None:
    """moto skips types that it cannot build, and calls the stack complete all the same."""
    types = {body["Type"] for body in stack.template_dict["Resources"].values()}
    refuse_unknown(types)


class _ResourceRow:
    """A resource of a stack with its true time and state; moto dates them all to 2010, and calls them all complete."""

    def __init__(self, stack: Stack, resource: Any) -> None:
        self.stack_id = stack.stack_id
        self.stack_name = stack.name
        self.logical_resource_id = getattr(resource, "logical_resource_id", None)
        self.physical_resource_id = physical_id(stack, resource)
        self.resource_type = getattr(resource, "cf_resource_type", None)
        told = [event for event in stack.events if event.logical_resource_id == self.logical_resource_id]
        self.resource_status = told[-1].resource_status if told else stack.status
        self.reason = told[-1].resource_status_reason if told else None
        self.timestamp = told[-1].timestamp if told else stack.creation_time


def _list_stack_resources(answering: responses.CloudFormationResponse) -> ActionResult:
    """As moto, with the state that each resource is in: a deleted stack tells what became of what it held."""
    cloud = answering.cloudformation_backend
    stack, resources = cloud.list_stack_resources(str(answering._get_param("StackName")))
    there = {getattr(each, "logical_resource_id", None) for each in resources}
    removed = [each for name, each in cast(TimedStack, stack).removed.items() if name not in there]
    rows = [_ResourceRow(stack, each) for each in (*resources, *removed)]
    told = [
        {
            "LogicalResourceId": row.logical_resource_id,
            "PhysicalResourceId": row.physical_resource_id,
            "ResourceType": row.resource_type,
            "ResourceStatus": row.resource_status,
            "ResourceStatusReason": row.reason,
            "LastUpdatedTimestamp": row.timestamp,
        }
        for row in rows
    ]
    return ActionResult({"StackResourceSummaries": told})


def _update_termination_protection(answering: responses.CloudFormationResponse) -> ActionResult:
    """moto knows no such call."""
    stack = answering.cloudformation_backend.get_stack(str(answering._get_param("StackName")))
    stack.enable_termination_protection = bool(answering._get_bool_param("EnableTerminationProtection"))
    return ActionResult({"StackId": stack.stack_id})


def _describe_log_groups(answering: logs.LogsResponse) -> str:
    """moto knows no logGroupNamePattern: what stands anywhere in a name."""
    pattern, begins = answering._get_param("logGroupNamePattern"), answering._get_param("logGroupNamePrefix")
    found = answering.logs_backend.groups.values()
    wanted = [each for each in found if each.name.startswith(begins or "") and (pattern or "") in each.name]
    return json.dumps({"logGroups": [each.to_describe_dict() for each in sorted(wanted, key=lambda one: one.name)]})


PATCHES = (
    (parsing, "generate_resource_name", finishing.named),
    (models, "ResourceMap", Resources),
    (models, "yaml", SafeYaml),
    (responses, "yaml", SafeYaml),
    (responses, "StackResourceDTO", _ResourceRow),
    *answers.PATCHES,
    *drift.PATCHES,
    (events.EventBus, "physical_resource_id", property(lambda bus: bus.name)),  # moto's has none
    (events, "unix_time_millis", lambda: int(world().now().timestamp() * 1000)),  # moto's is no whole number
    (responses.CloudFormationResponse, "list_stack_resources", _list_stack_resources),
    (responses.CloudFormationResponse, "update_termination_protection", _update_termination_protection),
    (logs.LogsResponse, "describe_log_groups", _describe_log_groups),
)
