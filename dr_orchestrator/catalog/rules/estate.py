"""Rules across files: names and sources are unique, tiers exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.rules import (
    calendar,
    contacts,
    customers,
    destinations,
    drill,
    findings,
    notices,
    production,
    replica,
    resource,
    silences,
    switchover,
    there,
    tracker,
)
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.errors import Problem


def problems(policy: Policy, services: Sequence[Declared], types: Types[ResourceType]) -> Iterator[Problem]:
    """Everything that is wrong beyond the shape of single files."""
    yield from _tiers(policy)
    yield from _roles(policy)
    yield from calendar.problems(policy, services)
    yield from replica.problems(policy, services, types)
    yield from destinations.problems(policy, services, types)
    yield from switchover.problems(policy, services)
    yield from there.problems(policy, services)
    yield from production.problems(policy, services, types)
    yield from findings.problems(policy)
    yield from tracker.problems(policy)
    yield from notices.problems(policy)
    yield from silences.problems(policy)
    yield from _files(services)
    yield from _unique(services)
    isolation = bool(policy.whole and policy.whole.isolation) or policy.whole is None
    for service in services:
        yield from _tier(service, policy)
        yield from resource.problems(service, types, isolation_by_default=isolation)
        yield from _allowed(service, policy)
        yield from contacts.problems(service)
        yield from customers.problems(service, policy, services)
        yield from drill.problems(service, types)


def without_flow(services: Sequence[Declared], flows: Path) -> Iterator[Problem]:
    """Drills of a kind whose script is not in the folder of flows."""
    for service in services:
        for name, each in service.drills.legal.items():
            script = flows / f"{each.kind.script}.py"
            if not script.is_file():
                message = f"no flow runs this kind: {flows.name}/{script.name} is missing"
                yield service.document.problem(("drills", name, "kind"), message, "`dro init DIR` makes one to copy")


def _tiers(policy: Policy) -> Iterator[Problem]:
    seen: dict[int, int] = {}
    for index, tier in enumerate(policy.whole.tiers if policy.whole else ()):
        first = seen.setdefault(tier.number, index)
        if first != index:
            line = policy.document.line(("tiers", first))
            place = ("tiers", index, "number")
            yield policy.document.problem(place, f"tier {tier.number} is declared on line {line}", "renumber it")


def _roles(policy: Policy) -> Iterator[Problem]:
    """A role of an account where no drill may work, or two roles of two accounts, would let nothing start."""
    if policy.whole is None:
        return
    known, roles = policy.whole.allowed.accounts, policy.whole.roles
    own: dict[Key, str] = {(name,): account_of(arn) for name in ("source", "drill") if (arn := getattr(roles, name))}
    others: dict[Key, str] = {("elsewhere", index): account_of(arn) for index, arn in enumerate(roles.elsewhere)}
    for key, account in {**own, **others}.items():
        if known and account not in known:
            message = f"account {account} is not among those that tiers.yaml allows"
            yield policy.document.problem(("roles", *key), message, f"one of: {', '.join(known)}")
    for key, account in others.items():
        if account in own.values() or list(others.values()).count(account) > 1:
            message = f"another role is named for account {account}"
            yield policy.document.problem(("roles", *key), message, "name one role for each account")
    if len(set(own.values())) > 1:
        yield policy.document.problem(
            ("roles",), "the two roles are of two accounts", "copies are made in the source's"
        )


def _tier(service: Declared, policy: Policy) -> Iterator[Problem]:
    if policy.whole and service.tier is not None:
        known = sorted(tier.number for tier in policy.whole.tiers)
        if service.tier not in known:
            fix = f"one of: {', '.join(map(str, known))}"
            yield service.document.problem(("tier",), f"tier {service.tier} is not in tiers.yaml", fix)


def _allowed(service: Declared, policy: Policy) -> Iterator[Problem]:
    """A resource where no drill may work would only be refused when its drill begins."""
    if policy.whole is None:
        return
    allowed = policy.whole.allowed
    for name, entry in service.resources.legal.items():
        for what, value, known in (
            ("region", entry.region, allowed.regions),
            ("account", entry.account, allowed.accounts),
        ):
            if value and known and value not in known:
                message = f"{what} {value} is not among those that tiers.yaml allows"
                fix = likely(value, known) or f"one of: {', '.join(known)}"
                yield service.document.problem(("resources", name, what), message, fix)


def _files(services: Sequence[Declared]) -> Iterator[Problem]:
    for before, service in pairwise(services):
        if before.stem == service.stem:
            message = f"{before.document.file} has the same name but for its ending"
            yield service.document.problem((), message, "keep one of the two files")
    for service in services:
        if service.whole and service.name != service.stem:
            message = f"the service '{service.name}' stands in a file named '{service.stem}'"
            yield service.document.problem(("service",), message, f"rename the file to {service.name}.yaml")


def _unique(services: Sequence[Declared]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], str] = {}
    for service in services:
        for thing, name, key, fix in _claims(service):
            place = f"{service.document.file}:{service.document.line(key)}"
            known = first.setdefault((thing, name), place)
            if known != place:
                yield service.document.problem(key, f"the {thing} {name} is already declared in {known}", fix)


def _claims(service: Declared) -> Iterator[tuple[str, str, Key, str]]:
    """The things that may be declared once in a workspace: kind of thing, name, place, and what to do about a second
    one.
    """
    if service.name:
        yield "service", f"'{service.name}'", ("service",), "give it a name of its own"
    for name in sorted(service.drills.names):
        yield "drill", f"'{name}'", ("drills", name), "give it a name of its own"
    for name, entry in service.resources.legal.items():
        where = f"'{entry.id}' in {entry.region}" + (f" of account {entry.account}" if entry.account else "")
        yield f"{entry.type} source", where, ("resources", name, "id"), "declare a source once"
