"""The shapes of a tabletop's plan, and of the record of one that was held."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.calendar import Every
from dr_orchestrator.catalog.shapes.exercise import Criteria, Injects, RoleName, Roles
from dr_orchestrator.catalog.shapes.fields import Duration, Instant, Name, Shape, Span, Text, Truth, choice, shaped
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.tabletop.plan import NEEDED

SittingName = Annotated[
    str,
    shaped(
        r"[a-z0-9]+(?:-[a-z0-9]+)*",
        "the name of a sitting",
        "lower-case letters, digits and single dashes: 2026-q4",
        40,
    ),
]
Rated = Annotated[Rating, choice(Rating, "a rating")]
Grave = Annotated[Severity, choice(Severity, "a severity")]


class ToReach(Shape):
    """A contact that is tried during the tabletop."""

    person: Text = Field(description="Who.")
    reach: Text = Field(description="How they are reached: a phone number, a channel.")
    within: Span | None = Field(default=None, description="In which time they are to answer.")
    service: Name | None = Field(default=None, description="Whose contact they are, where it is about several.")


class TabletopFile(Shape):
    """The plan of a tabletop."""

    tabletop: Name = Field(description="Its name, which is also the name of this file.")
    title: Text = Field(description="What people call it.")
    owner: Text = Field(description="Who answers for what it shows to be wrong.")
    services: list[Name] = Field(min_length=1, description="The services that it is about.")
    every: Every = Field(default=Frequency.HALF_YEAR, description="How often it is held.")
    scenario: Text = Field(description="What has happened, as the players are told.")
    disruption: Annotated[Disruption, choice(Disruption, "a disruption")] = Field(
        description="What is supposed to have happened."
    )
    assumptions: list[Text] = Field(default=[], description="What is taken for given.")
    artificial: list[Text] = Field(default=[], description="What is not as it would be: time that is left out, say.")
    roles: Roles = Field(description="Who fills each role.")
    needs: list[RoleName] = Field(
        default=[*NEEDED], min_length=1, description="The roles that somebody has to fill on the day."
    )
    criteria: Criteria = Field(description="By what it is judged, by name.")
    injects: Annotated[Injects, Field(min_length=1)] = Field(description="What the players are confronted with.")
    contacts: dict[Name, ToReach] = Field(default={}, description="The contacts that are tried, by name.")


class Delivered(Shape):
    """An inject as it went."""

    at: Instant = Field(description="When it was delivered.")
    action: Text = Field(description="What the players did.")
    response: Duration | None = Field(default=None, description="How long that took them, such as 4m.")
    rating: Rated | None = Field(default=None, description="How well: P, S, M or U.")
    note: Text | None = Field(default=None, description="What was seen besides.")


class Judged(Shape):
    """How well a criterion was met."""

    rating: Rated = Field(description="P without challenges, S with some, M with major ones, U not at all.")
    by: Text = Field(description="The evaluator who gave it.")
    note: Text | None = Field(default=None, description="Why.")


class Decision(Shape):
    """A decision of the players."""

    what: Text = Field(description="What was decided.")
    who: Text = Field(description="Who decided it.")
    at: Instant = Field(description="When.")
    options: list[Text] = Field(default=[], description="Between what.")
    missing: list[Text] = Field(default=[], description="What they had to know, and did not.")


class Declaration(Shape):
    """The declaration of the disaster."""

    inject: Name = Field(description="On which inject.")
    at: Instant = Field(description="When.")
    by: Text = Field(description="By whom.")


class Answered(Shape):
    """The test of a contact."""

    reached: Truth = Field(description="Whether they answered.")
    after: Duration | None = Field(default=None, description="After how long, such as 4m.")
    note: Text | None = Field(default=None, description="What was seen besides.")


class Shortcoming(Shape):
    """A gap that somebody saw."""

    what: Text = Field(description="What is wrong, in a sentence.")
    severity: Grave = Field(description="How grave it is.")
    owner: Text = Field(description="Who mends it.")
    service: Name | None = Field(default=None, description="Whose it is, where there are several services.")


class SittingFile(Shape):
    """The record of a tabletop that was held."""

    tabletop: Name = Field(description="Which one was held.")
    sitting: SittingName = Field(description="Which time: a name of its own among those of this tabletop.")
    started: Instant = Field(description="When it began, with its zone.")
    ended: Instant = Field(description="When it ended.")
    rehearsal: Truth = Field(default=False, description="True where it was only tried out: it proves nothing then.")
    attendance: Roles = Field(description="Who came, by role, and how they took part.")
    injects: dict[Name, Delivered] = Field(default={}, description="The injects that were delivered, by name.")
    criteria: dict[Name, Judged] = Field(default={}, description="How well each criterion was met.")
    declared: Declaration | None = Field(default=None, description="The declaration, where somebody declared.")
    decisions: list[Decision] = Field(default=[], description="What was decided.")
    contacts: dict[Name, Answered] = Field(default={}, description="The contacts that were tried, by name.")
    questions: list[Text] = Field(default=[], description="What nobody could answer.")
    gaps: dict[Name, Shortcoming] = Field(default={}, description="What is wrong, by name: each becomes a finding.")
    mended: dict[Name, Text] = Field(
        default={}, description="Gaps of earlier sittings that this one showed to be closed, and how it did."
    )
    correction: Text | None = Field(
        default=None, description="Why this sitting is told otherwise than in the record that is kept."
    )
