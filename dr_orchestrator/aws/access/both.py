"""The rights to compare what stands in two regions: reads of the lost one, of what drills name there alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_orchestrator.aws.access.opened import LOGINS, MANAGED, owner, via
from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, allow
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.service import Resource


def compares(scope: Scope) -> Iterator[Statement]:
    """The reads of each store of a lost region that a check compares, once the drill's name leads back."""
    regions = {each.region for drill in scope.drills for each in drill.lost.values()}
    for region in sorted(regions):
        lost = replace(
            scope,
            drills=[_of_lost(drill, of) for drill in scope.drills if (of := _lost_in(drill, region))],
            allowed=replace(scope.allowed, regions=frozenset({region})),
        )
        yield from _in_region(lost, region.replace("-", "").title())


def _lost_in(drill: Drill, region: str) -> dict[str, Resource]:
    """The stores that a drill loses with a region."""
    return {logical: each for logical, each in drill.lost.items() if each.region == region}


def _of_lost(drill: Drill, lost: dict[str, Resource]) -> Drill:
    """The drill as if it were of what it loses."""
    return replace(drill, resource=next(iter(lost.values())), stores=lost, leading=None)


def _in_region(lost: Scope, named: str) -> Iterator[Statement]:
    compared = [each for each in lost.types if each.both and lost.sources(each)]
    for of in compared:
        names = [arn for name in lost.sources(of) for arn in of.made.arns_of(name)]
        sid = f"Compare{of.made.plural}In{named}"
        yield allow(sid, actions_of(lost.types, of.both), lost.arns(of.made.service, *names))
        if managed := lost.managed(of):
            owned = {"StringEquals": {owner(of): lost.arns(of.made.service, *managed)}}
            yield allow(f"LogInTo{of.made.plural}In{named}", LOGINS, lost.arns("secretsmanager", MANAGED), owned)
    if secrets := lost.secrets():
        yield allow(f"ReadLoginsIn{named}", LOGINS, lost.arns("secretsmanager", *secrets))
    if users := lost.users():
        yield allow(f"LogInByTokenIn{named}", {"rds-db:connect"}, lost.arns("rds-db", *users))
    services = [each.secures for each in compared if each.secures]
    through = via(lost, *services, "secretsmanager")
    yield allow(f"ReadWhatIsEncryptedIn{named}", {"kms:Decrypt"}, lost.arns("kms", "key/*"), through)
