"""The tracker that a team declares, and how its findings are told there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.findings.tracked import State, TrackedFinding


class TrackerKind(StrEnum):
    """The trackers that are spoken to."""

    MARKDOWN = "markdown"
    JIRA_CLOUD = "jira-cloud"
    JIRA_DATA_CENTER = "jira-data-center"
    GITHUB = "github"
    GITLAB = "gitlab"


JIRAS = (TrackerKind.JIRA_CLOUD, TrackerKind.JIRA_DATA_CENTER)

_USUAL: Mapping[TrackerKind, Mapping[State, str]] = {
    TrackerKind.MARKDOWN: {each: each.value for each in State},
    TrackerKind.GITHUB: {
        State.OPEN: "open",
        State.IN_PROGRESS: "open",
        State.ACCEPTED: "open",
        State.REMEDIATED: "completed",
        State.NOT_REPRODUCIBLE: "not planned",
    },
    TrackerKind.GITLAB: {
        State.OPEN: "opened",
        State.IN_PROGRESS: "opened",
        State.ACCEPTED: "opened",
        State.REMEDIATED: "closed",
        State.NOT_REPRODUCIBLE: "closed",
    },
}
"""The names where nothing is declared; of a Jira's workflow nobody knows them."""


@dataclass(frozen=True)
class TrackerPolicy:
    """Where tickets are, and how they are made; `url`, `project` and `token_env` are empty for a folder.

    `token_env` names the environment variable of the secret, which is kept nowhere. `assignees` are persons of the
    tracker, by e-mail or account id, by the owners of findings. `fields` are sent with each new ticket. `settles` is
    how long a new ticket may be missing in what the tracker finds; None for the usual time of its kind. `anew` is
    whether a ticket that somebody deleted is made again unasked; `places` where each key is written, for messages.
    """

    kind: TrackerKind = TrackerKind.MARKDOWN
    url: str = ""
    project: str = ""
    user: str = ""
    token_env: str = ""
    folder: str = "findings"
    issue_type: str = "Task"
    labels: tuple[str, ...] = ()
    assignees: Mapping[str, str] = field(default_factory=dict)
    transitions: Mapping[State, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    settles: timedelta | None = None
    simulated: bool = False
    anew: bool = False
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The tracker as the ledger knows it; another project is another one."""
        where = (self.folder,) if self.kind is TrackerKind.MARKDOWN else (self.url, self.project)
        return " ".join((self.kind.value, *where))

    def person(self, owner: str) -> str:
        """The person of the tracker that stands for an owner; empty where none is declared."""
        return next((whom for name, whom in self.assignees.items() if same(name, owner)), "")

    def status(self, state: State) -> str:
        """The tracker's own name for a state; empty where none is declared, and then nothing is moved."""
        return self.transitions.get(state) or _USUAL.get(self.kind, {}).get(state, "")

    def takes(self, of: TrackedFinding) -> bool:
        """Whether tickets are made of it: of a rehearsal's findings only where that is declared."""
        return self.simulated or not of.simulated

    def place(self, key: str) -> str:
        """Where a key is written, for a message."""
        return self.places.get(key) or self.places.get("") or f"tracker.{key}"
