"""Settings of live objects: each look by itself, words that are the same where the settings are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dr_orchestrator.aws.parity import words
from dr_orchestrator.aws.parity.reading import Live, Look, facts
from dr_orchestrator.domain.parity import Unread
from dr_orchestrator.errors import Aborted, NotMeasured, Transient


def at_once(ask: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    return ask()


def failing(error: Exception) -> Callable[[Live], Mapping[str, str]]:
    def read(_live: Live) -> Mapping[str, str]:
        raise error

    return read


TAGS = Look(("tags",), lambda live: {"tags": f"of {live.name}"})
ACCOUNT: Any = None


def test_a_look_that_fails_leaves_the_others_standing() -> None:
    """Each of its settings has the reason, with what is to be done about it."""
    denied = Look(("stream", "replicas"), failing(NotMeasured("denied", "allow it", "dynamodb:DescribeTable")))
    found = facts([denied, TAGS], ACCOUNT, "orders", at_once)
    unread = Unread("dynamodb:DescribeTable: denied; allow it")
    assert found == {"stream": unread, "replicas": unread, "tags": "of orders"}


def test_once_nobody_answers_nothing_more_is_asked() -> None:
    """A copy is not kept standing for the sake of the record."""
    asked: list[str] = []

    def listening(live: Live) -> Mapping[str, str]:
        asked.append(live.name)
        return {"alarms": "none"}

    silent = Look(("stream",), failing(Transient("no answer")))
    found = facts([TAGS, silent, Look(("alarms",), listening)], ACCOUNT, "orders", at_once)
    assert found == {"tags": "of orders", "stream": Unread("no answer"), "alarms": Unread("no answer")}
    assert asked == []


def test_the_object_itself_is_described_once_for_all_looks() -> None:
    """Several settings are told by one call, or need what it tells; a description that failed is asked for anew."""
    asked: list[str] = []

    def described(live: Live) -> str:
        asked.append(live.name)
        if len(asked) == 1:
            raise NotMeasured("denied")
        return f"all of {live.name}"

    looks = [Look((each,), lambda live, of=each: {of: live.once(described)}) for each in ("a", "b", "c")]  # type: ignore[misc]
    found = facts(looks, ACCOUNT, "orders", at_once)
    assert found == {"a": Unread("denied"), "b": "all of orders", "c": "all of orders"}
    assert asked == ["orders", "orders"]


def test_an_answer_that_is_none_stops_nothing() -> None:
    """AWS is there: the next look may be answered."""
    strange = Transient("no answer of AWS's")
    strange.answered = True
    found = facts([Look(("stream",), failing(strange)), TAGS], ACCOUNT, "orders", at_once)
    assert found == {"stream": Unread("no answer of AWS's"), "tags": "of orders"}


def test_whoever_stops_the_drill_stops_it_here_too() -> None:
    """A stop is no reason why a setting could not be read."""
    with pytest.raises(Aborted):
        facts([Look(("stream",), failing(Aborted("stopped")))], ACCOUNT, "orders", at_once)


def test_the_order_in_which_aws_tells_does_not_matter() -> None:
    """Two lists of the same are the same."""
    assert words.listed(["b", "a"]) == words.listed(["a", "b"]) == "a, b"
    assert words.listed([]) == "none"


def test_tags_of_aws_and_of_drills_are_not_the_owners() -> None:
    """Who made a copy, and which stack it is of, is no setting of its source."""
    worn = {"aws:cloudformation:stack-name": "shop", "dr-drill:run": "1", "cost": "42"}
    assert words.tags({"Key": key, "Value": value} for key, value in worn.items()) == "cost=42"


def test_a_policy_is_the_same_whatever_its_resource_is_called() -> None:
    """Its own name stands for any; another statement makes another of it."""
    one, other = (f'{{"Statement": [{{"Resource": "arn:aws:s3:::{name}/*"}}]}}' for name in ("images", "dro-1-images"))
    assert words.policy(one, "images") == words.policy(other, "dro-1-images")
    assert words.policy(one, "images") != words.policy(one.replace("/*", "/a"), "images")
    assert words.policy("", "images") == "none"


@pytest.mark.parametrize("text", ["7", "[]", "no JSON"])
def test_a_policy_that_is_none_is_still_told(text: str) -> None:
    """By its digest: what AWS tells is no reason to end a drill."""
    assert words.policy(text, "images").startswith("1 statement, ")


def test_a_long_value_is_told_by_its_beginning_and_its_digest() -> None:
    """Two that begin alike are still told apart."""
    one, other = "a" * 400, "a" * 399 + "b"
    assert len(words.shortened(one)) <= words.LONGEST
    assert words.shortened(one) != words.shortened(other)
    assert words.shortened("short") == "short"
