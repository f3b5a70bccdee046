"""Jira Data Center: REST v2, wiki markup for texts, a search that counts from a start, users by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.domain.tickets.draft import Text
from dr_orchestrator.tracker.jira import FIELDS, Jira, Json
from dr_orchestrator.tracker.text.wiki import wiki


class JiraDataCenter(Jira):
    """A project of Jira Data Center."""

    API = "/rest/api/2"

    def _text(self, text: Text) -> Any:
        return wiki(text)

    def _search(self, jql: str) -> Iterator[Json]:
        at = 0
        while True:
            params = {"jql": jql, "startAt": str(at), "maxResults": "100", "fields": ",".join(FIELDS)}
            page = self._client.get(f"{self.API}/search", params).data or {}
            issues = page.get("issues") or []
            yield from issues
            at += len(issues)
            if not issues or at >= int(page.get("total", 0)):
                return

    def _person(self, whom: str) -> Json:
        return {"name": self._found_person(whom, "username", "name")}
