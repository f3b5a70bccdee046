"""The rights of whoever looks how backups are kept: reads alone, of every type that a service declares."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, allow
from dr_orchestrator.domain.resource_type import DISCOVERY, IMPORT, ResourceType


def looks(scope: Scope) -> Iterator[Statement]:
    """The statements: what lists many is allowed of all, what tells of one by its name alone of what is declared.

    Copies are looked for in the regions, too, that tiers want them in.
    """
    types = [of for of in scope.types if scope.declared(of)]
    everywhere = {call for of in types for call in of.posture.reads - _of_one(of)}
    regions = sorted({*scope.regions, *scope.copied_to()})
    here = {"StringEquals": {"aws:RequestedRegion": regions}}
    yield allow("LookHowBackupsAreKept", actions_of(scope.types, everywhere), ["*"], here)
    for of in types:
        names = [arn for name in scope.declared(of) for arn in of.made.arns_of(name)]
        actions = actions_of(scope.types, of.posture.reads & _of_one(of))
        yield allow(f"LookHow{of.made.plural}AreKept", actions, scope.arns(of.made.service, *names))


def estate(scope: Scope) -> Iterator[Statement]:
    """The statements of a look at all that there is (`dro discover`, and `dro posture` of all services): of every type,
    whoever declares it, for it is nobody's yet whose draft hangs on how its backups are kept.
    """
    reads = {of.name: of.discovery.reads | of.posture.reads for of in scope.types if of.discovery.all}
    everywhere = {call for of in scope.types if of.discovery.all for call in reads[of.name] - _of_one(of)}
    regions = scope.regions
    here = {"StringEquals": {"aws:RequestedRegion": regions}} if regions else {}
    yield allow("LookWhatThereIs", actions_of(scope.types, everywhere | DISCOVERY.reads), ["*"], here)
    for of in scope.types:
        if of.discovery.all and (own := reads[of.name] & _of_one(of)):
            arns = scope.arns(of.made.service, *of.made.arns_of("*"))
            yield allow(
                f"LookHowAny{of.made.cloudformation.rpartition('::')[2]}IsKept", actions_of(scope.types, own), arns
            )


def imports(scope: Scope) -> Iterator[Statement]:
    """The statement of `dro import`, which lists what restore testing plans restored."""
    here = {"StringEquals": {"aws:RequestedRegion": scope.regions}} if scope.regions else {}
    yield allow("ListRestoreTests", actions_of(scope.types, IMPORT.reads), ["*"], here)


def _of_one(of: ResourceType) -> frozenset[str]:
    return of.bounded | of.data
