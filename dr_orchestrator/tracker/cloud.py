"""Jira Cloud: REST v3, documents for texts, a search that has pages but no total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.domain.tickets.draft import Text
from dr_orchestrator.tracker.jira import FIELDS, Jira, Json
from dr_orchestrator.tracker.shape import Json as Shown
from dr_orchestrator.tracker.shape import Pages, listed, mapping
from dr_orchestrator.tracker.text.adf import document


class JiraCloud(Jira):
    """A project of Jira Cloud."""

    API = "/rest/api/3"

    def _text(self, text: Text) -> Any:
        return document(text)

    def _search(self, jql: str) -> Iterator[Shown]:
        path = f"{self.API}/search/jql"
        call, token = self._client.call("POST", path), ""
        read, asked = Pages(call), {"jql": jql, "fields": list(FIELDS), "maxResults": 100}
        while True:
            page = mapping(call, self._client.find(path, {**asked, **({"nextPageToken": token} if token else {})}).data)
            found = listed(call, page.get("issues"))
            read.hold(found, token)
            yield from found
            token = str(page.get("nextPageToken") or "")
            if page.get("isLast", not token) or not token:
                return

    def _person(self, whom: str) -> Json:
        return {"accountId": self._found_person(whom, "query", "accountId")}
