"""Rules of drills that fail production over: the policy has to let them, and nothing of a copy is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.shapes.production import Consent
from dr_orchestrator.catalog.shapes.service import Drill, Resource, Selection, Where
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.service import MANAGED
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_ARN = re.compile(r"arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(?P<name>.+)")
_LETTERS = re.compile(r"-[A-Za-z0-9]{6}$")
_OF_COPIES = ("recovery_points", "to", "there", "secondary", "accept")


def problems(policy: Policy, services: Sequence[Declared], types: Types[ResourceType]) -> Iterator[Problem]:
    """The mistakes in drills on production, and in what the policy says of them."""
    entries = policy.whole.production if policy.whole else {}
    on = {name: drill for each in services for name, drill in each.drills.legal.items() if drill.on is Where.PRODUCTION}
    for service in services:
        for name, drill in service.drills.legal.items():
            wrong = _mistakes(name, drill, service, services, types, entries if policy.whole else None)
            for key, message, fix in wrong:
                yield service.document.problem(("drills", name, *key), message, fix)
    if not all(each.whole for each in services):
        return  # a drill that cannot be read may be one that is meant
    for name, entry in entries.items():
        if name not in on:
            told = f"no drill '{name}' says `on: production`"
            yield policy.document.problem(("production", name), told, "remove the entry, or write it in the drill")
        elif on[name].resource != entry.resource:
            told = f"the drill '{name}' fails '{on[name].resource}' over, and not this"
            yield policy.document.problem(("production", name, "resource"), told, f"is '{on[name].resource}' meant?")
        if entry.window.since >= entry.window.until:
            told = "a window ends on the day on which it begins, and after that"
            yield policy.document.problem(("production", name, "window", "until"), told, "write 24:00 for midnight")


def _mistakes(
    name: str,
    drill: Drill,
    service: Declared,
    services: Sequence[Declared],
    types: Types[ResourceType],
    entries: Mapping[str, Consent] | None,
) -> Iterator[Mistake]:
    if drill.on is not Where.PRODUCTION:
        for key, given in (("probe", drill.probe), ("fail_back", drill.fail_back), ("writer", drill.writer)):
            if given is not None:
                yield (key,), "only a drill that is performed on production says this", "remove it"
        return
    if not drill.kind.interrupts:
        return  # told by the rules of failovers
    resource = service.resources.legal.get(drill.resource)
    if resource is not None and not types[resource.type].production.all:
        able = ", ".join(each.name for each in types if each.production.all)
        yield ("on",), f"no drill fails {types[resource.type].article} of production over yet", f"only: {able}"
    if resource is not None and not resource.account:
        told = f"nothing says of which account '{drill.resource}' is: an approval is for that one alone"
        yield ("resource",), told, f"add `account` to the resource {drill.resource}"
    if entries is not None and name not in entries:
        told = "the policy does not let it: tiers.yaml has no entry for this drill"
        yield ("on",), told, f"add `production: {{{name}: ...}}` there: resource, owner, reason, expires, window"
    yield from _of_probe(drill, resource, services)
    yield from _of_writer(drill, resource, types)
    if drill.checks:
        yield ("checks",), "nothing is restored that they could check: the client's writes are", "write `checks: []`"
    for key in _OF_COPIES:
        if getattr(drill, key):
            yield (key,), "no copy is made: production itself is failed over", "remove it"
    if drill.selection != Selection():
        yield ("selection",), "no copy is made: production itself is failed over", "remove it"


def _of_writer(drill: Drill, resource: Resource | None, types: Types[ResourceType]) -> Iterator[Mistake]:
    """The mistakes in who is to write after each way."""
    if (said := drill.writer) is None:
        return
    over = types[resource.type].fails_over if resource is not None else None
    if resource is not None and (over is None or not over.target):
        told = f"of {types[resource.type].article} AWS alone chooses who takes over"
        yield ("writer",), told, "remove it"
    if said.failover is None and said.failback is None:
        yield (
            ("writer",),
            "it says of neither way who is to write",
            "write `failover`, `failback` or both, or remove it",
        )
    if said.failback is not None and drill.fail_back is False:
        yield ("writer", "failback"), "the drill does not fail back", "remove it, or `fail_back: false`"
    if said.failback is not None and said.failback == said.failover:
        yield ("writer", "failback"), "who writes after the failover does not take over again", "name another instance"


def _of_probe(drill: Drill, resource: Resource | None, services: Sequence[Declared]) -> Iterator[Mistake]:
    """The mistakes in where a client writes, and by whose login."""
    if drill.probe is None:
        told = "nothing says where in production a client may write"
        yield (), told, "add `probe: {table: ..., secret: ...}`: a table of your own, and a login for it alone"
        return
    named = _names(drill.probe.secret)
    if MANAGED in named or any(named & _names(each) for each in _secrets(resource, services)):
        told = "a client writes into production by a login that may write to its table alone, and this is another"
        yield ("probe", "secret"), told, "make a login for the table, with a secret of its own"


def _secrets(resource: Resource | None, services: Sequence[Declared]) -> Iterator[str]:
    """The secrets of all resources that any service declares of the same database: one may be declared several times,
    each with a login of its own.
    """
    for each in (one for service in services for one in service.resources.legal.values()):
        same = resource is not None and (each.type, each.id.lower()) == (resource.type, resource.id.lower())
        if same and each.database is not None and each.database.secret is not None:
            yield each.database.secret


def _names(secret: str) -> set[str]:
    """The names of a secret that is named, or told by its ARN, which ends in six letters of AWS's own, or leaves them
    out.
    """
    if (found := _ARN.fullmatch(secret)) is None:
        return {secret}
    return {found["name"], _LETTERS.sub("", found["name"])}
