"""A Jira of our own: Cloud's REST v3 with `/search/jql` and documents, Data Center's v2 with wiki markup."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from dr_orchestrator.domain.ports import Clock
from tests.support.trackers.serving import TOKEN, Answering, Asked, Issue, Json, Refused

USER = "dr@example.com"
_JQL = re.compile(r'project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC')
_CATEGORY = {"To Do": "new", "In Progress": "indeterminate", "Done": "done", "Won't Do": "done"}
_HOLDS = {
    "doc": ("paragraph", "bulletList", "codeBlock"),
    "bulletList": ("listItem",),
    "listItem": ("paragraph",),
    "paragraph": ("text",),
    "codeBlock": ("text",),
}


class FakeJira(Answering):
    """Both kinds of a Jira; whose token does not fit is nobody, whom it shows nothing."""

    WAYS: ClassVar = {
        "To Do": [("Start", "In Progress"), ("Resolve", "Done")],
        "In Progress": [("Resolve", "Done"), ("Drop", "Won't Do")],
        "Done": [("Reopen", "To Do")],
        "Won't Do": [("Reopen", "To Do")],
    }
    USERS: ClassVar = {"ada@example.com": "acc-ada", "eve@example.com": "acc-eve"}

    def __init__(self, clock: Clock, *, cloud: bool) -> None:
        super().__init__(clock)
        self.cloud = cloud
        self.api = "/rest/api/3" if cloud else "/rest/api/2"
        self.page = 100
        self.refuses: set[str] = set()

    def is_known(self, headers: Mapping[str, str]) -> bool:
        sent = headers.get("authorization", "")
        if not self.cloud:
            return sent == f"Bearer {TOKEN}"
        return sent == f"Basic {base64.b64encode(f'{USER}:{TOKEN}'.encode()).decode()}"

    def answer(self, asked: Asked) -> tuple[int, Json]:
        method, path = asked.method, asked.path.removeprefix(self.api)
        if path == asked.path:
            raise Refused(404, {"errorMessages": ["no such API"]})
        if path == "/myself":
            return 200, {"displayName": "dr"}
        if path.startswith("/project/"):
            if path.removeprefix("/project/") not in self.projects:
                raise Refused(404, {"errorMessages": [f"No project could be found with key '{path[9:]}'."]})
            return 200, {"key": self.PROJECT}
        if path.startswith("/search"):
            return 200, self._search(asked, path)
        if path == "/user/assignable/search":
            return 200, self._users(asked.query)
        if path == "/issue" and method == "POST":
            return 201, self._make(asked.body["fields"])
        return self._of_issue(method, path.removeprefix("/issue/"), asked)

    def _search(self, asked: Asked, path: str) -> Json:
        if self.cloud and path != "/search/jql":
            raise Refused(410, {"errorMessages": ["The requested API has been removed. Use /rest/api/3/search/jql."]})
        if not self.cloud and path != "/search":
            raise Refused(404)
        given = asked.body if self.cloud else asked.query
        query = _JQL.fullmatch(given["jql"])
        if query is None or query[1] not in self.projects:
            raise Refused(400, {"errorMessages": [f"Error in the JQL Query: {given['jql']}"]})
        found = self.found(query[2], query[1])
        at = int(given.get("nextPageToken" if self.cloud else "startAt") or 0)
        names = given["fields"] if self.cloud else given["fields"].split(",")
        page = [self._shown(each, names) for each in found[at : at + self.page]]
        if self.cloud:
            last = at + self.page >= len(found)
            more = {} if last else {"nextPageToken": str(at + self.page)}
            return {"issues": page, "isLast": last, **more}
        return {"issues": page, "startAt": at, "maxResults": self.page, "total": len(found)}

    def _users(self, query: Mapping[str, str]) -> Json:
        wanted = query["query" if self.cloud else "username"]
        id_ = "accountId" if self.cloud else "name"
        known = self.USERS.get(wanted)
        return [{id_: known, "displayName": "A", "emailAddress": wanted}] if known else []

    def _make(self, fields: dict[str, Any]) -> Json:
        wrong: dict[str, str] = {}
        if fields.get("project", {}).get("key") not in self.projects:
            wrong["project"] = "valid project is required"
        if fields.get("issuetype", {}).get("name") != "Task":
            wrong["issuetype"] = "Specify a valid issue type"
        if not fields.get("summary") or "\n" in fields["summary"] or len(fields["summary"]) > 255:
            wrong["summary"] = "The summary is invalid"
        if any(" " in label for label in fields["labels"]):
            wrong["labels"] = "The label contains spaces which is invalid."
        wrong |= {name: f"Field '{name}' cannot be set." for name in fields if name in self.refuses}
        wrong |= self._wrong_text("description", fields["description"])
        if "assignee" in fields and fields["assignee"].get(self._id) not in self.USERS.values():
            wrong["assignee"] = f"User '{fields['assignee']}' cannot be assigned issues."
        if wrong:
            raise Refused(400, {"errorMessages": [], "errors": wrong})
        known = ("project", "issuetype", "summary", "description", "labels", "assignee")
        more = {name: value for name, value in fields.items() if name not in known}
        made = self.made(
            fields["project"]["key"], fields["summary"], fields["description"], fields["labels"], "To Do", **more
        )
        made.assignee = fields.get("assignee", {}).get(self._id, "")
        return {"id": str(made.id), "key": self._key(made), "self": f"{self.url}{self.api}/issue/{made.id}"}

    def _of_issue(self, method: str, path: str, asked: Asked) -> tuple[int, Json]:
        name, _, part = path.partition("/")
        issue = next((each for each in self.issues.values() if name in (str(each.id), self._key(each))), None)
        if issue is None:
            raise Refused(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]})
        if (method, part) == ("GET", ""):
            return 200, self._shown(issue, asked.query["fields"].split(","))
        if part == "comment":
            return self._comment(method, issue, asked)
        if part == "transitions":
            return self._transition(method, issue, asked.body)
        if (method, part) == ("PUT", "assignee"):
            if asked.body.get(self._id) not in self.USERS.values():
                raise Refused(400, {"errors": {"assignee": "cannot be assigned issues"}})
            issue.assignee = asked.body[self._id]
            return 204, None
        raise Refused(405)

    def _comment(self, method: str, issue: Issue, asked: Asked) -> tuple[int, Json]:
        if method == "GET":
            at = int(asked.query.get("startAt", 0))
            page = [{"id": str(n), "body": body} for n, body in enumerate(issue.comments)][at : at + self.page]
            return 200, {"comments": page, "startAt": at, "total": len(issue.comments)}
        if wrong := self._wrong_text("comment", asked.body["body"]):
            raise Refused(400, {"errors": wrong})
        issue.comments.append(asked.body["body"])
        return 201, {"id": str(len(issue.comments))}

    def _transition(self, method: str, issue: Issue, body: Json) -> tuple[int, Json]:
        ways = self.WAYS[issue.status]
        if method == "GET":
            named = [
                {"id": str(n), "name": name, "to": {"name": to, "statusCategory": {"key": _CATEGORY.get(to, "done")}}}
                for n, (name, to) in enumerate(ways)
            ]
            return 200, {"transitions": named}
        number = int(body["transition"]["id"])
        if number >= len(ways):
            raise Refused(400, {"errorMessages": ["It seems that you have tried to perform an illegal operation"]})
        issue.status = ways[number][1]
        return 204, None

    def _wrong_text(self, name: str, text: Json) -> dict[str, str]:
        if not self.cloud:
            return {} if isinstance(text, str) and text else {name: "Operation value must be a string"}
        return {} if isinstance(text, dict) and text.get("version") == 1 and _is_node(text, "doc") else {
            name: "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        }  # fmt: skip

    def _shown(self, issue: Issue, names: Sequence[str]) -> Json:
        status = {"name": issue.status, "statusCategory": {"key": _CATEGORY[issue.status]}}
        fields = {"status": status, "labels": issue.labels, "description": issue.body}
        return {"id": str(issue.id), "key": self._key(issue), "fields": {name: fields[name] for name in names}}

    @property
    def _id(self) -> str:
        return "accountId" if self.cloud else "name"

    def _key(self, issue: Issue) -> str:
        return f"{issue.project}-{issue.number}"

    # What a person does in the tracker.
    def move_away(self, issue: Issue) -> None:
        """Move an issue to another project, where it has another key."""
        self.projects.add("OPS")
        issue.project, issue.number = "OPS", 77

    def close(self, issue: Issue) -> None:
        """Close it by hand."""
        issue.status = "Done"


def _is_node(node: Json, kind: str) -> bool:
    """Whether it is a node as the format has them: no text is empty, and nothing stands where it may not."""
    if node.get("type") != kind:
        return False
    if kind == "text":
        return isinstance(node.get("text"), str) and bool(node["text"]) and set(node) <= {"type", "text", "marks"}
    content = node.get("content")
    return bool(content) and all(any(_is_node(each, inner) for inner in _HOLDS[kind]) for each in content)
