"""Rules of a failover: what it is performed on, what is supposed to have happened, and who writes to it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.shapes.service import Drill, Resource, Where
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.service import Via

WRITTEN_TO = frozenset({engines.POSTGRES.word, engines.MYSQL.word, engines.AURORA_MYSQL.word, engines.MARIADB.word})
"""The engines that a client can write to while they fail over."""


def mistakes(drill: Drill, resource: Resource) -> Iterator[tuple[Key, str, str]]:
    """The mistakes in a drill that fails something over, or says that it does."""
    if drill.on is Where.PRODUCTION and not drill.kind.interrupts:
        told = f"a {drill.kind} is performed on a restored copy, and on nothing else"
        yield ("on",), told, "remove `on`, or write `on: replica`"
    if not drill.kind.interrupts:
        return
    other, said = ("region", Disruption.REGION) if drill.kind.spans else ("zone", Disruption.AVAILABILITY_ZONE)
    if drill.disruption is not said:
        message = f"a failover to another {other} says nothing of the disruption '{drill.disruption}'"
        yield ("disruption",), message, f"write `disruption: {said}`"
    yield from _client(resource)


def _client(resource: Resource) -> Iterator[tuple[Key, str, str]]:
    database = resource.database
    if database is None:
        message = "nothing says how a client logs in to the copy while that fails over"
        yield ("resource",), message, "add `database: {name: ..., secret: ...}` to the resource"
    elif database.via is Via.DATA_API:
        message = "a client that fails over needs the copy's address, and by `via: data-api` it has none"
        yield ("resource",), message, "drill it where the copy can be reached"
    elif (known := engines.called(database.engine or engines.POSTGRES.word)) and known.word not in WRITTEN_TO:
        yield ("resource",), f"no client writes to {known.name} while it fails over, yet", "drill it by a restore"
