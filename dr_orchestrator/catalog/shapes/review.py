"""The shapes of a review's declaration, and of what a reviewer answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.calendar import Every
from dr_orchestrator.catalog.shapes.fields import Day, Name, Shape, Span, Text, choice, shaped
from dr_orchestrator.catalog.shapes.tabletop import Shortcoming
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.review.plan import MANDATORY, Check
from dr_orchestrator.domain.review.signing import Says

HostName = Annotated[
    str,
    shaped(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::\d{1,5})?", "a host", "such as wiki.internal or 10.0.0.7:8080"),
]
CheckName = Annotated[Check, choice(Check, "a check of a review")]


class ReviewFile(Shape):
    """The declaration of a review."""

    review: Name = Field(description="Its name, which is also the name of this file.")
    title: Text = Field(description="What people call it.")
    document: Text | None = Field(
        default=None,
        description="A file of the workspace, or an address; the runbook of its service where it is left out.",
    )
    authors: list[Text] = Field(min_length=1, description="Who wrote the document: they do not review it.")
    every: Every = Field(default=Frequency.QUARTER, description="How often it is reviewed.")
    services: list[Name] = Field(min_length=1, description="The services that the document is about.")
    mandatory: list[CheckName] = Field(
        default=[*MANDATORY],
        min_length=1,
        description="The checks that fail it, besides `document`; others become findings.",
    )
    allow_hosts: list[HostName] = Field(
        default=[], description="Hosts within your network that links may lead to; no other such is asked."
    )
    contacts_within: Span = Field(
        default=timedelta(days=180), description="How long ago a contact may have been verified at most."
    )


class Answer(Shape):
    """The answer to a question."""

    answer: Annotated[Says, choice(Says, "an answer")] = Field(description="yes, no, or unknown.")
    note: Text | None = Field(default=None, description="Why, where it is not yes.")


class SignedFile(Shape):
    """A reviewer's answers."""

    review: Name = Field(description="Which review.")
    look: Text = Field(description="The look of the machine that was read: the newest.")
    answers: dict[Name, Answer] = Field(description="The answers, by question: `dro review blank` lists them.")
    changes: Text = Field(description="A link to what was changed in the document, or none.")
    next_review: Day = Field(description="The day of the next one.")
    defects: dict[Name, Shortcoming] = Field(default={}, description="What is wrong, by name: each becomes a finding.")
    mended: dict[Name, Text] = Field(
        default={}, description="Defects of earlier reviews that hold no more, and how that was seen."
    )
    correction: Text | None = Field(
        default=None, description="Why this review is told otherwise than in the record that is kept."
    )
