"""Rules of where replicas stand: an account of their own is named, reached by a role, and holds no production."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.rules import programs, stores
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.domain.replica import Place
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.errors import Problem

_NAME_IT = 'write `replica: {account: "..."}` in tiers.yaml, and its role at `roles: elsewhere`'


def problems(policy: Policy, services: Sequence[Declared], types: Types[ResourceType]) -> Iterator[Problem]:
    """The mistakes in the place of replicas."""
    if policy.whole is None:
        return
    for service in services:
        yield from _of_apps(policy.whole, service)
        for name, resource in service.resources.legal.items():
            if resource.rebuild and (resource.rebuild.place or policy.whole.replica.place) is Place.DRILL_ACCOUNT:
                for key, message, fix in stores.elsewhere(service, types, resource.rebuild):
                    yield service.document.problem(("resources", name, *key), message, fix)
        yield from programs.problems(policy.whole, service)
    account = policy.whole.replica.account
    if account:
        for key, message, fix in _of_account(policy.whole, account):
            yield policy.document.problem(key, message, fix)
        yield from _of_production(services, account)
    elif policy.whole.replica.place is Place.DRILL_ACCOUNT:
        yield policy.document.problem(("replica", "place"), "no account is named for replicas", _NAME_IT)
    else:
        for service in services:
            for name, resource in service.resources.legal.items():
                if resource.rebuild and resource.rebuild.place is Place.DRILL_ACCOUNT:
                    where: Key = ("resources", name, "rebuild", "place")
                    yield service.document.problem(where, "no account is named for replicas", _NAME_IT)


def _of_apps(policy: TiersFile, service: Declared) -> Iterator[Problem]:
    """The stacks of apps that are made for another account or region than that of the replica."""
    for name, resource in service.resources.legal.items():
        template = service.templates.get(name)
        if resource.rebuild is None or not isinstance(template, Template):
            continue
        apart = (resource.rebuild.place or policy.replica.place) is Place.DRILL_ACCOUNT
        account = resource.account
        for stack in template.stacks:
            mine = stack.account if apart else account  # in an account of its own what is pinned is moved there
            for what, theirs, ours in (
                ("account", stack.account, mine or stack.account),
                ("region", stack.region, resource.region),
            ):
                if theirs and theirs != ours:
                    told = f"{stack.file}: the app makes the stack {stack.name} for {what} {theirs}"
                    told += f", the replica is in {ours}"
                    fix = "a replica's stacks stand in one place: synthesise the app for that one"
                    yield service.document.problem(("resources", name, "rebuild", "cdk"), told, fix)


def _of_account(policy: TiersFile, account: str) -> Iterator[tuple[Key, str, str]]:
    where: Key = ("replica", "account")
    allowed, roles = policy.allowed.accounts, policy.roles
    if allowed and account not in allowed:
        yield where, f"account {account} is not among those that tiers.yaml allows", f"one of: {', '.join(allowed)}"
    if account in {account_of(arn) for arn in (roles.source, roles.drill) if arn}:
        yield where, f"account {account} is the one in which drills read production", "name an account of its own"
    elif account not in {account_of(arn) for arn in roles.elsewhere}:
        yield (
            where,
            f"no role reaches account {account}",
            f"add one to `roles: elsewhere`: arn:aws:iam::{account}:role/...",
        )


def _of_production(services: Sequence[Declared], account: str) -> Iterator[Problem]:
    for service in services:
        for name, resource in service.resources.legal.items():
            if resource.account == account:
                message = f"account {account} is that of replicas: production must not be in it"
                where: Key = ("resources", name, "account")
                yield service.document.problem(where, message, "name another account for replicas in tiers.yaml")
