"""The shape of the calendar in tiers.yaml: when drills may start, and how often a tier's are due."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Day, Duration, Shape, Span, Text, choice, shaped, whole
from dr_orchestrator.catalog.shapes.production import Window
from dr_orchestrator.domain.calendar import Frequency

Country = Annotated[
    str,
    shaped(
        r"[A-Z]{2}(?:-[A-Z0-9]{1,4})?", "a country", "two capital letters of ISO 3166, with a part of it: US, DE-BY"
    ),
]
TierKey = Annotated[str, shaped(r"[1-9]?\d", "a tier", "its number, from 0 to 99")]
"""The number of a tier as a key: YAML's keys are text."""

Every = Annotated[Frequency, choice(Frequency, "a period")]


class Freeze(Shape):
    """Days on which nothing is started."""

    since: Day = Field(description="The first day.")
    until: Day = Field(description="The last day, itself frozen.")
    reason: Text = Field(description="Why.")


class Calendar(Shape):
    """When drills may start, and how often they are due."""

    window: Window = Field(description="The hours of business days in which drills may start.")
    holidays: Country | None = Field(
        default=None, description="The country whose public holidays are no business days, or a part of it: US, DE-BY."
    )
    freezes: list[Freeze] = Field(default=[], description="Days on which nothing is started.")
    cadence: dict[TierKey, Every] = Field(
        default={}, description="How often drills are due, by tier; once a quarter where nothing says otherwise."
    )
    a_day: Annotated[int, whole(1, 1000)] = Field(default=10, description="How many drills are begun on a day at most.")
    spread: Duration = Field(
        default=timedelta(hours=2),
        description="By how much starts are put off within a window, so that not all begin at once.",
    )
    again_after: Span = Field(
        default=timedelta(days=7), description="How long after a run that did not prove a drill it is tried again."
    )
