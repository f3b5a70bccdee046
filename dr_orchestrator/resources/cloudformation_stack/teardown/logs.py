"""Deletes the log groups that AWS made for what a stack held: no stack does, and each is kept, and charged for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live, beginning
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources.cloudformation_stack.holds import APPSYNC_LOGS, EXECUTION_LOGS, LOG_GROUP
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

CONVENTIONS: Mapping[str, str] = {
    "AWS::Lambda::Function": "/aws/lambda/{}",
    "AWS::CodeBuild::Project": "/aws/codebuild/{}",
    "AWS::ApiGateway::RestApi": EXECUTION_LOGS + "_{}/",
    "AWS::RDS::DBInstance": "/aws/rds/instance/{}/",
    "AWS::RDS::DBCluster": "/aws/rds/cluster/{}/",
    "AWS::ECS::Cluster": "/aws/ecs/containerinsights/{}/",
    "AWS::AppSync::GraphQLApi": APPSYNC_LOGS + "{}",
    "AWS::AppSync::Api": APPSYNC_LOGS + "{}",
    "AWS::AppRunner::Service": "/aws/apprunner/{}/",
    "AWS::MWAA::Environment": "airflow-{}-",
    "AWS::EKS::Cluster": "/aws/eks/{}/",
    "AWS::SageMaker::Endpoint": "/aws/sagemaker/Endpoints/{}",
    "AWS::DocDB::DBCluster": "/aws/docdb/{}/",
    "AWS::Neptune::DBCluster": "/aws/neptune/{}/",
    "AWS::KinesisFirehose::DeliveryStream": "/aws/kinesisfirehose/{}",
    LOG_GROUP: "{}",
}
"""The log groups that AWS makes for a resource, by its type; what ends in a sign is how several begin.

One that the stack itself declared comes back where its function is called once more before that is gone.
"""

BY_ID = (EXECUTION_LOGS, APPSYNC_LOGS)
"""How those begin that are named after an id which AWS gave an API, and not after the run."""


@dataclass(frozen=True)
class Group:
    """A log group that is there, as a part of the stack that left it: when it was made, its ARN, and the API that it is
    of, where it is named after one.
    """

    part: Part
    made: datetime
    arn: str
    api: Part | None = None


class LogGroups:
    """Finds and deletes the log groups of one stack: once the stack is gone, for nothing writes into them then."""

    def __init__(self, api: Api, proving: Proving, copy: Copy) -> None:
        self._api, self._proving, self._copy = api, proving, copy

    def left_by(self, parts: Iterable[Part]) -> list[Group]:
        """The log groups that are there: of what the stack held, as AWS names them, and whatever is named after the
        stack as a whole, such as that of a function's own choice.
        """
        names = [
            (CONVENTIONS[each.type].format(_called(each.name)), each) for each in parts if each.type in CONVENTIONS
        ]
        found = {group.part.name: group for group in self._found(names)}
        return [found[name] for name in sorted(found)]

    def _found(self, names: Sequence[tuple[str, Part]]) -> Iterator[Group]:
        for live in self._listed(names):
            name = str(live["logGroupName"])
            of = next((part for begins, part in names if _is_of(name, begins)), None)
            made, arn = datetime.fromtimestamp(int(live["creationTime"]) / 1000, UTC), str(live["arn"])
            if name.startswith(BY_ID) and of is not None:
                yield Group(Part(EXECUTION_LOGS, name, of.logical_id, of.stack), made, arn, of)
            elif of is not None:
                yield Group(Part(LOG_GROUP, name, of.logical_id, of.stack), made, arn)
            elif self._copy.id in name:
                yield Group(Part(LOG_GROUP, name), made, arn)

    def _listed(self, names: Sequence[tuple[str, Part]]) -> Iterator[Mapping[str, Any]]:
        """All that are named after the run; those of an API are named after what AWS calls it, and nothing else."""
        asked = [{"logGroupNamePattern": beginning(self._copy)}]
        asked += [{"logGroupNamePrefix": begins} for begins, _ in names if begins.startswith(BY_ID)]
        for given in asked:
            yield from self._api.pages("DescribeLogGroups", "logGroups", **given)

    def delete(self, group: Group) -> None:
        """Delete a log group, once proven to be of what this run's stack held; nobody tags one that AWS makes.

        What it is named after is the copy's alone: the run's id, or that of an API which no other one ever bears.
        """
        name = group.part.name
        if group.api is not None:
            self._proving.raise_unless_made(group.api)
        live = Live(name, group.arn, {}, derived=True, created_at=group.made)
        self._proving.vouch(group.part, live, group.arn, named=group.api is None)
        try:
            self._api.call("DeleteLogGroup", logGroupName=name)
        except NotFound:
            return


def _called(name: str) -> str:
    """A resource as its log groups are named after it: of an ARN what follows its kind."""
    return name.split(":", 5)[-1].partition("/")[2] if name.startswith("arn:") else name


def _is_of(name: str, begins: str) -> bool:
    return name == begins or (begins.endswith(("/", "-")) and name.startswith(begins))
