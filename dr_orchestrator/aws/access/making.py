"""The tags of what EC2 makes: given by the very call that makes it, and never to what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, deny
from dr_orchestrator.domain.resource_type import Write

TAG, BY = "ec2:CreateTags", "ec2:CreateAction"
"""One action tags what a call makes and whatever is there: the key tells which call makes it, and is absent else."""


def never_tagged(scope: Scope, writes: Sequence[Write]) -> Iterator[Statement]:
    """The denial to give tags to machines and volumes that are there: whoever wears the run's may be ended.

    What CloudFormation makes of a template it tags by this role as it likes, within what that is allowed there.
    """
    making = [
        write
        for write in writes
        if any(TAG in actions for actions in write.actions.values())
        and scope.drilled(scope.types.targets[write.target.type])
    ]
    named = [scope.types.targets[name] for name in dict.fromkeys(write.target.type for write in making)]
    on = list(dict.fromkeys(arn for copy in named for arn in scope.anywhere(copy, "*")))
    by = sorted({write.operation.partition(":")[2] for write in making})
    other: dict[str, Any] = {"StringNotEquals": {BY: by}}
    if any(drill.resource.rebuild is not None for drill in scope.drills):
        other["Null"] = {"aws:CalledVia": "true"}
    yield deny("NeverTagWhatIsThere", [TAG] if making else [], {"Resource": on, "Condition": other})
