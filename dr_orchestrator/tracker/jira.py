"""Jira: what Cloud (REST v3) and Data Center (v2) have in common; `cloud.py` and `data_center.py` say how they differ.

Its search lags behind its issues, so that what was just made may not be found: ids are read, which never lag.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import AnswerLost, Gone, Rejected, Unusable

SETTLES = timedelta(minutes=3)
"""The usual time within which a new issue is found by its label."""

FIELDS = ("status", "labels")
Json = dict[str, Any]


class Jira(ABC):
    """A project of a Jira."""

    API: ClassVar[str]
    looks = 3

    def __init__(self, client: Client, policy: TrackerPolicy) -> None:
        self._client, self._policy = client, policy
        self.pause = (policy.settles or SETTLES) / self.looks
        self._persons: dict[str, str] = {}

    @abstractmethod
    def _text(self, text: Text) -> Any:
        """A text as this Jira takes it."""

    @abstractmethod
    def _search(self, jql: str) -> Iterator[Json]:
        """The issues that a query finds, page by page."""

    @abstractmethod
    def _person(self, whom: str) -> Json:
        """A person, by e-mail or account id, as this Jira names one; Rejected where there is none, or several."""

    def open(self) -> None:
        """Hold that we are somebody here: to whom Jira does not know it shows nothing, which is no fault of it."""
        self._client.get(f"{self.API}/myself")
        try:
            self._client.get(f"{self.API}/project/{self._policy.project}")
        except (Gone, Rejected) as refused:
            place = self._policy.place("project")
            told = f"project {self._policy.project} ({place}) is not to be had: {refused.said}"
            raise Unusable(refused.call, told, "name one that is there, or let the token's user into it") from None

    def ours(self) -> Iterable[Seen]:
        """The issues of the project that wear the label of all."""
        return map(self._seen, self._search(self._jql(LABEL)))

    def look(self, key: str) -> Sequence[Seen]:
        """The issues that wear a key, oldest first."""
        return [self._seen(each) for each in self._search(self._jql(key))]

    def make(self, draft: Draft) -> Seen:
        """Make an issue."""
        own: Json = {
            "project": {"key": self._policy.project},
            "issuetype": {"name": self._policy.issue_type},
            "summary": draft.title,
            "description": self._text(draft.text),
            "labels": list(draft.labels),
        }
        if draft.person:
            own["assignee"] = self._person(draft.person)
        answer = self._client.post(f"{self.API}/issue", {"fields": {**draft.fields, **own}})
        made = answer.data
        if not isinstance(made, dict) or not made.get("id") or not made.get("key"):
            raise AnswerLost(
                self._client.call("POST", f"{self.API}/issue"),
                "the answer names no issue",
                "the next sync looks for it",
            )
        return Seen(str(made["id"]), str(made["key"]), self._url(made["key"]), "", False, draft.labels)

    def read(self, remote: str) -> Seen:
        """An issue by its id; one that was moved has another key by now."""
        return self._seen(self._client.get(self._issue(remote), {"fields": ",".join(FIELDS)}).data)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark, whatever form its text has."""
        at = 0
        while True:
            params = {"startAt": str(at), "maxResults": "100"}
            page = self._client.get(f"{self._issue(remote)}/comment", params).data or {}
            comments = page.get("comments") or []
            if any(mark in json.dumps(each.get("body"), ensure_ascii=False) for each in comments):
                return True
            at += len(comments)
            if not comments or at >= int(page.get("total", 0)):
                return False

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment."""
        self._client.post(f"{self._issue(remote)}/comment", {"body": self._text(text)})

    def move(self, seen: Seen, status: str) -> Seen:
        """Take the transition that leads to a status, or has its name, among those that the workflow offers now."""
        now = self.read(seen.remote)
        if _same(now.status, status):
            return now
        path = f"{self._issue(seen.remote)}/transitions"
        offered = (self._client.get(path).data or {}).get("transitions") or []
        chosen = [each for each in offered if _same(_to(each), status)]
        chosen = chosen or [each for each in offered if _same(str(each.get("name")), status)]
        if not chosen:
            names = ", ".join(f"'{each.get('name')}' to '{_to(each)}'" for each in offered) or "nothing"
            told = f"from '{now.status}' the workflow offers no way to '{status}', but {names}"
            hint = f"name one of these in {self._policy.place('transitions')}, or move {now.ref} by hand"
            raise Rejected(self._client.call("POST", path), told, hint)
        self._client.post(path, {"transition": {"id": str(chosen[0]["id"])}})
        return self.read(seen.remote)

    def assign(self, remote: str, person: str) -> None:
        """Give it to a person."""
        self._client.put(f"{self._issue(remote)}/assignee", self._person(person))

    def _found_person(self, whom: str, param: str, id_: str) -> str:
        """The id of the one whom the project may give issues to, by e-mail; what is no e-mail is an id already."""
        if "@" not in whom:
            return whom
        if whom not in self._persons:
            params = {"project": self._policy.project, param: whom}
            path = f"{self.API}/user/assignable/search"
            found = [each for each in self._client.get(path, params).data or [] if each.get(id_)]
            exact = [each for each in found if _same(str(each.get("emailAddress")), whom)]
            ids = {str(each[id_]) for each in exact or found}
            if len(ids) != 1:
                told = f"{len(ids) or 'no'} users who may be given issues of the project are found by {whom}"
                raise Rejected(
                    self._client.call("GET", path),
                    told,
                    f"write an account id in {self._policy.place('assignees')}",
                )
            self._persons[whom] = ids.pop()
        return self._persons[whom]

    def _jql(self, label: str) -> str:
        return f'project = "{self._policy.project}" AND labels = "{label}" ORDER BY created ASC'

    def _issue(self, remote: str) -> str:
        return f"{self.API}/issue/{remote}"

    def _url(self, key: str) -> str:
        return f"{self._policy.url}/browse/{key}"

    def _seen(self, issue: Any) -> Seen:
        fields: Mapping[str, Any] = issue.get("fields") or {}
        status: Mapping[str, Any] = fields.get("status") or {}
        done = (status.get("statusCategory") or {}).get("key") == "done"
        key, labels = str(issue["key"]), tuple(fields.get("labels") or ())
        return Seen(str(issue["id"]), key, self._url(key), str(status.get("name") or ""), done, labels)


def _to(transition: Json) -> str:
    return str((transition.get("to") or {}).get("name") or "")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
