"""GitLab issues, API v4. A ticket's id is that of its project and its number there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen, whose_in
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import Gone, Rejected, Unusable
from dr_orchestrator.tracker.pages import pages
from dr_orchestrator.tracker.shape import Json, listed, mapping, part, texts
from dr_orchestrator.tracker.text.markdown import markdown

API = "https://gitlab.com"
SETTLES = timedelta(seconds=60)
MOVES = {"opened": "reopen", "closed": "close"}
"""The statuses that an issue may have, each with the event that brings it there."""

_NEEDED = ("project_id", "iid", "state")


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
            found = mapping(self._client.call("GET", self._project), self._client.get(self._project).data)
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
        return _seen(self._client.call("POST", path), self._client.post(path, {**draft.fields, **own}).data)

    def read(self, remote: str) -> Seen:
        """An issue; one that was moved is closed where it was, and looked for by what its description says."""
        path = self._issue(remote)
        return self._followed(self._client.call("GET", path), self._client.get(path).data)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark."""
        notes = pages(self._client, f"{self._issue(remote)}/notes", {})
        return any(mark in str(each.get("body")) for each in notes)

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment."""
        self._client.post(f"{self._issue(remote)}/notes", {"body": markdown(text)})

    def move(self, seen: Seen, status: str) -> Seen:
        """Open or close it."""
        if status.casefold() == seen.status:
            return seen
        event, path = MOVES.get(status.casefold()), self._issue(seen.remote)
        if event is None:
            told = f"an issue of GitLab cannot be '{status}', but {', '.join(MOVES)}"
            raise Rejected(self._client.call("PUT", path), told, f"mend {self._policy.place('transitions')}")
        return _seen(self._client.call("PUT", path), self._client.put(path, {"state_event": event}).data)

    def assign(self, remote: str, person: str) -> None:
        """Give it to a person, and to nobody else."""
        self._client.put(self._issue(remote), {"assignee_ids": [self._person(person)]})

    def _person(self, whom: str) -> int:
        """The id of the user who has an e-mail or a user name, or that id; a search finds those who resemble, too."""
        if whom.isdigit():
            return int(whom)
        if whom not in self._persons:
            call = self._client.call("GET", "/api/v4/users")
            params = {"search": whom} if "@" in whom else {"username": whom}
            found = [mapping(call, each, "id") for each in listed(call, self._client.get("/api/v4/users", params).data)]
            names = ("email", "public_email") if "@" in whom else ("username",)
            ids = {
                str(each["id"])
                for each in found
                if any(str(each.get(name)).casefold() == whom.casefold() for name in names)
            }
            if len(ids) != 1:
                told = f"{len(ids) or 'no'} users are found by {whom}"
                hint = f"write an id in {self._policy.place('assignees')}: GitLab shows few e-mails to others"
                raise Rejected(call, told, hint)
            self._persons[whom] = int(ids.pop())
        return self._persons[whom]

    def _labelled(self, label: str) -> Iterator[Seen]:
        params = {"labels": label, "state": "all", "order_by": "created_at", "sort": "asc"}
        path = f"{self._project}/issues"
        for each in pages(self._client, path, params):
            yield self._followed(self._client.call("GET", path), each)

    def _followed(self, call: str, data: Any) -> Seen:
        """An issue, or the one that it was moved to; where we see none, it is not closed for having moved."""
        found = mapping(call, data, *_NEEDED)
        moved = found.get("moved_to_id")
        if not moved:
            return _seen(call, found)
        key = next((each for each in texts(found, "labels") if each.startswith("dro-") and each != LABEL), "")
        params = {"scope": "all", "state": "all", "in": "description", "search": key}
        there = (
            [each for each in pages(self._client, "/api/v4/issues", params) if each.get("id") == moved] if key else []
        )
        return _seen(call, there[0]) if there else replace(_seen(call, found), status="moved", closed=False)

    def _issue(self, remote: str) -> str:
        project, _, number = remote.partition("#")
        return f"/api/v4/projects/{project}/issues/{number}"


def _seen(call: str, data: Any) -> Seen:
    issue: Json = mapping(call, data, *_NEEDED)
    remote = f"{issue['project_id']}#{issue['iid']}"
    ref = str(part(issue, "references").get("full") or f"#{issue['iid']}")
    status = str(issue["state"])
    said = whose_in(str(issue.get("description") or ""))
    return Seen(remote, ref, str(issue.get("web_url") or ""), status, status == "closed", texts(issue, "labels"), said)
