"""Calls made aside: their result, their error, their context, their end, and what comes after it was given up."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from functools import partial

import pytest

from dr_orchestrator.errors import Aborted
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.aside import Late, all_aside, aside
from dr_orchestrator.waiting.told import waits

WORD: ContextVar[str] = ContextVar("word")


def test_it_returns_and_raises_what_the_call_does() -> None:
    """Whoever asks sees no difference, and the call sees the context of whoever asks."""
    WORD.set("ours")
    assert aside(lambda: (WORD.get(), threading.current_thread().daemon), what="it") == ("ours", True)
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 // 0, what="it")
    assert waits() == []


def test_threads_are_used_again() -> None:
    """A call costs no thread of its own: one after the other goes to the same."""
    names = {aside(threading.get_ident, what="it") for _ in range(50)}
    assert len(names) < 5


def test_many_are_made_side_by_side_in_order() -> None:
    """So many at a time and no more; what one raises is raised."""
    under_way, most = set[int](), list[int]()
    lock = threading.Lock()

    def act(number: int) -> int:
        with lock:
            under_way.add(number)
            most.append(len(under_way))
        threading.Event().wait(0.01)
        with lock:
            under_way.remove(number)
        return number

    assert all_aside([partial(act, number) for number in range(9)], at_once=3, what="all") == list(range(9))
    assert 1 < max(most) <= 3
    with pytest.raises(ZeroDivisionError):
        all_aside([lambda: 1, lambda: 1 // 0], at_once=3, what="all")


def test_what_comes_late_is_handed_over() -> None:
    """After its time the call is given up, and a connection that it makes all the same can be closed."""
    freed, came, given_up = threading.Event(), threading.Event(), list[str]()
    results: list[str] = []

    def late(result: str) -> None:
        results.append(result)
        came.set()

    with pytest.raises(Late):
        aside(lambda: str(freed.wait()), what="it", within=0.05, give_up=lambda: given_up.append("cut"), late=late)
    assert given_up == ["cut"]
    freed.set()
    assert came.wait(10)
    assert results == ["True"]


def test_nothing_is_begun_after_a_stop() -> None:
    """Many short calls in a row look, too: none of them is made once somebody stopped the run."""
    made: list[int] = []

    def stopped() -> None:
        raise Aborted("stopped on request")

    with stops.heeding(stopped), pytest.raises(Aborted):
        aside(lambda: made.append(1), what="it")
    assert made == []


def test_a_run_that_takes_its_copies_down_heeds_no_stop() -> None:
    """What is proven and deleted is not left half done; the process knows that all its runs are that far."""

    def stopped() -> None:
        raise Aborted("stopped on request")

    assert not stops.all_taken_down()
    with stops.heeding(stopped, "r-1", "a-drill"):
        assert not stops.all_taken_down()
        assert stops.asked()
        stops.heed_no_more()
        assert stops.all_taken_down()
        assert not stops.asked()
        stops.sleep(0.01)
    assert not stops.all_taken_down()


def test_who_leaves_waits_for_little() -> None:
    """All waits together share a few seconds from then on, and as much as ever once that is over."""
    assert stops.leaving.at_most(30.0) == 30.0
    stops.leaving.begin()
    try:
        assert stops.leaving
        assert stops.leaving.at_most(30.0) <= stops.LEAVE_S
    finally:
        stops.leaving.forget()
    assert stops.leaving.at_most(30.0) == 30.0
