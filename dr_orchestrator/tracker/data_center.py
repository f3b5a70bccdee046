"""Jira Data Center: REST v2, wiki markup for texts, a search that counts from a start, users by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.domain.tickets.draft import Text
from dr_orchestrator.tracker.jira import FIELDS, Jira, Json
from dr_orchestrator.tracker.shape import Json as Shown
from dr_orchestrator.tracker.text.wiki import wiki


class JiraDataCenter(Jira):
    """A project of Jira Data Center."""

    API = "/rest/api/2"

    def _text(self, text: Text) -> Any:
        return wiki(text)

    def _search(self, jql: str) -> Iterator[Shown]:
        return self._counted(f"{self.API}/search", {"jql": jql, "fields": ",".join(FIELDS)}, "issues")

    def _person(self, whom: str) -> Json:
        return {"name": self._found_person(whom, "username", "name")}
