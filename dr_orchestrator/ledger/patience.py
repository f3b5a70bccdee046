"""Waits for a database that is locked, restarted or gone for a while: a fact that could not be written is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from dr_orchestrator.ledger.engine import LedgerDefect, Unanswered, waiting

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE_S = 600.0
"""Real seconds for which a fact is kept; a drill that waits for longer would only go on blindly."""

SHORTEST_S, LONGEST_S = 0.2, 5.0


def retry_transient(ask: Callable[[], T]) -> T:
    """Ask until the database answers; Unanswered where it has not for ten minutes."""
    with waiting():
        return _answered(ask)


def _answered(ask: Callable[[], T]) -> T:
    began, pause = time.monotonic(), SHORTEST_S
    while True:
        try:
            answer = ask()
        except Unanswered as silent:
            if time.monotonic() - began > PATIENCE_S:
                raise
            if pause == SHORTEST_S:
                log.warning("%s; what is to be written is kept, and tried again", silent.message)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_S)
        else:
            if pause > SHORTEST_S:
                log.warning("the ledger answers again, after %.0f s", time.monotonic() - began)
            return answer


def write_patiently(write: Callable[[], None]) -> None:
    """Write until the database answers. One that took a fact and died before it said so refuses it the second time."""
    tries = 0

    def once() -> None:
        nonlocal tries
        tries += 1
        try:
            write()
        except LedgerDefect:
            if tries == 1:
                raise

    retry_transient(once)
