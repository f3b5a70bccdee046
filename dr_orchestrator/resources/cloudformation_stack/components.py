"""The parts of a drill of a stack: the environment, the stores that fill it, checks of both."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.deep.command.running import Way, of_outputs
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.drill import Check, Drill
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack import outlets
from dr_orchestrator.resources.cloudformation_stack.arriving import Arrivals
from dr_orchestrator.resources.cloudformation_stack.led import drill_name
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.contents import ItemsWithin
from dr_orchestrator.resources.databases import Databases, DeepWithin
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.sides import BothSides
from dr_orchestrator.runner import Components, Direct


def components(order: Order) -> Components:
    """The environment, its stores as wiring restores them, and checks that find each store in the copy."""
    drill, toolkit = order.drill, order.toolkit
    asked = outlets.asked_by(drill.checks)
    stack = CloudFormationStack(drill.resource, toolkit, order.parts, order.copy.place, order.born, order.stores, asked)
    stores = stack.named(order.stores, order.copy)
    databases = Databases(order.inside, lambda logical, copy: stack.member(logical, copy)[0])
    tables = _Tables(toolkit, order.copy.place, frozenset(each.id for each in drill.stores.values()))

    def way(copy: Copy) -> Way:
        return of_outputs(*outlets.apart(stack.outputs(copy), stack.foreign(copy)))

    def in_copy(copy: Copy, logical_id: str) -> str:
        return stack.physical(logical_id, copy)

    def in_production(logical_id: str) -> str:
        return drill.stores[logical_id].id if logical_id in drill.stores else drill.resource.id

    def store_of(check: Check) -> str:
        return _store_of(drill, check)

    of_stack = DeepChecks(toolkit.clock, order.home, way=way)
    items = ItemsWithin(tables, in_copy, in_production, order.contents)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        sql=databases,
        items=items,
        http=HttpChecks(stack.outputs, stack.foreign),
        arrivals=Arrivals(drill.resource, toolkit),
        store_of=store_of,
        patiently=toolkit.patiently,
        deep=DeepWithin(databases, of_stack, order.home, order.contents, lambda name, of: stack.member(name, of)[0]),
        reached=toolkit.context.reached,
        sides=BothSides(order.sides),
        held_in={each.logical_id: each.followed.parts.held for each in order.born if each.followed is not None},
    )

    def isolated(copy: Copy) -> Seen:
        stands = stack.isolated(copy)
        for each in order.direct:
            _raise_unless_filled(each, stack.member(each.logical_id, copy)[0], toolkit)
        proven = [each.origin.isolated(databases.member(each.logical_id, copy)).words for each in order.born]
        return Seen("; ".join((stands.words, *proven, *databases.apart(copy))))

    name = drill_name(order, stack.outputs, stack.foreign)
    return Components(
        suite.on_the_clock(),
        environment=stack,
        stores=stores,
        born=order.born,
        direct=order.direct,
        isolated=isolated,
        entrance=databases if order.inside else None,
        probe=databases.probe if order.inside else None,
        afterwards=suite.afterwards(),
        looks=tuple(_engines(order)),
        first_looks=(*(name.preflight_checks() if name is not None else ()), *_both(order)),
        name=name,
        both=suite.when_back(),
    )


def _raise_unless_filled(store: Direct, member: Copy, toolkit: Toolkit) -> None:
    """NotMeasured where the drill's script never filled a store: a check of an empty one would tell nothing of it."""
    if toolkit.proofs.record(member) is None:
        told = f"{store.logical_id} was to be filled from {store.name}, and was not"
        raise NotMeasured(told, "take flows/replica_rebuild.py as `dro init` writes it, which fills `run.direct`")


def _engines(order: Order) -> Iterator[PreflightCheck]:
    """The looks at the engine of each database that is logged in to, for the checks that name it."""
    for logical_id, within in order.inside.items():
        asked = [check for check in order.drill.checks if getattr(check, "database", "") == logical_id]
        name = order.drill.stores[logical_id].name
        yield PreflightCheck(f"engine of {name}", functools.partial(within.engine, asked))


def _both(order: Order) -> Iterator[PreflightCheck]:
    """The looks at what is to be compared in both regions, while the lost one is there."""
    for logical_id, sides in order.sides.items():
        yield PreflightCheck(f"{logical_id} in both regions", sides.look)


class _Tables:
    """The tables of a replica, where it stands, and those of production, where they are."""

    def __init__(self, toolkit: Toolkit, place: Place, production: frozenset[str]) -> None:
        self._toolkit, self._place, self._production = toolkit, place, production

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call."""
        return self._api(parameters).call(operation, **parameters)

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every item of a listing."""
        return self._api(parameters).pages(operation, key, **parameters)

    def _api(self, parameters: Mapping[str, Any]) -> Api:
        of_production = parameters["TableName"] in self._production
        account = self._toolkit.account if of_production else self._toolkit.account_at(self._place)
        return account.api("dynamodb")


def _store_of(drill: Drill, check: Check) -> str:
    """The resource whose data a check reads: the store that its table was filled from, or its database made from."""
    if not drill.stores:
        return drill.resource.name
    named = next((str(name) for key in ("database", "bucket", "table") if (name := getattr(check, key, ""))), "")
    store = drill.stores.get(named)
    return store.name if store else ""
