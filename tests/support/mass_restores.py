"""Plans and sites of large-incident drills, as tests need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.mass_restore.items import Item
from dr_orchestrator.domain.mass_restore.plan import Container, MassPlan, Product, Rule, Team, TenantRows
from dr_orchestrator.domain.mass_restore.sites import Site, Stage
from dr_orchestrator.domain.mass_restore.waves import in_waves, items_of, waves_of

CHECK = TenantRows("rows", "SELECT count(*), max(at) FROM issues WHERE site = :tenant", 2)
STAGES = (Stage("soft-deleted", timedelta(days=14), "`undelete`"), Stage("gone"))


def product(name: str, *drills: str, needs: tuple[str, ...] = (), **rules: Rule) -> Product:
    containers = tuple(Container(each, rules.get(each.replace("-", "_"), Rule())) for each in drills)
    return Product(name, name.title(), needs, containers, (CHECK,), service=name, service_title=name.title())


def plan(*products: Product, **changes: Any) -> MassPlan:
    products = products or (product("jira", "jira-pitr"), product("wiki", "wiki-pitr", needs=("jira",)))
    made = MassPlan(
        name="many-sites",
        title="Many sites",
        owner="Resilience",
        event="a script deleted sites",
        products=products,
        teams={1: Team("Team One"), 3: Team("Team Three")},
        ago=timedelta(minutes=30),
        stages=STAGES,
        digest="abc",
    )
    return replace(made, **changes)


def sites(number: int, tier: int = 1) -> list[Site]:
    return [Site(f"site-{each}", tier, line=each + 1) for each in range(1, number + 1)]


def planned(of: MassPlan, them: list[Site]) -> list[Item]:
    items = items_of(of, them)
    return in_waves(items, waves_of(of, items))
