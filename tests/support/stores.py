"""Stores that answer checks without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured


class Tables:
    """A table in memory; asked for anything else than its items, it crashes."""

    def __init__(self, items: list[dict[str, Any]], error: Exception | None = None) -> None:
        self.items, self.error, self.asked = items, error, [{}][:0]

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        assert operation == "GetItem"
        self._note(parameters)
        key = parameters["Key"]
        found = [item for item in self.items if all(item.get(name) == value for name, value in key.items())]
        return {"Item": found[0]} if found else {}

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert (operation, key) == ("Scan", "Items")
        self._note(parameters)
        yield from self.items

    def _note(self, parameters: dict[str, Any]) -> None:
        self.asked.append(parameters)
        if self.error is not None:
            raise self.error


def no_login(_: Copy) -> Any:
    raise NotMeasured("no such database")
