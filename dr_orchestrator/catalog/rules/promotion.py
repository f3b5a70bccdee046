"""Rules of drills that promote a replica: what it replicates is said, and a heartbeat tells what it held."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.shapes.checks import Check, NewestRow, RestoredState
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.service import Drill, Resource
from dr_orchestrator.catalog.shapes.there import There
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.service import Via

Mistake = tuple[Key, str, str]

OF_REPLICAS = frozenset({engines.POSTGRES.word, engines.MYSQL.word, engines.MARIADB.word})
"""The engines of which RDS makes a replica of a replica."""
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html, "Differences between read replicas"


def mistakes(service: Declared, drill: Drill, resource: Resource) -> Iterator[Mistake]:
    """The mistakes in a drill that promotes a replica, or says that it does."""
    if not drill.kind.promotes:
        if drill.replicates is not None:
            yield ("replicates",), f"a {drill.kind} promotes no replica", "remove it"
        return
    if drill.disruption is not Disruption.REGION:
        message = f"a replica in another region says nothing of the disruption '{drill.disruption}'"
        yield ("disruption",), message, "write `disruption: region`"
    for key in ("to", "recovery_points"):
        if getattr(drill, key) is not None:
            yield (key,), "a replica is promoted where it stands", "remove it"
    yield from _replicated(service, drill, resource)
    yield from _database(resource)
    if resource.canary is not None:
        message = f"a heartbeat that is written to '{drill.resource}' itself proves nothing of what that replicates"
        fix = f"write its `canary` at '{drill.replicates}'" if drill.replicates else "write its `canary` at the other"
        yield ("resource",), message, fix
    if not any(_is_heartbeat(check) for check in drill.checks):
        message = "no mandatory newest-row reads a heartbeat, and nothing else tells what the replica held"
        yield ("checks",), message, "add {name: ..., newest-row: {table: ..., column: ..., canary: true}}"
    for index, check in enumerate(drill.checks):
        if isinstance(check.claim, RestoredState):
            message = "what is promoted was set back to no instant: it goes on until then"
            yield ("checks", index, next(iter(check.claims))), message, "remove it"


def of_stores(service: Declared, drill: Drill, there: There, types: Types[ResourceType]) -> Iterator[Mistake]:
    """The mistakes in the stores of an environment that come back in another region by a promotion."""
    for index, logical in enumerate(there.promotes):
        at = ("there", "promotes", index)
        standing = service.resources.legal.get(there.stores.get(logical, ""))
        if logical not in there.stores:
            fix = likely(logical, there.stores) or "remove it"
            yield at, f"the drill's `there.stores` has no '{logical}'", fix
        elif standing is not None and not types[standing.type].promoted.all:
            message = f"'{logical}' is {types[standing.type].article} there, and none of these is promoted for a stack"
            yield at, message, "remove it: it comes back from its newest recovery point"
        elif standing is not None:
            for key, message, fix in _of_store(drill, logical, standing):
                yield key or at, message, fix


def _of_store(drill: Drill, logical: str, standing: Resource) -> Iterator[Mistake]:
    yield from (((), message, fix) for _, message, fix in _database(standing))
    if standing.canary is not None:
        message = f"a heartbeat that is written to the replica of '{logical}' proves nothing of what that replicates"
        yield (), message, "write its `canary` at what it replicates"
    names = (logical, logical.rpartition("/")[2])
    own = {at: each for at, each in enumerate(drill.checks) if getattr(each.claim, "database", None) in names}
    if not any(map(_is_heartbeat, own.values())):
        message = f"no mandatory newest-row reads a heartbeat of '{logical}': nothing else tells what the replica held"
        yield (), message, f"add {{newest-row: {{database: {logical}, table: ..., column: ..., canary: true}}}}"
    for at, check in own.items():
        if isinstance(check.claim, RestoredState):
            message = "what is promoted was set back to no instant: it goes on until then"
            yield ("checks", at, next(iter(check.claims))), message, "remove it"


def _replicated(service: Declared, drill: Drill, resource: Resource) -> Iterator[Mistake]:
    named = drill.replicates
    if named is None:
        message = f"nothing says what '{drill.resource}' is a replica of"
        yield (), message, "add `replicates: ...`, the resource of the region that counts as lost"
        return
    known = service.resources.legal.get(named)
    if known is None:
        if named not in service.resources.names:
            fix = likely(named, service.resources.names) or "declare it under `resources`"
            yield ("replicates",), f"the service has no resource '{named}'", fix
    elif known.type != resource.type:
        yield ("replicates",), f"'{named}' is a {known.type}, and '{drill.resource}' a {resource.type}", "name another"
    elif known.region == resource.region:
        message = f"'{named}' is in {known.region}, too: both are lost with it"
        yield ("replicates",), message, "name what a replica of another region replicates"


def _database(resource: Resource) -> Iterator[Mistake]:
    database = resource.database
    if database is None:
        return  # told already, of the heartbeat
    if database.via is Via.DATA_API:
        message = "a replica is asked at its address, and by `via: data-api` it has none"
        yield ("resource",), message, "drill it where the copy can be reached"
    elif (known := engines.called(database.engine or engines.POSTGRES.word)) and known.word not in OF_REPLICAS:
        message = f"RDS makes no replica of a replica of {known.name}, and production's own is never promoted"
        yield ("resource",), message, "drill it by a snapshot-restore"


def _is_heartbeat(check: Check) -> bool:
    return check.mandatory and isinstance(check.claim, NewestRow) and check.claim.canary
