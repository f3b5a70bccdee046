"""A table is read for a comparison page by page, each with a patience of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Transient
from dr_orchestrator.resources.dynamodb_table.sides import TableSides
from tests.support.fakes import FakeClock

LOST = Resource("carts", "dynamodb-table", "carts-prod", "us-east-1")
THERE = Resource("carts", "dynamodb-table", "carts-prod", "eu-central-1")
CHECK = SameInBoth("same", "Carts", timedelta())


class Pages:
    """A table of three pages, whose second is throttled when it is first asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def named(self, *_: str, **given: Any) -> Mapping[str, Any]:
        return {"TableName": given["TableName"], "KeySchema": [{"AttributeName": "pk"}]}

    def call(self, operation: str, **given: Any) -> Mapping[str, Any]:
        assert operation == "Scan"
        number = int(given.get("ExclusiveStartKey", {"pk": {"N": "0"}})["pk"]["N"])
        self.asked.append(number)
        if number == 1 and self.asked.count(1) == 1:
            raise Transient("slow down", call="dynamodb:Scan")
        more = {"LastEvaluatedKey": {"pk": {"N": str(number + 1)}}} if number < 2 else {}
        return {"Items": [{"pk": {"N": str(number)}}], **more}


def patiently(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Transient:
        return ask()


def test_a_throttled_page_alone_is_read_again() -> None:
    """Two tables that are read strongly consistent cost their teams capacity: nothing of them is read twice."""
    apis = {"us-east-1": Pages(), "eu-central-1": Pages()}
    toolkit: Any = SimpleNamespace(
        clock=FakeClock(),
        patiently=patiently,
        account_at=lambda place: SimpleNamespace(api=lambda _service: apis[place.region]),
    )
    result = TableSides(LOST, THERE, toolkit).compare(CHECK).result(CHECK)
    assert result.outcome is Outcome.PASSED
    assert result.figures["both_sides"]["here"] == 3
    assert [each.asked for each in apis.values()] == [[0, 1, 1, 2]] * 2
