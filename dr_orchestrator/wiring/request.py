"""The request beside a drill's name: flows are given the drill's name alone, in whatever thread they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.run import Run


@dataclass(frozen=True)
class Request:
    """The request of whoever starts a drill: runs take the `selection` instead of their drill's own, belong to the
    `exercise`, go on with the run that is `resumed`, have the id `run` where one is given, and stop once
    they are opened where `unwanted` says why; an exercise is `anew`,
    though one of the quarter is under way.
    """

    selection: Selection | None = None
    exercise: str = ""
    resumed: Run | None = None
    run: str = ""
    unwanted: Callable[[], str] | None = None
    anew: bool = False


_request: ContextVar[Request] = ContextVar("request", default=Request())  # noqa: B039 # it is frozen


def request() -> Request:
    """The request in whose scope this runs."""
    return _request.get()


@contextmanager
def asking(**changes: Any) -> Iterator[None]:
    """While inside, this is asked for besides what was."""
    token = _request.set(replace(_request.get(), **changes))
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def as_part_of(exercise: str) -> Iterator[None]:
    """While inside, runs belong to an exercise."""
    with asking(exercise=exercise):
        yield


@contextmanager
def choosing(selection: Selection | None) -> Iterator[None]:
    """While inside, runs take this recovery point, not the one that their drill declares; None changes nothing."""
    with asking(selection=selection):
        yield


@contextmanager
def anew(wanted: bool = True) -> Iterator[None]:
    """While inside, an exercise that is opened is one of its own, though one of the quarter is under way."""
    with asking(anew=wanted):
        yield
