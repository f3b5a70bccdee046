"""The way to make an environment anew."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.building import parts
from tests.support.estate import STACK, TEMPLATE
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import OF_A_SETTING, POINT, SOURCE, Never


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


_FILE = Never("it is made anew from a file of the workspace: nothing of production's is looked at")

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
    vanishes={SOURCE: _FILE, POINT: _FILE},
    full={"CreateChangeSet": ("LimitExceededException",)},
    refuses=OF_A_SETTING,
    mistaken=_FILE,
    apart=_FILE,
)
# What leads the name comes after the stack, and is told where it has no room: a name that waits is an outage.
_OF_THE_NAME = frozenset({"ServiceQuotaExceededException", "TooManyHealthChecks"})
THERE = replace(STACK_ANEW, name="stack-there", kind=Kind.REGION_FAILOVER, refuses=OF_A_SETTING | _OF_THE_NAME)
WAYS = (STACK_ANEW, THERE)
