"""The parts of a drill of such an environment: its programs, and checks of what they tell."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from dr_orchestrator.checks.deep.command.running import Way, of_outputs
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check, Drill
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.service import Outlet
from dr_orchestrator.resources.built_environment import outlets
from dr_orchestrator.resources.built_environment.environment import BuiltEnvironment
from dr_orchestrator.resources.built_environment.outlets import Production
from dr_orchestrator.resources.built_environment.stores import OfProgram, OfStore
from dr_orchestrator.resources.databases import Databases, DeepWithin
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.inside import Inside
from dr_orchestrator.runner import Components, Restored


def components(order: Order) -> Components:
    """The environment, the stores that it restores, and checks that are told its outputs."""
    drill, toolkit, copy = order.drill, order.toolkit, order.copy
    built = BuiltEnvironment(drill.resource, toolkit, order.parts, copy.place, drill.stores)
    builder = drill.resource.rebuild.builder if drill.resource.rebuild else None

    @functools.cache
    def production() -> Production:
        told = functools.cache(lambda: built.hosts(copy))
        return Production(tuple(order.production()), order.known, toolkit.account.pinned, told)

    def foreign(of: Copy = copy) -> dict[str, str]:
        return outlets.foreign(built.outputs(of), of, production())

    def way(of: Copy) -> Way:
        withheld = foreign(of)
        return of_outputs(outlets.apart(built.outputs(of), withheld), withheld)

    def inside(name: str, outlet: Outlet) -> Inside | None:
        store = drill.stores[name]
        if store.database is None:
            return None
        told = OfProgram(store, store.database, outlet, toolkit, copy, lambda: built.outputs(copy), foreign)
        return told.inside(lambda: production().addresses)

    found = {name: inside(name, outlet) for name, outlet in (builder.outlets.items() if builder else ())}
    within = {name: each for name, each in found.items() if each is not None}
    databases = Databases(within, lambda _name, of: of)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        sql=databases,
        http=HttpChecks(built.outputs, foreign),
        store_of=functools.partial(_store_of, drill),
        patiently=toolkit.patiently,
        deep=DeepWithin(databases, DeepChecks(toolkit.clock, order.home, way=way), order.home),
        reached=toolkit.context.reached,
    )

    def isolated(of: Copy) -> Seen:
        return Seen("; ".join((built.isolated(of).words, *databases.apart(of))))

    program = builder.command[0] if builder else ""
    points = functools.cache(lambda: built.points(copy))
    return Components(
        suite.on_the_clock(),
        environment=built,
        restored=tuple(
            Restored(each.name, OfStore(name, each, program, points)) for name, each in drill.stores.items()
        ),
        isolated=isolated,
        entrance=databases if within else None,
        probe=databases.probe if within else None,
        afterwards=suite.afterwards(),
        looks=tuple(_engines(drill, within)),
    )


def _engines(drill: Drill, within: dict[str, Inside]) -> Iterator[PreflightCheck]:
    """The looks at the engine of each database that is logged in to, for the checks that name it."""
    for name, each in within.items():
        asked = [check for check in drill.checks if getattr(check, "database", "") == name]
        yield PreflightCheck(f"engine of {drill.stores[name].name}", functools.partial(each.engine, asked))


def _store_of(drill: Drill, check: Check) -> str:
    """The resource whose data a check reads: that of the database which it names; of one store alone, that one's."""
    store = drill.stores.get(str(getattr(check, "database", "")))
    alone = next(iter(drill.stores.values())) if len(drill.stores) == 1 else None
    found = store or alone
    return found.name if found else "" if drill.stores else drill.resource.name
