"""The plan of a large-incident drill: what was lost, which containers hold it, what is asked of each tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.domain.mass_restore.sites import Site, Stage
from dr_orchestrator.domain.objective import Limit

TENANT = ":tenant"
"""The place of a tenant's key in a statement; it is bound there, and never written into the text."""


@dataclass(frozen=True)
class TenantRows:
    """A statement about one tenant's rows: it tells how many there are, and the newest instant, where it has a second
    column. `within` is how old the newest may be when the event strikes.
    """

    name: str
    sql: str
    minimum: int = 1
    within: timedelta | None = None


@dataclass(frozen=True)
class TenantItems:
    """The items of one tenant in a table: those whose partition key, `key`, is `value`, with the tenant's in its place.

    `newest` is the attribute that tells when one was written.
    """

    name: str
    key: str
    value: str = TENANT
    minimum: int = 1
    newest: str = ""
    within: timedelta | None = None

    def of(self, tenant: str) -> str:
        """The partition key's value for a tenant."""
        return self.value.replace(TENANT, tenant)


TenantCheck = TenantRows | TenantItems


@dataclass(frozen=True)
class Rule:
    """Which sites a container holds: those whose `column` is `equals`, or begins with `prefix`; all, where it says
    neither.
    """

    column: str = "site"
    equals: str = ""
    prefix: str = ""

    def holds(self, site: Site) -> bool:
        """Whether a site is there."""
        told = site.name if self.column == "site" else site.more.get(self.column, "")
        return (not self.equals or told == self.equals) and told.startswith(self.prefix)


@dataclass(frozen=True)
class Container:
    """A drill whose copy holds the rows of many tenants; `definition` is the drill's when the plan was read."""

    drill: str
    rule: Rule = Rule()
    definition: str = ""


@dataclass(frozen=True)
class Product:
    """A product of the sites: which others come first, what holds it, and what is asked of each tenant."""

    name: str
    title: str
    needs: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    checks: tuple[TenantCheck, ...] = ()
    service: str = ""
    service_title: str = ""
    service_tier: int | None = None
    owner: str = ""


@dataclass(frozen=True)
class Team:
    """The owner of the waves of a tier; whoever they hand over to, where that is planned."""

    name: str
    handover: str = ""


@dataclass(frozen=True)
class MassPlan:
    """All that is fixed before a large-incident drill begins, but the sites, which are rows of their own.

    The event struck `at` an instant, or so long `ago`. `rtos` are the limits of the sites' tiers, `digest` that of the
    plan with its sites.
    """

    name: str
    title: str
    owner: str
    event: str
    products: tuple[Product, ...]
    teams: Mapping[int, Team] = field(default_factory=dict, hash=False)
    at: datetime | None = None
    ago: timedelta | None = None
    at_once: int = 2
    tenants_at_once: int = 4
    stages: tuple[Stage, ...] = ()
    rtos: Mapping[int, Limit] = field(default_factory=dict, hash=False)
    file: str = ""
    digest: str = ""

    @property
    def containers(self) -> tuple[Container, ...]:
        """Those of all products."""
        return tuple(each for product in self.products for each in product.containers)

    def struck(self, now: datetime) -> datetime:
        """When the event struck, of a drill that begins now."""
        return self.at or now - (self.ago or timedelta())

    def product(self, name: str) -> Product:
        """A product by name."""
        return next(each for each in self.products if each.name == name)

    def team(self, tier: int) -> Team:
        """The owner of a wave: that of its tier, or of the nearest more critical one that has any; else the plan's."""
        found = [of for of in sorted(self.teams) if of <= tier]
        return self.teams[found[-1]] if found else Team(self.owner)
