"""The shape of the policy on findings in tiers.yaml: by when they are to be remediated."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Shape, Span, shaped

TierNumber = Annotated[str, shaped(r"0|[1-9]\d?", "the number of a tier", "a number from 0 to 99")]


class Within(Shape):
    """The time that a finding may stay open; what is left out has the usual time."""

    high: Span | None = Field(default=None, description="Of the gravest ones.")
    medium: Span | None = Field(default=None, description="Of those of medium severity.")
    low: Span | None = Field(default=None, description="Of those of low severity.")


class Findings(Shape):
    """The policy on findings."""

    due: dict[TierNumber, Within] = Field(
        default={}, description="How long a finding may stay open, by the number of its tier and by its severity."
    )
