"""One look at the posture, whole: what AWS tells and what the ledger proves, judged, and kept in the ledger."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.domain.posture.facts import Protection
from dr_orchestrator.domain.posture.judging import judged
from dr_orchestrator.domain.posture.proven import proven
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Ruling, Standing, Stood, stood
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.resource_type import Described
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.service import Resource, Service
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.due import states_of
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.estate.sources import is_restore_of
from dr_orchestrator.wiring.estate.statements import statement_for
from dr_orchestrator.wiring.findings import look_at_drills
from dr_orchestrator.wiring.posture import uncovered


@dataclass(frozen=True)
class Posture:
    """A look, and how each rule stood then."""

    look: Look
    rows: tuple[Stood, ...]


def look(here: App, names: Sequence[str] = ()) -> Posture:
    """Look at the services named, or all; what was seen is in the ledger. UsageError where one is unknown."""
    services, began = _chosen(here, names), here.clock.now()
    wanted = [(service, resource) for service in services for resource in service.resources.values()]
    if not wanted:
        raise UsageError("no resource is declared", f"declare some in {here.settings.drills}")
    reading, states = Reading(here), states_of(here, here.clock.now())
    tests = here.ledger.queries.newest_restore_tests([each.name for each in services])
    now, found = here.clock.now(), reading.all(wanted)
    rows: list[Stood] = []
    for (service, resource), facts in zip(wanted, found, strict=True):
        rulings = [_with_statement(here, each) for each in judged(facts, service, now)]
        told = tests.get((service.name, resource.name))
        told = told if told is not None and is_restore_of(here, told, resource) else None
        rows += stood(service, resource, [*rulings, _proven(here, service, resource, states, told)])
    if not names:
        rows += uncovered.rows(here, reading)
    seen = Look(
        here.clock.now(),
        reading.simulated,
        reading.owner(wanted[0][1].region),
        here.catalogue.revision,
        _looked_at(services, names),
        began,
    )
    kept = tuple(here.ledger.keep_posture(seen, rows, _described(here, wanted, found)))
    if not names:
        look_at_drills(here, states, simulated=reading.simulated)
    return Posture(seen, kept)


def _described(
    here: App, wanted: Sequence[tuple[Service, Resource]], found: Sequence[Protection]
) -> list[tuple[str, Described]]:
    """The descriptions of resources, each with its service, of those whose type has traits by which a proof ages."""
    return [
        (service.name, Described(each.name, each.id, each.region, facts.traits))
        for (service, each), facts in zip(wanted, found, strict=True)
        if here.types[each.type].tells
    ]


def newest(here: App, names: Sequence[str] = ()) -> Posture | None:
    """The newest look at the services, without another one; None where there was none."""
    kept = here.ledger.queries.posture(_looked_at(_chosen(here, names), names))
    return None if kept is None else Posture(kept[0], tuple(kept[1]))


def _looked_at(services: Sequence[Service], names: Sequence[str]) -> tuple[str, ...]:
    """The services of a look: one at all of them is one at what no service claims, too."""
    return (*(each.name for each in services), *(() if names else (NOBODY,)))


def _chosen(here: App, names: Sequence[str]) -> list[Service]:
    services = here.catalogue.services
    for name in names:
        if name not in services:
            near = difflib.get_close_matches(name, services, 3, 0.4)
            hint = f"did you mean {', '.join(near)}?" if near else "`dro drills` lists what is declared"
            raise UsageError(f"no service '{name}'", hint)
    ordered = sorted(services.values(), key=lambda each: (each.tier.number, each.name))
    return [each for each in ordered if not names or each.name in names]


def _proven(
    here: App, service: Service, resource: Resource, states: Sequence[DueState], test: RestoreTest | None
) -> Ruling:
    """A resource is drilled by itself, or as a store of an environment."""
    own = [
        each
        for each in states
        if each.drill.service.name == service.name
        and resource.name in (each.drill.resource.name, *(store.name for store in each.drill.stores.values()))
    ]
    kinds = " or ".join(here.types[resource.type].kinds)
    return proven(own, resource.name, kinds, test.words() if test is not None else "")


def _with_statement(here: App, ruling: Ruling) -> Ruling:
    """Of what was denied, with the statement to add to the policy of the role that reads."""
    if ruling.standing is not Standing.UNKNOWN or not ruling.denied or not ruling.call:
        return ruling
    return replace(ruling, remedy=statement_for(here, ruling.call))
