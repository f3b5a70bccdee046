"""Jira Cloud: REST v3, documents for texts, a search that has pages but no total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.domain.tickets.draft import Text
from dr_orchestrator.tracker.jira import FIELDS, Jira, Json
from dr_orchestrator.tracker.text.adf import document


class JiraCloud(Jira):
    """A project of Jira Cloud."""

    API = "/rest/api/3"

    def _text(self, text: Text) -> Any:
        return document(text)

    def _search(self, jql: str) -> Iterator[Json]:
        asked: Json = {"jql": jql, "fields": list(FIELDS), "maxResults": 100}
        while True:
            page = self._client.find(f"{self.API}/search/jql", asked).data or {}
            yield from page.get("issues") or ()
            token = page.get("nextPageToken")
            if page.get("isLast", not token) or not token:
                return
            asked = {**asked, "nextPageToken": token}

    def _person(self, whom: str) -> Json:
        return {"accountId": self._found_person(whom, "query", "accountId")}
