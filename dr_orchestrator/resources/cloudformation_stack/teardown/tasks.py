"""Stops tasks: a cluster of ECS is not deleted while one runs in it that no service of the stack started."""

from __future__ import annotations

from collections.abc import Callable

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

DESCRIBED = 100
"""How many tasks are described in one call."""

_OF_SERVICE = "service:"
"""How the group of a task begins that a service started: that starts another in its place, until it is deleted."""


class Tasks:
    """Stops the tasks in clusters that were started by themselves: by a schedule, or by code of the copy's."""

    def __init__(self, api: Api, proving: Proving) -> None:
        self._api, self._proving = api, proving

    def prove(self, part: Part) -> bool:
        """By its ARN and its tags."""
        self._proving.raise_unless_made(part)
        told = self._api.call("DescribeClusters", clusters=[part.name], include=["TAGS"])["clusters"]
        found = [each for each in told if each["clusterName"] == part.name and each.get("status") != "INACTIVE"]
        if not found:
            return False
        arn = str(found[0]["clusterArn"])
        tags = {each["key"]: each["value"] for each in found[0].get("tags", ())}
        self._proving.vouch(part, Live(part.name, arn, tags), arn)
        return True

    def empty(self, part: Part, tell: Callable[[str], None]) -> str:
        """Stop each; ECS gives a task thirty seconds to end, and the deletion of the stack is tried again meanwhile."""
        running = [str(each) for each in self._api.pages("ListTasks", "taskArns", cluster=part.name)]
        alone = [each for start in range(0, len(running), DESCRIBED) for each in self._alone(part, running[start:])]
        if alone:
            tell(f"stops the tasks in {part.name}")
        for task in alone:
            self._api.call("StopTask", cluster=part.name, task=task, reason="the drill is over")
        return f"{len(alone):,} tasks were stopped" if alone else ""

    def _alone(self, part: Part, tasks: list[str]) -> list[str]:
        told = self._api.call("DescribeTasks", cluster=part.name, tasks=tasks[:DESCRIBED])["tasks"]
        return [str(each["taskArn"]) for each in told if not str(each.get("group", "")).startswith(_OF_SERVICE)]
