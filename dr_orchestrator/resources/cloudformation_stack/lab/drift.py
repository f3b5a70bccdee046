"""Drift detection, which moto lacks: what a template says of roles and rules against what they are, in lab time.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html: what a template does not say
is not compared, and types that are not supported are not told of.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.events.models import events_backends
from moto.iam.models import iam_backends

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.cloudformation_stack.lab.work import TimedStack, physical_id

TAKES = 20.0
"""Lab seconds of a detection."""

UNDER_WAY = "DETECTION_IN_PROGRESS"
_STEADY = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


@dataclass
class Detection:
    """One detection; its result is that of the moment at which it ends."""

    id: str
    stack: TimedStack
    status: str = UNDER_WAY
    reason: str = ""
    resources: list[dict[str, Any]] = field(default_factory=list)

    def end(self) -> None:
        """Compare now."""
        fate = world().faults.fate("cloudformation", "DetectStackDrift", self.stack.name)
        if fate == "stuck":
            return
        self.resources = list(_drifts(self.stack))
        self.stack.__dict__["drifts"] = self.resources
        self.status = fate or "DETECTION_COMPLETE"
        self.reason = "Failed to detect drift on some of the resources." if fate else ""

    @property
    def drift(self) -> str:
        """The drift of the whole stack."""
        states = {each["StackResourceDriftStatus"] for each in self.resources}
        return "DRIFTED" if states - {"IN_SYNC"} else "IN_SYNC" if states else "NOT_CHECKED"


def _detections() -> dict[str, Detection]:
    found: dict[str, Detection] = world().__dict__.setdefault("detections", {})
    return found


def _detect(answering: CloudFormationResponse) -> ActionResult:
    stack = _stack(answering)
    if stack.status not in _STEADY:
        told = f"Stack [{stack.name}] is in {stack.status} state and can not be checked for drift"
        raise ValidationError(message=told)
    if any(each.stack is stack and each.status == UNDER_WAY for each in _detections().values()):
        raise ValidationError(message=f"Drift detection is already in progress for stack [{stack.stack_id}]")
    made = Detection(str(uuid.uuid4()), stack)
    _detections()[made.id] = made
    world().agenda.at(world().now() + timedelta(seconds=TAKES), made.end)
    return ActionResult({"StackDriftDetectionId": made.id})


def _status(answering: CloudFormationResponse) -> ActionResult:
    found = _detections().get(str(answering._get_param("StackDriftDetectionId")))
    if found is None or found.stack.account_id != answering.current_account:
        raise ValidationError(message="Cannot find drift detection")
    told: dict[str, Any] = {
        "StackId": found.stack.stack_id,
        "StackDriftDetectionId": found.id,
        "DetectionStatus": found.status,
        "Timestamp": world().now(),
    }
    if found.status != UNDER_WAY:
        told["StackDriftStatus"] = found.drift
        told["DriftedStackResourceCount"] = sum(
            each["StackResourceDriftStatus"] != "IN_SYNC" for each in found.resources
        )
    if found.reason:
        told["DetectionStatusReason"] = found.reason
    return ActionResult(told)


def _resource_drifts(answering: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackResourceDrifts": _stack(answering).__dict__.get("drifts", [])})


def _stack(answering: CloudFormationResponse) -> TimedStack:
    name = str(answering._get_param("StackName"))
    return cast(TimedStack, answering.cloudformation_backend.get_stack(name))


def _drifts(stack: TimedStack) -> Iterator[dict[str, Any]]:
    for logical, resource in stack.built().items():
        read = _LIVE.get(stack.type_of(logical))
        if read is None:
            continue
        said = stack.template_dict["Resources"][logical].get("Properties") or {}
        expected = _plain(parsing.clean_json(said, stack.resource_map))
        actual = read(stack, resource)
        found = [] if actual is None else list(_differences(expected, {key: actual.get(key) for key in expected}))
        state = "DELETED" if actual is None else "MODIFIED" if found else "IN_SYNC"
        yield {
            "StackId": stack.stack_id,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical_id(stack, resource),
            "ResourceType": stack.type_of(logical),
            "ExpectedProperties": json.dumps(expected),
            "ActualProperties": json.dumps(actual),
            "PropertyDifferences": found,
            "StackResourceDriftStatus": state,
            "Timestamp": world().now(),
        }


def _differences(expected: Any, actual: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key in sorted({*expected, *actual}):
            yield from _differences(expected.get(key), actual.get(key), f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (before, after) in enumerate(zip(expected, actual, strict=True)):
            yield from _differences(before, after, f"{path}/{number}")
    elif expected != actual:
        kind = "ADD" if expected is None else "REMOVE" if actual is None else "NOT_EQUAL"
        yield {
            "PropertyPath": path,
            "ExpectedValue": json.dumps(expected),
            "ActualValue": json.dumps(actual),
            "DifferenceType": kind,
        }


def _role(stack: TimedStack, resource: Any) -> dict[str, Any] | None:
    live = next((each for each in iam_backends[stack.account_id]["aws"].get_roles() if each.id == resource.id), None)
    if live is None:
        return None
    return {
        "RoleName": live.name,
        "AssumeRolePolicyDocument": _plain(live.assume_role_policy_document),
        "Policies": [{"PolicyName": name, "PolicyDocument": _plain(text)} for name, text in live.policies.items()],
        "ManagedPolicyArns": list(live.managed_policies),
        "PermissionsBoundary": live.permissions_boundary_arn,
        "MaxSessionDuration": live.max_session_duration,
        "Description": live.description,
        "Path": live.path,
        "Tags": live.tags,
    }


def _rule(stack: TimedStack, resource: Any) -> dict[str, Any] | None:
    buses = events_backends[stack.account_id][stack.region_name].event_buses
    bus = buses.get(resource.event_bus_name.split("/")[-1])
    live = bus.rules.get(resource.name) if bus is not None else None
    if live is None:
        return None
    return {
        "Name": live.name,
        "Description": live.description,
        "EventBusName": live.event_bus_name,
        "EventPattern": _plain(live.event_pattern.dump()),
        "ScheduleExpression": live.scheduled_expression,
        "RoleArn": live.role_arn,
        "State": live.state,
        "Targets": [dict(each) for each in live.targets],
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it, whether it is held as text or as data."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return json.loads(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


_LIVE: Mapping[str, Callable[[TimedStack, Any], dict[str, Any] | None]] = {
    "AWS::IAM::Role": _role,
    "AWS::Events::Rule": _rule,
}
PATCHES = (
    (CloudFormationResponse, "detect_stack_drift", _detect),
    (CloudFormationResponse, "describe_stack_drift_detection_status", _status),
    (CloudFormationResponse, "describe_stack_resource_drifts", _resource_drifts),
)
