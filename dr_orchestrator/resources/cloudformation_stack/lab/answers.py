"""The answers of CloudFormation's API on templates and change sets, in place of moto's."""

from __future__ import annotations

from typing import Any, cast

from moto.cloudformation import responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from dr_orchestrator.resources.cloudformation_stack.lab import texts
from dr_orchestrator.resources.cloudformation_stack.lab.change_sets import Prepared, Uncapable, Wanted
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.expanding import (
    TransformFailed,
    expanded,
    transforms,
)
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.parameters import Parameters
from dr_orchestrator.resources.cloudformation_stack.lab.work import REVIEW, TimedStack

_STAGES = ("Original", "Processed")


def _create_stack(answering: CloudFormationResponse) -> ActionResult:
    """A stack of a template as AWS processes it: with transforms only for who says that they may be expanded unseen."""
    text = texts.given(answering._get_param("TemplateBody"), answering._get_param("TemplateURL"))
    template, parameters = texts.parsed(text), _parameters(answering)
    known = Parameters(template, parameters, answering.region)
    processed = text
    if transforms(template):
        if "CAPABILITY_AUTO_EXPAND" not in (answering._get_param("Capabilities") or ()):
            raise Uncapable("Requires capabilities : [CAPABILITY_AUTO_EXPAND]")
        try:
            processed = texts.written(expanded(template, known.values(), answering.region))
        except TransformFailed as wrong:
            raise ValidationError(message=str(wrong)) from wrong
    stack = answering.cloudformation_backend.create_stack(
        name=answering._get_param("StackName"),
        template=processed,
        parameters=parameters,
        notification_arns=answering._get_param("NotificationARNs", []),
        tags=_tags(answering),
        role_arn=answering._get_param("RoleARN"),
        enable_termination_protection=answering._get_param("EnableTerminationProtection"),
        timeout_in_mins=answering._get_param("TimeoutInMinutes"),
        stack_policy_body=answering._get_param("StackPolicyBody"),
    )
    cast(TimedStack, stack).given_text = text
    return ActionResult({"StackId": stack.stack_id})


def _parameters(answering: CloudFormationResponse) -> dict[str, str]:
    listed = answering._get_param("Parameters", [])
    return {each["ParameterKey"]: str(each.get("ParameterValue", "")) for each in listed}


def _tags(answering: CloudFormationResponse) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in answering._get_param("Tags", [])}


def _create_change_set(answering: CloudFormationResponse) -> ActionResult:
    wanted = Wanted(
        str(answering._get_param("ChangeSetType") or "UPDATE"),
        str(answering._get_param("ChangeSetName")),
        texts.given(answering._get_param("TemplateBody"), answering._get_param("TemplateURL")),
        _parameters(answering),
        _tags(answering),
        tuple(answering._get_param("Capabilities") or ()),
        str(answering._get_param("ClientToken") or ""),
        str(answering._get_param("Description") or ""),
        str(answering._get_param("OnStackFailure") or ""),
        _said(answering, "IncludeNestedStacks") or False,
        tuple(answering._get_param("ResourcesToImport") or ()),
    )
    made = _cloud(answering).prepare(str(answering._get_param("StackName")), wanted)
    return ActionResult({"Id": made.id, "StackId": made.stack.stack_id})


def _said(answering: CloudFormationResponse, name: str) -> bool | None:
    given = answering._get_param(name)
    return None if given is None else str(given).lower() == "true"


def _cloud(answering: CloudFormationResponse) -> Any:
    return answering.cloudformation_backend


def _found(answering: CloudFormationResponse) -> Prepared:
    name, stack = str(answering._get_param("ChangeSetName")), str(answering._get_param("StackName") or "")
    if not name.startswith("arn:") and not stack:
        raise ValidationError(message="StackName must be specified if ChangeSetName is not specified as an ARN.")
    return cast(Prepared, _cloud(answering).prepared.found(name, stack))


def _describe_change_set(answering: CloudFormationResponse) -> ActionResult:
    found = _found(answering)
    ready = found.status in ("CREATE_COMPLETE", "FAILED")
    told = {
        "ChangeSetName": found.wanted.name,
        "ChangeSetId": found.id,
        "StackId": found.stack.stack_id,
        "StackName": found.stack.name,
        "Description": found.wanted.description or None,
        "Parameters": found.parameters,
        "CreationTime": found.created,
        "ExecutionStatus": found.execution,
        "Status": found.status,
        "StatusReason": found.fault if ready and found.fault else None,
        "Capabilities": list(found.wanted.capabilities),
        "Tags": [{"Key": key, "Value": value} for key, value in found.wanted.tags.items()],
        "Changes": found.changes if found.status == "CREATE_COMPLETE" else [],
        "IncludeNestedStacks": found.wanted.nested,
        "ParentChangeSetId": found.parent,
        "RootChangeSetId": found.root,
        "OnStackFailure": found.wanted.on_failure or None,
    }
    return ActionResult({key: value for key, value in told.items() if value is not None})


def _execute_change_set(answering: CloudFormationResponse) -> ActionResult:
    found = _found(answering)
    _cloud(answering).prepared.execute(found.id, "", _said(answering, "DisableRollback"))
    return EmptyResult()


def _delete_change_set(answering: CloudFormationResponse) -> ActionResult:
    name, stack = str(answering._get_param("ChangeSetName")), str(answering._get_param("StackName") or "")
    _cloud(answering).prepared.delete(name, stack)
    return EmptyResult()


def _list_change_sets(answering: CloudFormationResponse) -> ActionResult:
    stack = _cloud(answering).get_stack(str(answering._get_param("StackName")))
    told = [
        {
            "StackId": stack.stack_id,
            "StackName": stack.name,
            "ChangeSetId": each.id,
            "ChangeSetName": each.wanted.name,
            "ExecutionStatus": each.execution,
            "Status": each.status,
            "CreationTime": each.created,
            "IncludeNestedStacks": each.wanted.nested,
        }
        for each in _cloud(answering).prepared.of(stack)
    ]
    return ActionResult({"Summaries": told})


def _get_template(answering: CloudFormationResponse) -> ActionResult:
    stage = str(answering._get_param("TemplateStage") or "Processed")
    if answering._get_param("ChangeSetName"):
        found = _found(answering)
        if stage not in found.stages:
            raise ValidationError(message=f"Template stage {stage} is not available for ChangeSet [{found.id}]")
        text = found.original if stage == "Original" else found.processed
        return ActionResult({"TemplateBody": text, "StagesAvailable": found.stages})
    stack = _cloud(answering).get_stack(str(answering._get_param("StackName")))
    if stack.status == REVIEW or not stack.template:
        raise ValidationError(message=f"Stack {stack.name} has no template: it is in {stack.status}")
    text = (stack.given_text or stack.template) if stage == "Original" else stack.template
    return ActionResult({"TemplateBody": text, "StagesAvailable": list(_STAGES)})


class _Shown(dict[str, Any]):
    """The transformers of moto's answers, but for ours; hashable, as patches are."""

    __hash__ = object.__hash__  # type: ignore[assignment]


_SHOWN = _Shown(
    (key, transform)
    for key, transform in CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER.items()
    if not key.startswith("DescribeChangeSetOutput.")
)

PATCHES = (
    (CloudFormationResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", _SHOWN),
    (CloudFormationResponse, "create_stack", _create_stack),
    (CloudFormationResponse, "create_change_set", _create_change_set),
    (CloudFormationResponse, "describe_change_set", _describe_change_set),
    (CloudFormationResponse, "execute_change_set", _execute_change_set),
    (CloudFormationResponse, "delete_change_set", _delete_change_set),
    (CloudFormationResponse, "list_change_sets", _list_change_sets),
    (CloudFormationResponse, "get_template", _get_template),
    (CloudFormationResponse, "_get_stack_from_s3_url", lambda _, url: texts.stored(url)),
    (responses, "get_stack_from_s3_url", lambda url, **_: texts.stored(url)),
)
