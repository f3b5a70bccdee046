"""The way to make an environment anew."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.building import parts
from tests.support.estate import STACK, TEMPLATE
from tests.support.ways import Spec, Way


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.made.client("cloudformation").create_stack(
        StackName=way.copy.id,
        TemplateBody=TEMPLATE,
        Parameters=[{"ParameterKey": "EnvironmentName", "ParameterValue": way.copy.id}],
        Tags=tags,
    )


def _remove(way: Way) -> None:
    way.made.client("cloudformation").delete_stack(StackName=way.copy.id)


def _stack(way: Way) -> CloudFormationStack:
    toolkit, place = way.made.toolkit, way.copy.place
    return CloudFormationStack(way.resource, toolkit, parts(TYPES, toolkit, place), place)


STACK_ANEW = Spec(
    name="stack",
    type=STACK.type,
    kind=Kind.REPLICA_REBUILD,
    source=STACK,
    restorer=_stack,
    ask="CreateChangeSet",
    makes="ExecuteChangeSet",
    delete="DeleteStack",
    environment=True,
    foreign=_foreign,
    remove=_remove,
    proving=("DescribeStacks", "ListStackResources"),
    dies=("CREATE_FAILED", "asked for by a fault rule of the lab"),
)
THERE = replace(STACK_ANEW, name="stack-there", kind=Kind.REGION_FAILOVER)
WAYS = (STACK_ANEW, THERE)
