"""The shapes that files of exercises share: roles, criteria, injects."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from dr_orchestrator.catalog.shapes.fields import Duration, Name, Shape, Span, Text, Truth, choice
from dr_orchestrator.domain.exercise.injects import InjectKind
from dr_orchestrator.domain.exercise.roles import Role


class Holder(Shape):
    """A person who fills a role."""

    person: Text = Field(description="Who.")
    deputy: Text | None = Field(default=None, description="Who does where they are away.")
    reach: Text | None = Field(default=None, description="How they are reached: a phone number, a channel.")
    mode: Text | None = Field(default=None, description="How they take part: in the room, remote.")


def _several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


RoleName = Annotated[Role, choice(Role, "a role of an exercise")]
Holders = Annotated[
    list[Holder], BeforeValidator(_several, json_schema_input_type=Holder | list[Holder]), Field(min_length=1)
]
Roles = dict[RoleName, Holders]


class Criterion(Shape):
    """A success criterion, fixed before the exercise starts."""

    objective: Text = Field(description="What the exercise is to show.")
    success: Text = Field(description="By what it is known that it was shown.")
    critical: Truth = Field(default=False, description="Whether the exercise has failed where it is not met.")


class Inject(Shape):
    """An event that the players are confronted with; it has a time or a trigger, never both."""

    content: Text = Field(description="What the players are told, or see.")
    expected: Text = Field(description="What they are expected to do.")
    at: Duration | None = Field(default=None, description="When, on the exercise's own clock, such as 25m.")
    when: Text | None = Field(default=None, description="What has to have happened, in words, where it has no time.")
    kind: Annotated[InjectKind, choice(InjectKind, "a kind of inject")] = Field(
        default=InjectKind.EVENT, description="What it is for."
    )
    sender: Text | None = Field(default=None, description="Who it seems to come from.")
    to: Text | None = Field(default=None, description="Who gets it: a role or a person.")
    channel: Text | None = Field(default=None, description="By what it is delivered, such as a call.")
    criterion: Name | None = Field(default=None, description="The criterion that it puts to the proof.")
    contingency: Name | None = Field(default=None, description="The inject that follows where that is not done.")
    within: Span | None = Field(default=None, description="In which time the expected is to be done.")


Criteria = Annotated[dict[Name, Criterion], Field(min_length=1)]
Injects = dict[Name, Inject]
