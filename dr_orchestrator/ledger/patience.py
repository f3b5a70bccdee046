"""Waits for a database that is locked, restarted or gone for a while: a fact that could not be written is kept.

A run that is stopped meanwhile does not wait on: its facts are kept, and are in the ledger before the next one is, or
before anything of it is read.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from dr_orchestrator.errors import Aborted
from dr_orchestrator.ledger.engine import LedgerDefect, Unanswered, waiting
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.told import waiting_for

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE_S = 600.0
"""Real seconds for which a fact is kept; a drill that waits for longer would only go on blindly."""

SHORTEST_S, LONGEST_S = 0.2, 5.0


class Kept(deque[Callable[[], None]]):
    """The facts of a run that are to be written, in their order: by one of its threads at a time.

    Its copies of the context share them: two that wrote side by side would each take the other's fact for its own,
    and drop one that nobody wrote.
    """

    def __init__(self) -> None:
        super().__init__()
        self.writing = threading.RLock()


_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """While inside, a stop ends each wait for the ledger: what was to be written is kept until the next write, or read.

    What could not be read raises the stop.
    """
    token = _kept.set(Kept())
    try:
        yield
    finally:
        _kept.reset(token)


def retry_transient(ask: Callable[[], T]) -> T:
    """Ask until the database answers; Unanswered where it has not for ten minutes."""
    with waiting():
        _write_what_was_kept()
        return _answered(ask)


def write_patiently(write: Callable[[], None], is_written: Callable[[], bool] = lambda: False) -> None:
    """Write until the database answers; one that took a fact and died before it said so is not given it twice.

    `is_written` tells whether the very fact is there, and is asked before each try but the first.
    """
    tries = 0

    def once() -> None:
        nonlocal tries
        tries += 1
        if tries == 1 or not is_written():
            write()

    kept = _kept.get()
    if kept is None:
        with waiting():
            _answered(once)
        return
    kept.append(once)
    try:
        with suppress(Aborted), waiting():  # what it tells at its end is written after what was kept
            _write_what_was_kept()
    except Unanswered:
        with suppress(ValueError):  # it is written, and what was told after it is not
            kept.remove(once)  # whoever writes it is told; what was kept before stays so
        raise


def _write_what_was_kept() -> None:
    kept = _kept.get()
    if kept is None:
        return
    with kept.writing:
        while kept:
            try:
                _answered(kept[0])
            except LedgerDefect:
                kept.popleft()
                raise
            kept.popleft()


def _answered(ask: Callable[[], T]) -> T:
    began, pause = time.monotonic(), SHORTEST_S
    with ExitStack() as told:
        while True:
            try:
                answer = ask()
            except Unanswered as silent:
                if stops.leaving or time.monotonic() - began > PATIENCE_S:
                    raise
                if pause == SHORTEST_S:
                    log.warning("%s; what is to be written is kept, and tried again", silent.message)
                    told.enter_context(waiting_for(f"the ledger ({silent.reason})"))
                stops.sleep(pause)
                pause = min(pause * 2, LONGEST_S)
            else:
                if pause > SHORTEST_S:
                    log.warning("the ledger answers again, after %.0f s", time.monotonic() - began)
                return answer
