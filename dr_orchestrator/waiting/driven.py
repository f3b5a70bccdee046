"""Connections by drivers that block, of engines that come as extras: each can be given up while it waits.

What goes wrong is told by one error whichever the driver is, so that nothing but the connection itself needs it.
"""

from __future__ import annotations

import contextlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

from dr_orchestrator.waiting.aside import Aside, Late, aside
from dr_orchestrator.waiting.mysql import Rows
from dr_orchestrator.waiting.stops import leaving

CANCEL_S = 1.0
"""Real seconds that a server is given to take back what it was asked."""

GONE, CUT = -1, -2
"""The numbers of what no server says: the connection ended; its time was over, and it is as good as before."""


class EngineError(Exception):
    """An error as a server tells it, by its number and its words; by GONE or CUT where it told nothing."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(code, words)
        self.code, self.words = code, words

    def __str__(self) -> str:
        return self.words


class Driven(ABC):
    """A connection whose statement is taken back, and which is closed, where its answer is waited for no more."""

    def __init__(self, what: str, answer_s: float, quote: Callable[[str], str]) -> None:
        self.what, self.answer_s, self.quote = what, answer_s, quote
        self.closed = False
        self.speech: Any = None
        self.judged: dict[str, Any] = {}
        """The server's word on statements before they were performed, once for each."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, addresses: Sequence[str], seconds: float) -> None:
        """Connect to the first address that answers, within so many real seconds each."""
        failed = EngineError(GONE, "it has no address")
        for address in addresses:
            within = leaving.at_most(seconds)
            reach = partial(self._reach, address, max(within, 0.001))
            try:
                aside(reach, what=self.what, within=within, give_up=self._drop, late=lambda _: self._drop())
            except Late:
                failed = EngineError(GONE, f"no answer within {within:.0f} s")
            except EngineError as error:
                if error.code != GONE:
                    self.close()
                    raise
                failed = error
            else:
                return
        self.close()
        raise failed

    def execute(self, statement: str, given: Sequence[Any] | None = None) -> Rows:
        """Say a statement, and take its whole answer."""
        if self.closed:
            raise EngineError(GONE, "the connection is closed")
        within = leaving.at_most(self.answer_s)
        ask = partial(self._ask, statement, given)
        try:
            return aside(ask, what=self.what, within=within if within < math.inf else None, give_up=self._give_up)
        except Late:
            raise EngineError(GONE, f"no answer within {within:.0f} s") from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Within: one transaction, which is undone where something is raised."""
        self.begin()
        try:
            yield
        except BaseException:
            if not self.closed:
                with contextlib.suppress(EngineError):
                    self.undo()
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """End it, at once: what was begun is undone by the server."""
        self.closed = True
        self._drop()

    @abstractmethod
    def begin(self) -> None:
        """Begin a transaction."""

    @abstractmethod
    def undo(self) -> None:
        """Undo whatever was begun; nothing where nothing was."""

    @abstractmethod
    def bound(self, seconds: float) -> None:
        """Let what is asked take so many real seconds, each; then it is taken back, as CUT."""

    @abstractmethod
    def _reach(self, address: str, seconds: float) -> None:
        """Connect and log in."""

    @abstractmethod
    def _ask(self, statement: str, given: Sequence[Any] | None) -> Rows:
        """Say it, and wait."""

    @abstractmethod
    def _cancel(self) -> None:
        """Take back what was asked."""

    @abstractmethod
    def _drop(self) -> None:
        """Close what leads to the server, in whichever state it is."""

    def _give_up(self) -> None:
        cancelling = Aside(self._cancel)
        cancelling.done.wait(leaving.at_most(CANCEL_S))
        self.close()
