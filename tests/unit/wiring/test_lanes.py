"""Things side by side: so many at a time, all of them, in their order."""

from __future__ import annotations

import threading

import pytest

from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.wiring.estate.reading import in_lanes


def test_no_more_are_under_way_than_there_are_lanes() -> None:
    """Each lane takes the next one when it is through with its last; results come in the order of the things."""
    lock, under_way, most = threading.Lock(), [0], [0]
    both = threading.Barrier(3, timeout=10)

    def act(number: int) -> int:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        both.wait()  # three are under way at once, or none goes on
        with lock:
            under_way[0] -= 1
        return number * 2

    assert in_lanes(act, list(range(12)), 3, "counting") == [number * 2 for number in range(12)]
    assert most == [3]


def test_nothing_to_do_is_done_at_once() -> None:
    """Without a lane."""
    assert in_lanes(lambda _: 1, [], 8, "nothing") == []


def test_a_failure_ends_all() -> None:
    """None is left out in silence."""

    def act(number: int) -> int:
        if number == 2:
            raise NotMeasured("broken")
        return number

    with pytest.raises(NotMeasured, match="broken"):
        in_lanes(act, list(range(5)), 2, "counting")
