"""Deletes the log groups that AWS made for what a stack held: no stack does, and each is kept, and charged for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.resources.cloudformation_stack.holds import EXECUTION_LOGS, LOG_GROUP
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

CONVENTIONS: Mapping[str, str] = {
    "AWS::Lambda::Function": "/aws/lambda/{}",
    "AWS::CodeBuild::Project": "/aws/codebuild/{}",
    "AWS::ApiGateway::RestApi": EXECUTION_LOGS + "_{}/",
    "AWS::RDS::DBInstance": "/aws/rds/instance/{}/",
    "AWS::RDS::DBCluster": "/aws/rds/cluster/{}/",
    "AWS::ECS::Cluster": "/aws/ecs/containerinsights/{}/",
    LOG_GROUP: "{}",
}
"""The log groups that AWS makes for a resource, by its type; what ends in a slash is how several begin.

One that the stack itself declared comes back where its function is called once more before that is gone.
"""


class LogGroups:
    """Finds and deletes the log groups of one stack: once the stack is gone, for nothing writes into them then."""

    def __init__(self, api: Api, proving: Proving, copy: Copy) -> None:
        self._api, self._proving, self._copy = api, proving, copy

    def left_by(self, parts: Iterable[Part]) -> list[Part]:
        """The log groups that are there: of what the stack held, as AWS names them, and whatever is named after the
        stack as a whole, such as that of a function's own choice.
        """
        found = {group.name: group for part in parts for group in self._of(part)}
        if not found and not self._writes(parts):
            return []
        for live in self._api.pages("DescribeLogGroups", "logGroups", logGroupNamePattern=self._copy.id):
            name = str(live["logGroupName"])
            if self._copy.id in name:  # whatever was asked for
                found.setdefault(name, Part(LOG_GROUP, name))
        return [found[name] for name in sorted(found)]

    def _writes(self, parts: Iterable[Part]) -> bool:
        return any(part.type in CONVENTIONS for part in parts)

    def _of(self, part: Part) -> Iterator[Part]:
        if part.type not in CONVENTIONS:
            return
        begins = CONVENTIONS[part.type].format(part.name)
        kind = EXECUTION_LOGS if begins.startswith(EXECUTION_LOGS) else LOG_GROUP
        for live in self._listed(begins):
            name = str(live["logGroupName"])
            if name == begins or (begins.endswith("/") and name.startswith(begins)):
                yield Part(kind, name, part.logical_id, part.stack)

    def _listed(self, begins: str) -> Iterator[Mapping[str, Any]]:
        yield from self._api.pages("DescribeLogGroups", "logGroups", logGroupNamePrefix=begins)

    def delete(self, group: Part) -> None:
        """Delete a log group, once proven to be of what this run's stack held; nobody tags one that AWS makes.

        What it is named after is the copy's alone: the run's id, or that of an API that no other one ever bears.
        """
        live = next((each for each in self._listed(group.name) if each["logGroupName"] == group.name), None)
        if live is None:
            return
        made = datetime.fromtimestamp(int(live.get("creationTime", 0)) / 1000, UTC)
        arn, named = str(live["arn"]), group.type != EXECUTION_LOGS
        if not named and not group.stack:
            raise UnsafeToDelete(f"{group} is named after no part of {self._copy.id}")
        self._proving.vouch(group, Live(group.name, arn, {}, derived=True, created_at=made), arn, named=named)
        try:
            self._api.call("DeleteLogGroup", logGroupName=group.name)
        except NotFound:
            return
