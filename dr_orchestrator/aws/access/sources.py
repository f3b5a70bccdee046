"""Sources that the drill role could give a run's tag: AWS alone gave them their ids, which tell no copy from them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, deny
from dr_orchestrator.aws.access.tagged import WITH_TAG, is_own, operations
from dr_orchestrator.domain.resource_type import Effect, ResourceType, Write


def never(scope: Scope) -> Iterator[Statement]:
    """The denials to tag, change or delete what is declared, by its id: once tagged it would look like the run's."""
    for of in scope.types:
        ids = sorted({*scope.sources(of), *scope.declared(of)})
        if _is_tagged_by_id(scope, of) and ids:
            arns = [f"arn:{scope.partition}:{of.made.service}:*:*:{of.made.arn.replace('*', id)}" for id in ids]
            yield deny(f"NeverTouchDeclared{of.made.plural}", operations(scope, _own(scope, of)), {"Resource": arns})


def told(scope: Scope) -> Iterator[str]:
    """The words on all other such things, which no policy can tell from copies."""
    for of in scope.types:
        if _is_tagged_by_id(scope, of) and scope.sources(of):
            what = of.made.title
            yield (
                f"IAM knows each {what} by an id of AWS's, and the role may tag what a job has restored: what drill"
                f" files declare is denied by its id (NeverTouchDeclared{of.made.plural}), of any other {what} the"
                " guard alone tells that it is no copy. Declare them all, or drill in an account that holds no other."
            )


def _is_tagged_by_id(scope: Scope, of: ResourceType) -> bool:
    """Whether a tag is given by a call of its own to what is there, and no name tells what that is."""
    return "{id}" not in of.made.arn and any(each.effect is Effect.TAG for each in _own(scope, of))


def _own(scope: Scope, of: ResourceType) -> list[Write]:
    """The calls of its own service that tag, change or delete one."""
    ours = (each for each in of.writes if each.target.type == of.made.name)
    return [each for each in ours if each.effect in (Effect.TAG, *WITH_TAG) and is_own(scope, each)]
