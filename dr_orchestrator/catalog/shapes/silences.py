"""The shape of silences in tiers.yaml: where alerts on copies are silenced, and by what each copy is known there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Shape, Span, Truth, shaped
from dr_orchestrator.catalog.shapes.tracker import Variable
from dr_orchestrator.domain.silences.policy import MARGIN

_MOST = 20
_LABEL = r"[A-Za-z_][A-Za-z0-9_]*"

Matcher = Annotated[
    str,
    shaped(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+", "a matcher", 'text in one line, such as "{id}" or "{region}"', 500),
]


Label = Annotated[str, shaped(_LABEL, "a label of Prometheus", "letters, digits and _", 200)]


class Alertmanager(Shape):
    """An Alertmanager. Its URL is a secret, and stands in the environment, never here."""

    url_env: Variable = Field(description="The environment variable that holds its URL, without /api/v2.")
    token_env: Variable | None = Field(default=None, description="The environment variable that holds a bearer token.")
    matchers: dict[Label, Matcher] = Field(
        min_length=1,
        max_length=_MOST,
        description='What a copy\'s alerts are known by, label by label; one is exactly "{id}" or "{arn}".',
    )
    margin: Span = Field(
        default=MARGIN,
        description="How long after its run was last heard of a silence ends by itself: from 2m to 1h.",
    )
    simulated: Truth = Field(default=False, description="Whether copies of rehearsals are silenced, too.")


class Silences(Shape):
    """The hold on alerts of the drills' own copies, while their runs live."""

    alertmanager: Alertmanager = Field(description="The Alertmanager that is asked.")
