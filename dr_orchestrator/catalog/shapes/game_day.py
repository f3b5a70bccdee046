"""The shape of a game day's file: all that is fixed before it starts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.exercise import Criteria, Injects, Roles
from dr_orchestrator.catalog.shapes.fields import Name, Shape, Span, Text, choice, word
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.game_day.plan import MAY_ABORT
from dr_orchestrator.domain.objective import Disruption

CALLERS = (MAY_ABORT, *(role.value for role in Role))


class Scope(Shape):
    """The services that the game day is about, and the drills that may be started from it."""

    services: list[Name] = Field(min_length=1, description="The services that it is about.")
    drills: list[Name] = Field(default=[], description="The drills that may be started from it.")
    exclusions: list[Text] = Field(default=[], description="What is left out on purpose.")


class Unannounced(Shape):
    """The variant that is not announced: key people are away."""

    away: list[Text] = Field(min_length=1, description="Who is kept out of it, so that their deputies act.")


class Abort(Shape):
    """By what it is known that the game day has to be aborted."""

    metric: Text = Field(description="What is watched, and where it is seen.")
    threshold: Text = Field(description="From which value on it is aborted, such as > 1 %.")
    window: Text = Field(description="For how long, such as 5 minutes.")
    caller: Annotated[str, word(CALLERS, "a role of an exercise, or anyone")] = Field(
        default=MAY_ABORT, description="Who may call it: a role, or anyone in one."
    )


class Notice(Shape):
    """A line of the communications plan."""

    audience: Text = Field(description="Who is told.")
    channel: Text = Field(description="By what.")
    when: Text = Field(description="When, such as T-7d, T+30m, or at the end.")
    template: Text = Field(description="The words, with EXERCISE in them.")


class GameDayFile(Shape):
    """A game day; what it says is what is approved, and any change of it is to be approved anew."""

    game_day: Name = Field(description="Its name, which is that of the file.")
    title: Text = Field(description="What people call it.")
    objective: Text = Field(description="What it is to show.")
    criteria: Criteria = Field(description="By what it is known that it was shown, fixed before the start.")
    scenario: Text = Field(description="What has happened, as the players are told.")
    disruption: Annotated[Disruption, choice(Disruption, "a disruption")] = Field(description="The loss it plays.")
    severity: Text = Field(description="Why it is as severe as it is: likely, and harmful enough to be practised.")
    scope: Scope = Field(description="What it is about.")
    roles: Roles = Field(description="Who does what, and their deputies.")
    unannounced: Unannounced | None = Field(default=None, description="Who is away, where it is not announced.")
    go_no_go: Annotated[dict[Name, Text], Field(min_length=1)] = Field(
        description="What is asked before the start, each answered with yes, no or waived."
    )
    aborts: Annotated[dict[Name, Abort], Field(min_length=1)] = Field(description="By what it is to be aborted.")
    injects: Injects = Field(default={}, description="What the players are confronted with.")
    communications: Annotated[list[Notice], Field(min_length=1)] = Field(description="Who is told, when and how.")
    rules: Annotated[list[Text], Field(min_length=1)] = Field(description="The rules of engagement.")
    duration: Span = Field(description="How long it is planned to last, such as 2h.")
