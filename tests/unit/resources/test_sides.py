"""What is not alike in two regions is looked at again, until it is, it stays as it is, or the time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.sides import DIFFERENT, LOST, MOVING, STRANGE, UNKNOWN, Compared, Settled
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.resources import sides
from dr_orchestrator.resources.sides import Pair, settled
from tests.support.fakes import FakeClock

CHECK = SameInBoth("same", "Config", timedelta(seconds=30))


def pair(here: object, there: object) -> Pair:
    return Pair(here, there, here == there)  # type: ignore[arg-type]


def seen(*pairs: Pair) -> Callable[[], Pair]:
    """One look after the other; the last one stays."""
    left = list(pairs)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("pairs", "how"),
    [
        ([pair("a", None)], LOST),
        ([pair(None, "a")], STRANGE),
        ([pair("a", "b")], DIFFERENT),
        ([pair("a", "b"), pair("c", "d"), pair("e", "f"), pair("g", "h")], MOVING),
        ([Pair("a", "b", None)], UNKNOWN),
        ([pair("a", "b"), pair("b", "b")], ""),
        ([pair("a", None), pair(None, None)], ""),
        ([pair("a", "z"), pair("b", "a")], ""),
        ([pair("z", "a"), pair("a", "b")], ""),
        ([pair("a", "z"), pair("b", "z"), pair("c", "z")], MOVING),
    ],
)
def test_what_becomes_of_one(pairs: Iterable[Pair], how: str) -> None:
    """Alike at last, or following what the other side was, is alike; what moved and never was, nobody knows."""
    found = settled({"key": seen(*pairs)}, FakeClock(), CHECK.within)
    assert found.again == 1
    assert (found.alike, found.named.get(how, ["key"])) == (0 if how else 1, ["key"])


def test_it_looks_for_as_long_as_it_is_told() -> None:
    """Every ten seconds, and a last time when the time is over."""
    clock, looks = FakeClock(), list[float]()

    def look() -> Pair:
        looks.append(clock.monotonic())
        return pair("a", None)

    settled({"key": look}, clock, timedelta(seconds=25))
    assert [each - looks[0] for each in looks] == [0, 10, 20, 25]


def test_of_too_many_the_rest_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks a million times: that is told, and inconclusive."""
    monkeypatch.setattr(sides, "MOST_AGAIN", 2)
    found = settled({str(each): seen(pair("a", "a")) for each in range(5)}, FakeClock(), CHECK.within)
    assert (found.again, found.alike, found.named[UNKNOWN]) == (2, 2, ["2", "3", "4"])
    assert Compared("item", "", 5, 5, 0, found).result(CHECK).outcome is Outcome.INCONCLUSIVE


def test_two_that_hold_nothing_prove_nothing() -> None:
    """Empty on either side: never green by that."""
    result = Compared("item", "by digest", 0, 0, 0, Settled()).result(CHECK)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "there is nothing in either region" in result.observed


def test_what_is_told_is_no_more_than_people_read() -> None:
    """Five by name, how many more there are, and a hundred with the result."""
    names = [f"key {each:03}" for each in range(120)]
    result = Compared("item", "", 120, 0, 0, Settled(120, 0, {LOST: names})).result(CHECK)
    assert "120 items are in the lost region alone: key 000, key 001, key 002, key 003, key 004 and 115 more" in (
        result.observed
    )
    told = result.figures["both_sides"]
    assert (told["lost_count"], len(told["lost"])) == (120, 100)
