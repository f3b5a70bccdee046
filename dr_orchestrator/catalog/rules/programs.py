"""Rules of environments that a program of the team's own makes: where it is run, with what, and what it tells."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.rebuild import Rebuild, Store
from dr_orchestrator.catalog.shapes.service import Resource
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.domain.replica import Place
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.service import MANAGED
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_LENT = ("AWS_", "DRO_")
"""How the variables begin that a program is given anyway: those of the drill account's login, and ours."""


def problems(policy: TiersFile, service: Declared) -> Iterator[Problem]:
    """The programs that would be run beside production, where nothing holds what they do, or that name its account."""
    for name, resource in service.resources.legal.items():
        if not resource.rebuild or not resource.rebuild.command:
            continue
        for key, message, fix in _of_place(policy, resource, resource.rebuild):
            yield service.document.problem(("resources", name, "rebuild", *key), message, fix)


def _of_place(policy: TiersFile, resource: Resource, rebuild: Rebuild) -> Iterator[Mistake]:
    if (rebuild.place or policy.replica.place) is not Place.DRILL_ACCOUNT:
        message = "a program is run in a drill account alone: beside production nothing holds what it does"
        yield ("command",), message, "add `place: drill-account`"
    roles = (policy.roles.source, policy.roles.drill)
    production = {resource.account, *(account_of(arn) for arn in roles if arn)} - {None, policy.replica.account}
    for key, arguments in (("command", rebuild.command), ("destroy", rebuild.destroy)):
        for index, argument in enumerate(arguments or ()):
            if named := [account for account in production if account and account in argument]:
                message = f"{quoted(argument)} names account {named[0]}, in which drills read production"
                fix = "a program works in the drill account alone: take the account from AWS's own answer"
                yield (key, index), message, fix


def mistakes(service: Declared, types: Types[ResourceType], rebuild: Rebuild) -> Iterator[Mistake]:
    """The mistakes in what is passed to a program, and in the stores that it restores."""
    for index, name in enumerate(rebuild.passed):
        if name.startswith(_LENT):
            message = f"{name} is not passed: the drill account's own login is all that a program gets of AWS"
            yield ("rebuild", "passed", index), message, "remove it"
    first: dict[str, str] = {}
    for name, store in rebuild.stores.items():
        key: Key = ("rebuild", "stores", name)
        source = service.resources.legal.get(store.resource)
        if store.resource not in service.resources.names:
            fix = likely(store.resource, service.resources.names)
            yield key, f"the service has no resource '{store.resource}'", fix
        if (before := first.setdefault(store.resource, name)) != name:
            message = f"'{store.resource}' is the source of '{before}' already"
            yield key, message, "let each store have a resource of its own"
        if source and store.address:
            for message, fix in _asked(types, store, source):
                yield key, message, fix


def _asked(types: Types[ResourceType], store: Store, source: Resource) -> Iterator[tuple[str, str]]:
    """The mistakes in a store that is to be asked by SQL."""
    name = store.resource
    if types[source.type].content is not Content.ROWS:
        yield f"'{name}' is {types[source.type].article}, which is not asked by SQL", "remove `address`"
    elif not source.database:
        yield f"the resource '{name}' does not say how to log in", "add `database: {name: ..., secret: ...}` to it"
    elif not engines.called(source.database.engine or ""):
        yield f"nobody tells the engine of what a program restores from '{name}'", "add `engine: ...` to its `database`"
    elif not store.secret and source.database.secret in (None, MANAGED):
        message = f"nothing that drills may read opens what a program restores from '{name}'"
        yield message, "let the program tell a secret of its own: add `secret: OUTPUT`"


def asked(rebuild: Rebuild, database: str, *, source: bool = False) -> Iterator[tuple[str, str]]:
    """The mistakes in a check that asks a store of a program's by SQL; `source` where it would ask production, too."""
    if source:
        yield "production is not read beside what a program restores", "compare with the source in a drill of its own"
    elif (store := rebuild.stores.get(database)) and not store.address:
        message = f"nothing says which output of the program is the address of '{database}'"
        yield message, f"write `{database}: {{resource: {store.resource}, address: OUTPUT}}`"
