"""Jira: what Cloud (REST v3) and Data Center (v2) have in common; `cloud.py` and `data_center.py` say how they differ.

Its search lags behind its issues, so that what was just made may not be found: ids are read, which never lag.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen, whose_in
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import Gone, Rejected, TrackerFault, Unusable
from dr_orchestrator.tracker.shape import Json as Shown
from dr_orchestrator.tracker.shape import Pages, listed, mapping, part, texts

SETTLES = timedelta(minutes=3)
"""The usual time within which a new issue is found by its label."""

FIELDS = ("status", "labels")
_WHOLE = (*FIELDS, "description")
Json = dict[str, Any]
_GATEWAY = re.compile(r"/ex/jira/[^/]+$")
"""The end of the address that tokens with scopes are sent to: of it people see no page."""


class Jira(ABC):
    """A project of a Jira."""

    API: ClassVar[str]
    looks = 3

    def __init__(self, client: Client, policy: TrackerPolicy) -> None:
        self._client, self._policy = client, policy
        self.pause = (policy.settles or SETTLES) / self.looks
        self._persons: dict[str, str] = {}
        self._site = "" if _GATEWAY.search(policy.url) else policy.url

    @abstractmethod
    def _text(self, text: Text) -> Any:
        """A text as this Jira takes it."""

    @abstractmethod
    def _search(self, jql: str) -> Iterator[Shown]:
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
        if not self._site:
            self._site = self._told_site()

    def ours(self) -> Iterable[Seen]:
        """The issues of the project that wear the label of all."""
        return (self._seen("search", each) for each in self._search(self._jql(LABEL)))

    def look(self, key: str) -> Sequence[Seen]:
        """The issues that wear a key, oldest first."""
        return [self._seen("search", each) for each in self._search(self._jql(key))]

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
        path = f"{self.API}/issue"
        answer = self._client.post(path, {"fields": {**draft.fields, **own}})
        made = mapping(self._client.call("POST", path), answer.data, "id", "key")
        key = str(made["key"])
        return Seen(str(made["id"]), key, self._url(key), "", False, draft.labels, draft.whose)

    def read(self, remote: str) -> Seen:
        """An issue by its id; one that was moved has another key by now."""
        path = self._issue(remote)
        return self._seen(path, self._client.get(path, {"fields": ",".join(_WHOLE)}).data)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark, whatever form its text has."""
        comments = self._counted(f"{self._issue(remote)}/comment", {}, "comments")
        return any(mark in json.dumps(each.get("body"), ensure_ascii=False) for each in comments)

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment."""
        self._client.post(f"{self._issue(remote)}/comment", {"body": self._text(text)})

    def move(self, seen: Seen, status: str) -> Seen:
        """Take the transition that leads to a status, or has its name, among those that the workflow offers now."""
        now = self.read(seen.remote)
        if _same(now.status, status):
            return now
        path = f"{self._issue(seen.remote)}/transitions"
        call = self._client.call("GET", path)
        offered = listed(call, mapping(call, self._client.get(path).data).get("transitions"))
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
            found = listed(self._client.call("GET", path), self._client.get(path, params).data)
            exact = [each for each in found if each.get(id_) and _same(str(each.get("emailAddress")), whom)]
            ids = {str(each[id_]) for each in exact}  # the search finds those who resemble, too
            if len(ids) != 1:
                told = f"{len(ids) or 'no'} users who may be given issues of the project are found by {whom}"
                hint = (
                    f"write an account id in {self._policy.place('assignees')}, where Jira shows no e-mails to others"
                )
                raise Rejected(self._client.call("GET", path), told, hint)
            self._persons[whom] = ids.pop()
        return self._persons[whom]

    def _jql(self, label: str) -> str:
        return f'project = "{self._policy.project}" AND labels = "{label}" ORDER BY created ASC'

    def _issue(self, remote: str) -> str:
        return f"{self.API}/issue/{remote}"

    def _url(self, key: str) -> str:
        return f"{self._site}/browse/{key}" if self._site else ""

    def _told_site(self) -> str:
        """The address that people see, by Jira's own word; empty where it has none."""
        try:
            told = self._client.get(f"{self.API}/serverInfo").data
        except TrackerFault:
            return ""
        site = str(told.get("baseUrl") or "") if isinstance(told, dict) else ""
        return site.rstrip("/") if site.startswith("https://") else ""

    def _counted(self, path: str, params: Mapping[str, str], name: str) -> Iterator[Shown]:
        """All of a list that counts from a start."""
        call, at = self._client.call("GET", path), 0
        read = Pages(call)
        while True:
            asked = {**params, "startAt": str(at), "maxResults": "100"}
            page = mapping(call, self._client.get(path, asked).data, "total")
            found = listed(call, page.get(name))
            read.hold(found, at)
            yield from found
            at += len(found)
            if not found or at >= int(page["total"]):
                return

    def _seen(self, path: str, data: Any) -> Seen:
        issue = mapping(self._client.call("GET", path), data, "id", "key")
        fields = part(issue, "fields")
        status = part(fields, "status")
        done = part(status, "statusCategory").get("key") == "done"
        key = str(issue["key"])
        said = whose_in(json.dumps(fields.get("description"), ensure_ascii=False))
        name, labels = str(status.get("name") or ""), texts(fields, "labels")
        return Seen(str(issue["id"]), key, self._url(key), name, done, labels, said)


def _to(transition: Shown) -> str:
    return str(part(transition, "to").get("name") or "")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
