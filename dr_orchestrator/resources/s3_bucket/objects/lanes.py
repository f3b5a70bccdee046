"""Does something with each of many things, some at a time, and holds no more of them than that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.aside import all_aside

T = TypeVar("T")
LANES = 20
"""How many at once: as many as S3's clients have connections."""


class Lanes(Generic[T]):
    """Lanes side by side, each of which takes the next thing when it is through with its last one."""

    def __init__(self, things: Iterator[T], act: Callable[[T], None], what: str) -> None:
        self._things, self._act, self._what = things, act, what
        self._reading, self._over = threading.Lock(), threading.Event()
        self._first: BaseException | None = None

    def run(self) -> None:
        """Take all of them; where one fails, or somebody stops it, none is begun any more, and what failed first is
        told: the others were given up for it.
        """
        try:
            all_aside([self._lane] * LANES, at_once=LANES, what=self._what)
        except NotMeasured:
            if self._first is None:
                raise
            raise self._first from None
        finally:
            self._over.set()

    def raise_if_over(self) -> None:
        """Raise where this was given up: what goes on by then changes nothing more."""
        if self._over.is_set():
            raise NotMeasured(f"{self._what}: given up")

    def _lane(self) -> None:
        try:
            while (thing := self._next()) is not None:
                self._act(thing)
        except BaseException as fault:
            with self._reading:
                self._first = self._first or fault
            self._over.set()
            raise

    def _next(self) -> T | None:
        with self._reading:
            return None if self._over.is_set() else next(self._things, None)
