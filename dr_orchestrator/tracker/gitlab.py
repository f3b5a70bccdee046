"""GitLab issues, API v4. A ticket's id is that of its project and its number there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import AnswerLost, Gone, Rejected, Unusable
from dr_orchestrator.tracker.text.markdown import markdown

API = "https://gitlab.com"
SETTLES = timedelta(seconds=60)
MOVES = {"opened": "reopen", "closed": "close"}
"""The statuses that an issue may have, each with the event that brings it there."""

_PAGE = 100


class GitLab:
    """The issues of a project."""

    looks = 2

    def __init__(self, client: Client, policy: TrackerPolicy) -> None:
        self._client, self._policy = client, policy
        self.pause = (policy.settles or SETTLES) / self.looks
        self._project = f"/api/v4/projects/{quote(policy.project, safe='')}"
        self._persons: dict[str, int] = {}

    def open(self) -> None:
        """Hold that the project is there, and has issues."""
        try:
            found = self._client.get(self._project).data or {}
        except (Gone, Rejected) as refused:
            place = self._policy.place("project")
            told = f"project {self._policy.project} ({place}) is not to be had: {refused.said}"
            raise Unusable(refused.call, told, "name one that is there, or give the token access to it") from None
        if found.get("issues_enabled") is False:
            told = f"{self._policy.project} has issues switched off"
            raise Unusable(self._client.call("GET", self._project), told, "switch them on there")

    def ours(self) -> Iterable[Seen]:
        """The issues that wear the label of all."""
        return self._labelled(LABEL)

    def look(self, key: str) -> Sequence[Seen]:
        """The issues that wear a key, oldest first."""
        return [*self._labelled(key)]

    def make(self, draft: Draft) -> Seen:
        """Make an issue; guests have its labels dropped."""
        own: dict[str, Any] = {"title": draft.title, "description": markdown(draft.text)}
        own["labels"] = ",".join(draft.labels)
        if draft.person:
            own["assignee_ids"] = [self._person(draft.person)]
        path = f"{self._project}/issues"
        data = self._client.post(path, {**draft.fields, **own}).data
        if not isinstance(data, dict) or "iid" not in data:
            raise AnswerLost(self._client.call("POST", path), "the answer names no issue", "the next sync looks for it")
        return _seen(data)

    def read(self, remote: str) -> Seen:
        """An issue; one that was moved is closed where it was, and looked for by what its description says."""
        found = self._client.get(self._issue(remote)).data
        moved = found.get("moved_to_id")
        if not moved:
            return _seen(found)
        key = next((each for each in _labels(found) if each.startswith("dro-") and each != LABEL), "")
        params = {"scope": "all", "state": "all", "in": "description", "search": key}
        there = [each for each in self._pages("/api/v4/issues", params) if each.get("id") == moved] if key else []
        return _seen(there[0]) if there else _seen(found)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark."""
        return any(mark in str(each.get("body")) for each in self._pages(f"{self._issue(remote)}/notes", {}))

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment."""
        self._client.post(f"{self._issue(remote)}/notes", {"body": markdown(text)})

    def move(self, seen: Seen, status: str) -> Seen:
        """Open or close it."""
        if status.casefold() == seen.status:
            return seen
        event = MOVES.get(status.casefold())
        if event is None:
            told = f"an issue of GitLab cannot be '{status}', but {', '.join(MOVES)}"
            raise Rejected(
                self._client.call("PUT", self._issue(seen.remote)),
                told,
                f"mend {self._policy.place('transitions')}",
            )
        return _seen(self._client.put(self._issue(seen.remote), {"state_event": event}).data)

    def assign(self, remote: str, person: str) -> None:
        """Give it to a person, and to nobody else."""
        self._client.put(self._issue(remote), {"assignee_ids": [self._person(person)]})

    def _person(self, whom: str) -> int:
        """The id of a user, by e-mail, user name or id."""
        if whom.isdigit():
            return int(whom)
        if whom not in self._persons:
            params = {"search": whom} if "@" in whom else {"username": whom}
            ids = {int(each["id"]) for each in self._client.get("/api/v4/users", params).data or []}
            if len(ids) != 1:
                told = f"{len(ids) or 'no'} users are found by {whom}"
                raise Rejected(
                    self._client.call("GET", "/api/v4/users"), told, f"write an id in {self._policy.place('assignees')}"
                )
            self._persons[whom] = ids.pop()
        return self._persons[whom]

    def _labelled(self, label: str) -> Iterator[Seen]:
        params = {"labels": label, "state": "all", "order_by": "created_at", "sort": "asc"}
        return map(_seen, self._pages(f"{self._project}/issues", params))

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        number = 1
        while True:
            asked = {**params, "per_page": str(_PAGE), "page": str(number)}
            page = self._client.get(path, asked).data or []
            yield from page
            if len(page) < _PAGE:
                return
            number += 1

    def _issue(self, remote: str) -> str:
        project, _, number = remote.partition("#")
        return f"/api/v4/projects/{project}/issues/{number}"


def _labels(issue: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(each) for each in issue.get("labels") or ())


def _seen(issue: Mapping[str, Any]) -> Seen:
    remote = f"{issue['project_id']}#{issue['iid']}"
    ref = str((issue.get("references") or {}).get("full") or f"#{issue['iid']}")
    status = str(issue.get("state") or "")
    return Seen(remote, ref, str(issue.get("web_url") or ""), status, status == "closed", _labels(issue))
