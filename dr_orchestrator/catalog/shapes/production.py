"""The shapes of a failover of production: the entry of the policy that lets a drill do it, and the drill's probe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Day, Name, Shape, Text, TimeZone, shaped

Hour = Annotated[str, shaped(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", "a time of the day", "HH:MM, such as 02:00")]
Weekday = Annotated[str, shaped(r"mon|tue|wed|thu|fri|sat|sun", "a day", "mon, tue, wed, thu, fri, sat or sun")]
Table = Annotated[str, shaped(r"[a-z_][a-z0-9_]{0,62}", "a table", "lower-case letters, digits and underscores")]
Instance = Annotated[
    str,
    shaped(
        r"(?=.{1,63}$)[a-z](-?[a-z0-9])*",
        "an instance's identifier",
        "at most 63 lower-case letters, digits and single dashes, a letter first",
    ),
]


class Window(Shape):
    """The hours of some days in which alone production may be failed over."""

    days: list[Weekday] = Field(min_length=1, description="The days: mon, tue, wed, thu, fri, sat, sun.")
    since: Hour = Field(description="From when on a run may begin: HH:MM.")
    until: Hour = Field(description="Until when, on the same day.")
    timezone: TimeZone = Field(description="The time zone of both, by its IANA name: Europe/Berlin.")


class Consent(Shape):
    """The policy's word that one drill may fail production over."""

    resource: Name = Field(description="The resource that the drill fails over, as its service names it.")
    owner: Text = Field(description="Who answers for it.")
    reason: Text = Field(description="Why a restored copy does not do.")
    expires: Day = Field(description="The last day on which it holds.")
    window: Window = Field(description="When a run may begin.")


class Probe(Shape):
    """The table into which a client writes while production fails over, and the login by which it does."""

    table: Table = Field(description="A table of your own, for this alone: `client bigint, number bigint`.")
    secret: Text = Field(description="The secret of a login that may write to that table, and to nothing else.")


class Writers(Shape):
    """The instances, by name, that are to write in a cluster of production once it has failed over."""

    failover: Instance | None = Field(
        default=None, description="After the way there; else AWS chooses, by promotion tiers."
    )
    failback: Instance | None = Field(
        default=None, description="After the way back; else AWS chooses, by promotion tiers."
    )
