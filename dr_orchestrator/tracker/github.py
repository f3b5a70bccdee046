"""GitHub issues: listed by label, which does not lag as its search does. A ticket's id is its repository and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen, whose_in
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import Gone, Rejected, Unusable
from dr_orchestrator.tracker.pages import pages
from dr_orchestrator.tracker.shape import mapping, texts
from dr_orchestrator.tracker.text.markdown import markdown

API = "https://api.github.com"
HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
SETTLES = timedelta(seconds=60)
MOVES: Mapping[str, Mapping[str, str]] = {
    "open": {"state": "open"},
    "completed": {"state": "closed", "state_reason": "completed"},
    "not planned": {"state": "closed", "state_reason": "not_planned"},
}
"""The statuses that an issue may have, by how they are declared."""


class GitHub:
    """The issues of a repository."""

    looks = 2

    def __init__(self, client: Client, policy: TrackerPolicy) -> None:
        self._client, self._policy = client, policy
        self.pause = (policy.settles or SETTLES) / self.looks

    def open(self) -> None:
        """Hold that the repository is there, and has issues."""
        path = f"/repos/{self._policy.project}"
        try:
            found = mapping(self._client.call("GET", path), self._client.get(path).data)
        except (Gone, Rejected) as refused:
            place = self._policy.place("project")
            told = f"repository {self._policy.project} ({place}) is not to be had: {refused.said}"
            raise Unusable(refused.call, told, "name one that is there, or give the token access to it") from None
        if found.get("has_issues") is False:
            raise Unusable(
                self._client.call("GET", path),
                f"{self._policy.project} has issues switched off",
                "switch them on there",
            )

    def ours(self) -> Iterable[Seen]:
        """The issues that wear the label of all."""
        return self._labelled(LABEL)

    def look(self, key: str) -> Sequence[Seen]:
        """The issues that wear a key, oldest first."""
        return [*self._labelled(key)]

    def make(self, draft: Draft) -> Seen:
        """Make an issue; to whoever has no right to push GitHub drops its labels, and says nothing."""
        own: dict[str, Any] = {"title": draft.title, "body": markdown(draft.text), "labels": list(draft.labels)}
        if draft.person:
            own["assignees"] = [draft.person]
        path = f"/repos/{self._policy.project}/issues"
        return self._seen("POST", path, self._client.post(path, {**draft.fields, **own}).data)

    def read(self, remote: str) -> Seen:
        """An issue; GitHub redirects to where one was transferred."""
        path = self._issue(remote)
        return self._seen("GET", path, self._client.get(path).data)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark."""
        comments = pages(self._client, f"{self._issue(remote)}/comments", {})
        return any(mark in str(each.get("body")) for each in comments)

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment."""
        self._client.post(f"{self._issue(remote)}/comments", {"body": markdown(text)})

    def move(self, seen: Seen, status: str) -> Seen:
        """Open or close it."""
        wanted, path = MOVES.get(status.casefold().replace("_", " ")), self._issue(seen.remote)
        if wanted is None:
            told = f"an issue of GitHub cannot be '{status}', but {', '.join(MOVES)}"
            raise Rejected(self._client.call("PATCH", path), told, f"mend {self._policy.place('transitions')}")
        return self._seen("PATCH", path, self._client.patch(path, wanted).data)

    def assign(self, remote: str, person: str) -> None:
        """Give it to a person, by login, and to nobody else."""
        self._client.patch(self._issue(remote), {"assignees": [person]})

    def _labelled(self, label: str) -> Iterator[Seen]:
        params = {"labels": label, "state": "all", "sort": "created", "direction": "asc"}
        path = f"/repos/{self._policy.project}/issues"
        for each in pages(self._client, path, params):
            if "pull_request" not in each:
                yield self._seen("GET", path, each)

    def _seen(self, method: str, path: str, data: Any) -> Seen:
        issue = mapping(self._client.call(method, path), data, "number", "state")
        repository = str(issue.get("repository_url") or "").partition("/repos/")[2] or self._policy.project
        closed, reason = issue["state"] == "closed", str(issue.get("state_reason") or "closed")
        status = reason.replace("_", " ") if closed else "open"
        ref, said = f"{repository}#{issue['number']}", whose_in(str(issue.get("body") or ""))
        return Seen(ref, ref, str(issue.get("html_url") or ""), status, closed, texts(issue, "labels"), said)

    def _issue(self, remote: str) -> str:
        repository, _, number = remote.partition("#")
        return f"/repos/{repository}/issues/{number}"
