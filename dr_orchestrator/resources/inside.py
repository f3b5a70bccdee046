"""The inside of a database that an environment's template made from a recovery point: its login, its checks, its
proofs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dr_orchestrator.aws.logins import engine, keys
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks import speech
from dr_orchestrator.checks.apart import Address, Apart
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.ports import Entrance
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.opening import Opening


@dataclass(frozen=True)
class Inside:
    """A database of an environment, as it is known by the login of the one whose data it has.

    `deep` makes its deep checks, for the workspace in which programs of the team's own are run. `apart` proves of the
    address that AWS tells that nothing of production is there, `probe` that nothing of it answers from within. `engine`
    looks, before anything is made, whether checks can be asked of the engine of its source.
    """

    checks: SqlChecks
    deep: Callable[[Path], DeepChecks]
    entrance: Entrance
    apart: Callable[[Copy], Seen]
    probe: Callable[[Copy], Probed]
    engine: Callable[[Iterable[Check]], str]


def inside(
    resource: Resource, toolkit: Toolkit, door: Door, production: Callable[[], Collection[Address]], stack: Copy
) -> Inside | None:
    """The inside of what has the data of a resource, in a stack of this run; None where nobody says how to log in.

    `production` tells every address at which the resource itself is served.
    """
    database = resource.database
    if database is None:
        return None
    there = toolkit.at(stack.place)
    opening = Opening(
        door,
        resource,
        database,
        toolkit,
        lambda member: keys.own(there.account, door, database, member.id),
        lambda: there,
    )

    def asked(_member: Copy) -> datetime:
        return toolkit.proofs.intended(stack).intended_at

    apart = Apart(opening.login, production, asked, toolkit.clock)
    source = functools.partial(door.today, toolkit.account, resource.id, database)
    checks = SqlChecks(apart.login, source, apart.prove)
    opening.enter = checks.enter

    def deep(home: Path) -> DeepChecks:
        return DeepChecks(toolkit.clock, home, apart.login, source, apart.prove)

    def probed(member: Copy) -> Probed:
        try:
            opening.find(member)  # a process that resumed the run may not have been in it yet
            there = apart.login(member)
        except NotMeasured as fault:
            return Probed(False, f"{NOT_PROBED}: {fault.message}")
        first = next(iter(production()))
        return speech.of(there.engine).probe(there, *first, first=functools.partial(apart.prove, member))

    speaks = functools.partial(engine.look, toolkit.account, door, resource, database)
    return Inside(checks, deep, opening, apart.proven, probed, speaks)
