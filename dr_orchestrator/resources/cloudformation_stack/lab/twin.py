"""CloudFormation that builds its resources one after another in lab time, tells of each, and rolls back what fails."""

from __future__ import annotations

from typing import Any, cast

from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud import delivering, layers
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.twin import Answer, Twin
from dr_orchestrator.resources.cloudformation_stack.lab import company, controls, health, names, stacks

STACKS = 2000
"""As many as AWS gives a new account."""


def _limits(_: CloudFormationResponse) -> ActionResult:
    """moto knows none."""
    return ActionResult({"AccountLimits": [{"Name": "StackLimit", "Value": STACKS}]})


def _stacks() -> dict[str, Any]:
    backend = cloudformation_backends[ACCOUNT][REGION]
    return {
        each.stack_id: {"name": each.name, "status": each.status, "tags": dict(each.tags)}
        for each in [*backend.stacks.values(), *backend.deleted_stacks.values()]
    }


def _change_sets() -> dict[str, Any]:
    backend = cast(stacks.CloudFormation, cloudformation_backends[ACCOUNT][REGION])
    return {
        each.id: {"name": each.wanted.name, "stack": each.stack.name, "status": each.status}
        for each in list(backend.prepared.all.values())
    }


def _answers(call: ApiCall) -> Answer | None:
    return controls.answers(call) or health.answers(call)


TWIN = Twin(
    backends=((cloudformation_backends, stacks.CloudFormation),),
    patches=(
        *stacks.PATCHES,
        *layers.PATCHES,
        *names.PATCHES,
        *health.PATCHES,
        *delivering.PATCHES,
        (CloudFormationResponse, "describe_account_limits", _limits),
    ),
    state={
        "stacks": _stacks,
        "change sets": _change_sets,
        "routing controls": controls.state,
        "health checks": health.state,
    },
    answers=_answers,
    make=company.make,
)
