"""The tracker in tiers.yaml: what is written counts, the rest is usual, and mistakes are told with their place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import problems, tracker_alone
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import workspace

JIRA = "kind: jira-cloud, url: https://acme.example.com, project: DR, user: dr@acme.example.com, token_env: T"
GITHUB, GITLAB = "kind: github, project: acme/dr, token_env: T", "kind: gitlab, project: acme/group/dr, token_env: T"


def read(home: Path, written: str) -> TrackerPolicy:
    workspace.write(home, tiers=f"{workspace.TIERS}tracker: {{{written}}}\n")
    return tracker_alone(home / "drills")


def test_without_a_word_it_is_a_folder(tmp_path: Path) -> None:
    """Of the workspace; a mistake in a service's file changes nothing in that."""
    workspace.write(tmp_path, shop="service: [")
    assert tracker_alone(tmp_path / "drills") == TrackerPolicy()


def test_what_is_written_counts(tmp_path: Path) -> None:
    """With the place of each key; unquoted numbers and truth values of fields are such."""
    more = (
        "labels: [dr, dr], assignees: {Payments: ada@x.example}, transitions: {in-progress: Doing}, settles: 10m, "
        'fields: {a: {b: [1, "1", true, 2.5, ~, text]}}, anew: true, simulated: true, issue_type: Bug'
    )
    of = read(tmp_path, f"{JIRA}, {more}")
    assert (of.kind, of.url, of.project, of.issue_type) == (
        TrackerKind.JIRA_CLOUD,
        "https://acme.example.com",
        "DR",
        "Bug",
    )
    assert (of.labels, of.settles, of.anew, of.simulated) == (("dr",), timedelta(minutes=10), True, True)
    assert of.transitions == {State.IN_PROGRESS: "Doing"}
    assert of.fields == {"a": {"b": [1, "1", True, 2.5, None, "text"]}}
    assert of.places["project"] == "drills/tiers.yaml:8:tracker.project"
    assert of.place("folder") == "drills/tiers.yaml:8:tracker"


def test_usual_addresses(tmp_path: Path) -> None:
    """Of GitHub and GitLab."""
    assert read(tmp_path, GITHUB).url == "https://api.github.com"
    assert (
        read(tmp_path / "other", f"{GITLAB}, url: https://git.acme.example.com/").url == "https://git.acme.example.com"
    )


@pytest.mark.parametrize(
    ("written", "key", "told", "fix"),
    [
        ("kind: jira", "tracker.kind", "'jira' is not a tracker", "jira-cloud"),
        (JIRA.replace("user: dr@acme.example.com, ", ""), "tracker", "'user' is missing, which jira-cloud", "add it"),
        (JIRA.replace("https", "http"), "tracker.url", "a token is not sent over plain http", "https://"),
        (JIRA.replace("https://", "https://u:p@"), "tracker.url", "is not a tracker's address", "such as"),
        (JIRA.replace("project: DR", "project: dr/x"), "tracker.project", "is not a project of jira-cloud", "the key"),
        (GITHUB.replace("acme/dr", "acme"), "tracker.project", "'acme' is not a project of github", "OWNER/NAME"),
        (GITHUB.replace("acme/dr", "acme/.."), "tracker.project", "is not a project of github", "OWNER/NAME"),
        (f"{GITHUB}, issue_type: Task", "tracker.issue_type", "github knows no 'issue_type'", "remove it"),
        ("project: DR", "tracker.project", "markdown knows no 'project'", "which tracker"),
        ("folder: ../elsewhere", "tracker.folder", "is not a folder of the workspace", "within it"),
        (f"{JIRA}, folder: x", "tracker.folder", "jira-cloud knows no 'folder'", "markdown"),
        (
            JIRA.replace("token_env: T", "token_env: my token"),
            "tracker.token_env",
            "environment variable",
            "JIRA_TOKEN",
        ),
        *(
            (GITHUB.replace("T", name), "tracker.token_env", f"'{name}' is no tracker's token", "a variable of its own")
            for name in (
                "AWS_SECRET_ACCESS_KEY",
                "aws_session_token",
                "DRO_DATABASE_URL",
                "PGPASSWORD",
                "PREFECT_API_KEY",
            )
        ),
        *(
            (
                JIRA.replace("https://acme.example.com", f"'{url}'"),
                "tracker.url",
                "is not a tracker's address",
                "such as",
            )
            for url in (
                "https://[x",
                "https://a:99999",
                "https://[::1]x",
                "https://evil.com\\.github.com",
                "https://a..b",
            )
        ),
        (f"{JIRA}, labels: [two words]", "tracker.labels[0]", "is not a label", "without blanks"),
        (
            f"{JIRA}, transitions: {{done: Done}}",
            "tracker.transitions.done",
            "'done' is not a state of a finding",
            "one of",
        ),
        (f"{GITHUB}, transitions: {{open: To Do}}", "tracker.transitions.open", "cannot be 'To Do'", "not planned"),
        (f"{JIRA}, fields: {{summary: x}}", "tracker.fields.summary", "the program writes this field", "remove it"),
        (f"{JIRA}, fields: [x]", "tracker.fields", "a mapping belongs here", "field: value"),
        (f"{JIRA}, token: abc", "tracker.token", "'token' is not a key here", "token_env"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, written: str, key: str, told: str, fix: str) -> None:
    """File, line and key, what is wrong and what to write; by `dro check`, and before anything is sent."""
    workspace.write(tmp_path, tiers=f"{workspace.TIERS}tracker: {{{written}}}\n")
    found = [str(each) for each in problems(tmp_path / "drills", TYPES)]
    mine = [each for each in found if each.startswith(f"drills/tiers.yaml:8:{key}:")]
    assert mine, found
    assert told in mine[0]
    assert fix in mine[0]
    with pytest.raises(CatalogError):
        tracker_alone(tmp_path / "drills")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_this_machine_may_be_asked_without_tls(tmp_path: Path, host: str) -> None:
    """Nothing leaves it."""
    assert read(tmp_path, JIRA.replace("https://acme.example.com", f'"http://{host}"')).url == f"http://{host}"
