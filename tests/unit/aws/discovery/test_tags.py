"""Who tells the tags of many: Resource Explorer where it answers, the tagging API for what that does not tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.discovery import tags
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.errors import NotMeasured
from tests.support.fakes import FakeClock


class Told:
    """Answers by operation, an error for what it was not given; what was asked is kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, list[tuple[str, Mapping[str, Any]]]()

    def pages(self, operation: str, _key: str, **given: Any) -> Iterator[Any]:
        self.asked.append((operation, given))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    def ground(self) -> Ground:
        account = cast(Account, SimpleNamespace(region="us-east-1", api=lambda _: self))
        clock = FakeClock()
        return Ground(account, lambda _: account, clock, clock.now())


def explored(arn: str, **worn: str) -> dict[str, Any]:
    data = [{"Key": key, "Value": value} for key, value in worn.items()]
    return {"Arn": arn, "Properties": [{"Name": "other", "Data": {}}, {"Name": "tags", "Data": data}]}


def tagged(arn: str, **worn: str) -> dict[str, Any]:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in worn.items()]}


def test_an_index_that_tells_all_is_enough() -> None:
    """The tagging API is not asked; the region and the services are those that are wanted."""
    told = Told(ListResources=[explored("a", x="1"), explored("b")])
    found = tags.worn(told.ground(), ["a", "b"], {"s3", "dynamodb"})
    assert (found.of("a"), found.of("b")) == ({"x": "1"}, {})
    assert told.asked == [("ListResources", {"Filters": {"FilterString": "region:us-east-1 service:dynamodb,s3"}})]


def test_what_the_index_does_not_tell_the_tagging_api_does() -> None:
    """It is newer, and counts where both tell; what it does not name never had a tag."""
    told = Told(ListResources=[explored("a", x="old"), {"Arn": "b"}], GetResources=[tagged("a", x="new")])
    found = tags.worn(told.ground(), ["a", "b"], {"s3"})
    assert (found.of("a"), found.of("b")) == ({"x": "new"}, {})


def test_without_an_index_the_tagging_api_tells_all() -> None:
    """As in most accounts."""
    told = Told(ListResources=NotMeasured("no default view"), GetResources=[tagged("a", x="1")])
    found = tags.worn(told.ground(), ["a", "b"], {"s3"})
    assert (found.of("a"), found.of("b"), found.lacking) == ({"x": "1"}, {}, None)


def test_where_neither_answers_nobody_is_taken_to_wear_none() -> None:
    """What the index told is known all the same, and why the rest is not."""
    told = Told(ListResources=[explored("a", x="1")], GetResources=Denied("no", call="tag:GetResources"))
    found = tags.worn(told.ground(), ["a", "b"], {"s3"})
    assert (found.of("a"), found.of("b")) == ({"x": "1"}, None)
    assert found.lacking is not None
    assert found.lacking.denied
