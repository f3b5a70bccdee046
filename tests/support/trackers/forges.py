"""A GitHub and a GitLab of our own, as far as issues go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dr_orchestrator.domain.ports import Clock
from tests.support.trackers.serving import TOKEN, Answering, Asked, Issue, Json, Refused


class FakeGitHub(Answering):
    """Issues of repositories; `pushes` is whether the token may label: else labels are dropped in silence."""

    PROJECT = "acme/dr"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.pushes = True
        self.logins = {"ada", "eve"}

    def is_known(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {TOKEN}" and "x-github-api-version" in headers

    def answer(self, asked: Asked) -> tuple[int, Json]:
        owner, name, *rest = asked.path.removeprefix("/repos/").split("/")
        project = f"{owner}/{name}"
        if project not in self.projects:
            raise Refused(404, {"message": "Not Found"})
        if not rest:
            return 200, {"full_name": project, "has_issues": True}
        if len(rest) == 1:
            return (201, self._make(project, asked.body)) if asked.method == "POST" else (200, self._list(asked))
        issue = self.at(project, rest[1])
        if issue is None:
            raise Refused(410, {"message": "This issue was deleted"})
        if issue.moved_to:
            there = self.issues[issue.moved_to]
            raise Refused(301, {"message": "Moved"}, Location=f"{self.url}/repos/{there.project}/issues/{there.number}")
        if len(rest) == 3:
            return self._comment(asked, issue)
        if asked.method == "PATCH":
            self._change(issue, asked.body)
        return 200, self._shown(issue)

    def _make(self, project: str, body: Json) -> Json:
        if unknown := set(body.get("assignees", ())) - self.logins:
            raise Refused(
                422, {"message": "Validation Failed", "errors": [{"field": "assignees", "value": [*unknown]}]}
            )
        made = self.made(project, body["title"], body["body"], body["labels"] if self.pushes else [], "open")
        made.assignee = "".join(body.get("assignees", ()))
        return self._shown(made)

    def _list(self, asked: Asked) -> Json:
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        found = self.found(asked.query["labels"], self.PROJECT) if asked.query["state"] == "all" else []
        return [self._shown(each) for each in found if not each.moved_to][(page - 1) * size : page * size]

    def _comment(self, asked: Asked, issue: Issue) -> tuple[int, Json]:
        if asked.method == "POST":
            issue.comments.append(asked.body["body"])
            return 201, {"id": len(issue.comments)}
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        return 200, [{"body": each} for each in issue.comments[(page - 1) * size : page * size]]

    def _change(self, issue: Issue, body: Json) -> None:
        if "state" in body:
            issue.status = body["state"] if body["state"] == "open" else f"closed {body['state_reason']}"
        if "assignees" in body:
            if set(body["assignees"]) - self.logins:
                raise Refused(422, {"message": "Validation Failed"})
            issue.assignee = "".join(body["assignees"])

    def _shown(self, issue: Issue) -> Json:
        state, _, reason = issue.status.partition(" ")
        return {
            "number": issue.number,
            "html_url": f"https://github.example.com/{issue.project}/issues/{issue.number}",
            "repository_url": f"{self.url}/repos/{issue.project}",
            "state": state,
            "state_reason": reason or None,
            "body": issue.body,
            "labels": [{"name": each} for each in issue.labels],
        }

    def move_away(self, issue: Issue) -> None:
        """Transfer it: GitHub redirects from where it was."""
        self.projects.add("acme/ops")
        there = self.made("acme/ops", issue.title, issue.body, issue.labels, issue.status)
        there.comments, issue.moved_to = issue.comments, there.id

    def close(self, issue: Issue) -> None:
        """Close it by hand."""
        issue.status = "closed completed"


class FakeGitLab(Answering):
    """Issues of projects; `labels` is whether the token may label."""

    PROJECT = "acme/dr"
    IDS: ClassVar = {"acme/dr": 42, "acme/ops": 43}

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.labelling = True
        self.users = {"ada": 1, "eve@example.com": 2}

    def is_known(self, headers: Mapping[str, str]) -> bool:
        return headers.get("private-token") == TOKEN

    def answer(self, asked: Asked) -> tuple[int, Json]:
        path = asked.path.removeprefix("/api/v4")
        if path == "/users":
            wanted = asked.query.get("username") or asked.query.get("search")
            key = "public_email" if "search" in asked.query else "username"
            return 200, [{"id": number, key: name} for name, number in self.users.items() if name == wanted]
        if path == "/issues":
            found = [each for each in self.issues.values() if asked.query["search"] in str(each.body)]
            return 200, [self._shown(each) for each in found]
        project, _, rest = path.removeprefix("/projects/").partition("/issues")
        named = next((name for name, number in self.IDS.items() if project in (name, str(number))), "")
        if named not in self.projects:
            raise Refused(404, {"message": "404 Project Not Found"})
        if not rest:
            if asked.path.endswith("/issues"):
                return (201, self._make(named, asked.body)) if asked.method == "POST" else (200, self._list(asked))
            return 200, {"path_with_namespace": named, "issues_enabled": True}
        number, _, part = rest.strip("/").partition("/")
        issue = self.at(named, number)
        if issue is None:
            raise Refused(404, {"message": "404 Issue Not Found"})
        if part == "notes":
            return self._note(asked, issue)
        if asked.method == "PUT":
            self._change(issue, asked.body)
        return 200, self._shown(issue)

    def _make(self, project: str, body: Json) -> Json:
        labels = body["labels"].split(",") if self.labelling else []
        made = self.made(project, body["title"], body["description"], labels, "opened")
        made.assignee = "".join(map(str, body.get("assignee_ids", ())))
        return self._shown(made)

    def _list(self, asked: Asked) -> Json:
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        found = self.found(asked.query["labels"], self.PROJECT)
        return [self._shown(each) for each in found][(page - 1) * size : page * size]

    def _note(self, asked: Asked, issue: Issue) -> tuple[int, Json]:
        if asked.method == "POST":
            issue.comments.append(asked.body["body"])
            return 201, {"id": len(issue.comments)}
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        return 200, [{"body": each} for each in issue.comments[(page - 1) * size : page * size]]

    def _change(self, issue: Issue, body: Json) -> None:
        if "state_event" in body:
            issue.status = {"close": "closed", "reopen": "opened"}[body["state_event"]]
        if "assignee_ids" in body:
            issue.assignee = "".join(map(str, body["assignee_ids"]))

    def _shown(self, issue: Issue) -> Json:
        return {
            "id": issue.id,
            "iid": issue.number,
            "project_id": self.IDS[issue.project],
            "web_url": f"https://gitlab.example.com/{issue.project}/-/issues/{issue.number}",
            "state": issue.status,
            "description": issue.body,
            "labels": issue.labels,
            "moved_to_id": issue.moved_to or None,
            "references": {"full": f"{issue.project}#{issue.number}"},
        }

    def move_away(self, issue: Issue) -> None:
        """Move it: GitLab closes it where it was, and says which it is by now."""
        self.projects.add("acme/ops")
        there = self.made("acme/ops", issue.title, issue.body, issue.labels, issue.status)
        there.comments, issue.moved_to, issue.status = issue.comments, there.id, "closed"

    def close(self, issue: Issue) -> None:
        """Close it by hand."""
        issue.status = "closed"
