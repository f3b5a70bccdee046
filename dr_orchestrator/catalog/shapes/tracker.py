"""The shape of the tracker in tiers.yaml: where the tickets of findings are, and how they are made."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Reads, Scalar, Shape, Span, Text, Truth, choice, shaped, word, wrong
from dr_orchestrator.catalog.source import Plain
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.tickets.policy import TrackerKind

STATES = {each.value.replace(" ", "-"): each for each in State}
"""The states of a finding, by how they are written."""

_MOST_FIELDS = 50


def _any(value: object) -> Any:
    """A value of any shape, as a tracker takes it: unquoted numbers and truth values are such."""
    if isinstance(value, dict):
        return {str(name): _any(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_any(each) for each in value]
    return _plain(value) if isinstance(value, Plain) else str(value)


def _plain(value: Plain) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if value in ("", "null", "~"):
        return None
    if re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,9}", value) else str(value)


def _fields(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong("a mapping belongs here", "write `field: value` lines below it")
    if len(value) > _MOST_FIELDS:
        raise wrong(f"holds {len(value)} fields", f"{_MOST_FIELDS} at most")
    return {str(name): _any(each) for name, each in value.items()}


Kind = Annotated[TrackerKind, choice(TrackerKind, "a tracker")]
StateKey = Annotated[str, word([*STATES], "a state of a finding")]
Variable = Annotated[
    str,
    shaped(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable", "such as JIRA_TOKEN", 100, hides=True),
]
Url = Annotated[
    str,
    shaped(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?", "a tracker's address", "such as https://acme.atlassian.net", 300),
]
Label = Annotated[str, shaped(r"[^\s,\x00-\x1f]{1,50}", "a label", "without blanks and commas, 50 letters at most")]
FolderPath = Annotated[
    str,
    shaped(
        r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_][^\n\x00]*[^/\n\x00]|[A-Za-z0-9_]",
        "a folder of the workspace",
        "relative to it, within it: findings",
        300,
    ),
]


class Tracker(Shape):
    """Where the tickets of findings are; a folder of Markdown where nothing is declared."""

    kind: Kind = Field(default=TrackerKind.MARKDOWN, description="The tracker.")
    url: Url | None = Field(default=None, description="Its address; GitHub and GitLab have usual ones.")
    project: Scalar | None = Field(
        default=None, description="The project: a key of Jira, OWNER/NAME of GitHub, GROUP/NAME or an id of GitLab."
    )
    user: Text | None = Field(default=None, description="Jira Cloud: the e-mail of the token's user.")
    token_env: Variable | None = Field(
        default=None, description="The environment variable that holds the token; the token itself stands nowhere."
    )
    folder: FolderPath | None = Field(default=None, description="Markdown: the folder in the workspace (findings).")
    issue_type: Text | None = Field(default=None, description="Jira: the type of its issues (Task).")
    labels: list[Label] = Field(default=[], description="Labels besides those by which tickets are found.")
    assignees: dict[Text, Scalar] = Field(
        default={}, description="The persons who get the tickets, by the findings' owners: e-mail, login or account id."
    )
    transitions: dict[StateKey, Text] = Field(
        default={}, description="The workflow's own name of each state of a finding: a status, or a transition."
    )
    fields: Annotated[dict[str, Any], Reads(_fields, {"type": "object"})] = Field(
        default={},
        description="Fields that each new ticket has besides; {service}, {due} and the like are filled in.",
    )
    settles: Span | None = Field(
        default=None, description="How long what was just made may be missing in what the tracker finds."
    )
    simulated: Truth = Field(default=False, description="Whether findings of rehearsals get tickets, too.")
    anew: Truth = Field(default=False, description="Whether a ticket that somebody deleted is made anew unasked.")
