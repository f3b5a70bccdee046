"""What is not alike in two regions is looked at again, until it is, it stays as it is, or the time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import pytest

from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.sides import DIFFERENT, LOST, MOVING, STALE, STRANGE, UNKNOWN, Compared, Settled
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
        ([pair("a", "z"), pair("b", "z"), pair("c", "z")], STALE),
        ([pair("z", "a"), pair("z", "b"), pair("z", "c")], STALE),
        ([pair("a", "z"), pair("b", "y"), pair("c", "y")], MOVING),
        ([Pair("a", "z", None), pair("b", "z")], MOVING),
        ([pair("a", None), pair("b", None)], LOST),
        ([pair(None, "a"), pair(None, "b")], STRANGE),
        ([pair(None, "z"), pair("b", None), pair("c", None)], MOVING),
        ([pair("z", None), pair(None, "b"), pair(None, "c")], MOVING),
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


@pytest.mark.parametrize(
    ("pairs", "how"),
    [
        ([pair(100, 90), pair(110, 100), pair(120, 110)], MOVING),
        ([pair(100, 90), pair(110, 90), pair(120, 90)], MOVING),
        ([pair(90, 100), pair(100, 100)], ""),
        ([pair(100, 90)], DIFFERENT),
        ([pair(100, None), pair(110, None)], LOST),
    ],
)
def test_as_many_as_before_are_not_the_same(pairs: Iterable[Pair], how: str) -> None:
    """A replica that lacks ten rows has the number of a while ago: a count is no state that anything follows."""
    found = settled({"key": seen(*pairs)}, FakeClock(), CHECK.within, counts=True)
    assert (found.alike, found.named.get(how, ["key"])) == (0 if how else 1, ["key"])


@pytest.mark.parametrize("within", [0, 1, 30])
def test_one_look_proves_no_loss(within: int) -> None:
    """However little time the check gives, and however long a round takes: what is lost was seen twice, apart."""
    clock = FakeClock()

    def look(at: list[float]) -> Pair:
        at.append(clock.monotonic())
        clock.sleep(20)
        return pair("a", None)

    of = {str(each): list[float]() for each in range(3)}
    found = settled({name: partial(look, at) for name, at in of.items()}, clock, timedelta(seconds=within))
    looks = [max(at) - min(at) for at in of.values()]
    assert min(looks) >= sides.LEAST_APART_S
    assert sorted(found.named[LOST]) == ["0", "1", "2"]


def test_what_comes_after_the_only_look_is_alike() -> None:
    """A check that gives no time takes nothing for lost that was on its way when it looked."""
    found = settled({"key": seen(pair("a", None), pair("a", "a"))}, FakeClock(), timedelta())
    assert (found.alike, found.named.get(LOST)) == (1, None)


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
