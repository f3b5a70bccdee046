"""The shape of a large-incident drill's file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Attribute, Instant, Name, Shape, Span, Text, shaped, whole

Count = Annotated[int, whole(1, 1_000_000)]
TierNumber = Annotated[int, whole(0, 99)]
SiteFile = Annotated[
    str,
    shaped(r"[\w.-]+(?:/[\w.-]+)*\.csv", "a list of sites", "a CSV file beside this one, such as sites.csv", 200),
]


class Event(Shape):
    """The event that took the sites."""

    what: Text = Field(description="What has happened, in words.")
    at: Instant | None = Field(default=None, description="When it struck, with a time zone.")
    ago: Span | None = Field(default=None, description="How long before the drill's start it struck, such as 30m.")


class Rows(Shape):
    """A tenant's rows in a database, by a statement."""

    sql: Text = Field(
        description="One SELECT of one row: how many rows the tenant has, then the newest instant, where there is one."
        " The tenant's key is bound in the place of :tenant."
    )
    minimum: Count = Field(default=1, description="So many rows it has at least.")
    within: Span | None = Field(default=None, description="How old the newest may be when the event strikes.")


class Items(Shape):
    """A tenant's items in a table, by its partition key."""

    key: Attribute = Field(description="The attribute of the partition key.")
    value: Text = Field(default=":tenant", description="Its value, with :tenant where the tenant's key stands.")
    minimum: Count = Field(default=1, description="So many items it has at least.")
    newest: Attribute | None = Field(default=None, description="The attribute that tells when one was written.")
    within: Span | None = Field(default=None, description="How old the newest may be when the event strikes.")


class TenantCheck(Shape):
    """A check of each tenant: of its rows, or of its items."""

    name: Text = Field(description="What it is called.")
    rows: Rows | None = Field(default=None, description="A statement about its rows.")
    items: Items | None = Field(default=None, description="Its items by partition key.")


class Where(Shape):
    """Which sites a container holds; all, where it says nothing."""

    column: Annotated[str, shaped(r"[a-z][a-z0-9_]*", "a column", "as the list of sites calls it", 40)] = Field(
        default="site", description="The column of the list of sites that tells."
    )
    equals: Text | None = Field(default=None, description="What it holds there.")
    prefix: Text | None = Field(default=None, description="With what it begins there.")


class Product(Shape):
    """A product that the sites have."""

    title: Text | None = Field(default=None, description="What people call it.")
    needs: list[Name] = Field(default=[], description="The products that have to be back before it.")
    drills: dict[Name, Where] = Field(
        default={}, description="The drills whose copies hold it, its containers, and which sites each holds."
    )
    tenant: list[TenantCheck] = Field(default=[], description="What is asked of each tenant in a container's copy.")


class TeamOf(Shape):
    """The owner of the waves of a tier."""

    tier: TierNumber = Field(description="The tier; a team's are also the less critical ones, down to the next team's.")
    team: Text = Field(description="Who.")
    handover: Text | None = Field(default=None, description="Whom they hand over to, and when.")


class Stage(Shape):
    """A stage of a staged deletion."""

    stage: Text = Field(description="What it is called.")
    lasts: Span | None = Field(default=None, description="How long; the last one has no end.")
    undo: Text | None = Field(default=None, description="How it is undone; left out where it cannot be.")


class MassRestoreFile(Shape):
    """A large-incident drill: one event, many sites, restored in waves from the containers that they share."""

    mass_restore: Name = Field(description="Its name, which is also the name of this file.")
    title: Text = Field(description="What people call it.")
    owner: Text = Field(description="Who answers for it, and owns the waves of no team.")
    event: Event = Field(description="What was lost, and when.")
    sites: SiteFile = Field(description="The list of sites: a CSV file beside this one.")
    products: dict[Name, Product] = Field(min_length=1, description="The products of the sites, by name.")
    teams: list[TeamOf] = Field(default=[], description="Who owns which waves.")
    at_once: Annotated[int, whole(1, 100)] = Field(default=2, description="So many containers are restored at once.")
    tenants_at_once: Annotated[int, whole(1, 64)] = Field(
        default=4, description="So many tenants of a container are asked for at once."
    )
    safeguards: list[Stage] = Field(default=[], description="The stages of a staged deletion, in their order.")
