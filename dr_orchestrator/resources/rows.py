"""Drills of what holds rows: its checks by SQL, the probe from within it, and who writes its heartbeat."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, cast

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.data_api import looks as data_api
from dr_orchestrator.aws.logins import engine
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.canary.rows import RowWriter
from dr_orchestrator.checks import speech
from dr_orchestrator.checks.apart import Address, Apart
from dr_orchestrator.checks.client import hands
from dr_orchestrator.checks.client.writing import Client
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.held import Held
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.checks.tenants import SqlTenants
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection, reads_source
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.ports import Clock, Part, Restorer
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Canary, Database, Login, Resource, Via
from dr_orchestrator.domain.taking_over import Replica, Standby
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotRecoverable, NotTheCopy, UsageError
from dr_orchestrator.resources.by_statements import Doorway
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.opening import Opening
from dr_orchestrator.runner import Components, stands_there


class Reached(Restorer, Protocol):
    """A restorer of what has an address."""

    def address(self) -> Address:
        """Host and port of the source, where it is written to."""

    def addresses(self) -> Collection[Address]:
        """Every host and port at which the source's data are served, that of the source first."""


class Brought(Reached, Protocol):
    """A restorer whose recovery points are brought to where the drill's copy is to stand."""

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:
        """The copies by which one comes there, in the order of their making."""


class Followed(Reached, Protocol):
    """A restorer whose copy follows until it is promoted; `held` reads the newest heartbeat that it has by then."""

    held: Callable[[Copy], datetime]


class Way(Protocol):
    """Makes the restorer of a drill; `answers` asks the copy's database something, where one is declared.

    LoginRefused where it answers, and lets none of the logins in.
    """

    def __call__(
        self, resource: Resource, selection: Selection, toolkit: Toolkit, answers: Callable[[Copy], bool] | None
    ) -> Reached:
        """Make it."""


def components(order: Order, way: Way, door: Door) -> Components:
    """The restorer, its checks, the way into the copy, and the two proofs of isolation; `door` is that of its type.

    Of a failover the restorer is one that knows standbys, and a client writes.
    """
    drill, toolkit = order.drill, order.toolkit
    database = drill.resource.database
    opening = _opening(door, drill.resource, database, toolkit) if database else None
    reach = opening.login if opening else functools.partial(_no_login, drill.resource)
    source = opening.source if isinstance(opening, Doorway) else _source(door, toolkit.account, drill.resource)
    reads = any(map(reads_source, drill.checks))

    def production() -> Collection[Address]:
        return restorer.addresses()

    apart = Apart(reach, production, _asked(toolkit), toolkit.clock, source if reads else None)
    prove = apart.prove_to_write if drill.kind.spans else apart.prove
    checks = SqlChecks(apart.login, source, prove)
    asks = checks.serves if drill.kind.promotes else checks.answers
    answers = functools.partial(_answers, opening, asks) if isinstance(opening, Opening) else None
    if opening:
        opening.enter = checks.enter
    restorer = way(drill.resource, drill.selection, toolkit, answers)
    held = Held(drill.checks, checks, toolkit.clock)
    if drill.kind.promotes:
        cast(Followed, restorer).held = held.read

    def isolated(copy: Copy) -> Seen:
        stands = restorer.isolated(copy)
        return Seen(f"{stands.words}; {apart.proven(copy).words}") if database else stands

    def probed(copy: Copy) -> Probed:
        try:
            if opening:
                opening.find(copy)  # a process that resumed the run may not have been in the copy yet
            there = apart.login(copy)
        except NotMeasured as fault:
            return Probed(False, f"{NOT_PROBED}: {fault.message}")
        first = functools.partial(prove, copy)
        return speech.of(there.engine).probe(there, *restorer.address(), first=first)

    def client(copy: Copy) -> Client:
        number = secrets.randbelow(2**53)  # what a process that died wrote is no other's; a double in JSON holds it
        reach, first = functools.partial(apart.login, copy), functools.partial(prove, copy)
        return Client(reach, apart.again, first, toolkit.clock, _table(copy), number)

    looks = _looks(order, door, database, reads) if database else ()
    if drill.kind.interrupts:
        looks += (PreflightCheck("client", functools.partial(_of_client, door, toolkit.account, drill.resource)),)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        sql=checks,
        store_of=lambda _check: drill.resource.name,
        patiently=toolkit.patiently,
        deep=DeepChecks(toolkit.clock, order.home, apart.login, source, prove),
        reached=toolkit.context.reached,
        held=held.of if drill.kind.promotes else None,
    )
    return Components(
        suite.on_the_clock(),
        restorer=restorer,
        isolated=isolated,
        entrance=opening,
        probe=probed if database else None,
        afterwards=suite.afterwards(),
        looks=looks,
        standby=cast(Standby, restorer) if drill.kind.interrupts else None,
        client=client if drill.kind.interrupts else None,
        replica=cast(Replica, restorer) if drill.kind.promotes else None,
        held=held.of,
        tenants=SqlTenants(apart.login, prove),
        brought=cast(Brought, restorer).brought if drill.resource.to else stands_there,
    )


def _looks(order: Order, door: Door, database: Database, reads: bool) -> tuple[PreflightCheck, ...]:
    found = PreflightCheck("engine", functools.partial(_engine, order, door, database))
    if database.via is not Via.DATA_API:
        return (found,)
    account, source = order.toolkit.account, order.drill.resource.id

    def asked() -> str:
        return data_api.of_source(door.shape.described(account.api("rds"), source) or {}, source, reads=reads)

    return found, PreflightCheck("Data API of the source", asked, must=False)


def _of_client(door: Door, account: Account, resource: Resource) -> str:
    """Whether a client can write to a copy; NotMeasured where none speaks to its engine."""
    hands.of(told := door.engine(account, resource.id))
    return f"writes numbers into a table of its own in the copy, of the engine {told}"


def _table(copy: Copy) -> str:
    """The client's own table in a copy: named after the run, so that it is nothing which was restored."""
    return f"dro_client_{re.sub('[^a-z0-9]', '_', copy.run.lower())}"


def _engine(order: Order, door: Door, database: Database) -> str:
    drill = order.drill
    return engine.look(order.toolkit.account, door, drill.resource, database, drill.checks)


def _answers(opening: Opening, asks: Callable[[Copy], bool], copy: Copy) -> bool:
    """Whether the copy's database answers, by any of its logins; a secret that cannot be read is no answer."""
    try:
        return opening.answers(copy, functools.partial(asks, copy))
    except (LoginRefused, NotTheCopy):
        raise
    except (NotMeasured, NotRecoverable):
        return False


def _asked(toolkit: Toolkit) -> Callable[[Copy], datetime]:
    return lambda copy: toolkit.proofs.intended(copy).intended_at


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock, door: Door) -> Writer:
    """The writer of the heartbeat's row; its time is the database's own, but in a lab, whose time is the drill's."""
    database = resource.database
    if database is None:
        raise UsageError(f"{resource.name} does not say how to log in", "add `database` to the resource")

    def reach() -> Login:
        return door.today(account, resource.id, database)

    def now() -> datetime | None:
        return None if clock.pace == 1 else clock.now()

    return RowWriter(reach, canary.table, canary.column, now)


def _opening(door: Door, resource: Resource, database: Database, toolkit: Toolkit) -> Opening | Doorway:
    """The way into the copy: by its address, or by statements, for which nobody asks before it is proven isolated."""
    if database.via is Via.DATA_API:
        return Doorway(door, resource, database, toolkit)
    place = place_of(resource)
    return Opening(door, resource, database, toolkit, there=functools.partial(toolkit.at, place) if place else None)


def _source(door: Door, account: Account, resource: Resource) -> Callable[[], Login]:
    return functools.partial(_of_source, door, account, resource)


def _of_source(door: Door, account: Account, resource: Resource) -> Login:
    """The login to the source, for what is read there beside the copy."""
    if resource.database is None:
        return _no_login(resource)
    return door.today(account, resource.id, resource.database)


def _no_login(resource: Resource, _copy: Copy | None = None) -> Login:
    raise NotMeasured(f"{resource.name} declares no database", "add `database` to the resource")
