"""Keeps the silences of copies while drills run; a drill waits for none of it, and fails by none.

Each round looks into the ledger for what was made and what is gone. The thread dies with its process: each silence then
ends by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dr_orchestrator.errors import DroError, without_secrets
from dr_orchestrator.waiting.stops import TICK_S

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

log = logging.getLogger(__name__)

EVERY_S, AGAIN_S = 10.0, 60.0
"""Real seconds from one round to the next: usually, and after one that left something."""

PATIENCE_S, ONE_S = 25.0, 22.0
"""Real seconds that a process whose drills are over waits for its last round; and that one silence may take."""

_keepers: dict[int, Keeper] = {}
_starting = threading.Lock()


class Keeper:
    """The thread of one world; it keeps silences for as long as somebody is within."""

    def __init__(self, here: App) -> None:
        self._here, self._over, self.within = here, threading.Event(), 0
        self._told: set[str] = set()
        self.thread = threading.Thread(target=self._keep, name="silences", daemon=True)

    def end(self) -> None:
        """Have one last round performed, for which is waited a while; whoever leaves at once waits for nobody."""
        self._over.set()
        _join(self._here, self.thread)

    def _keep(self) -> None:
        over = False
        while not over:
            left = self.round(3600.0)
            over = self._over.wait(AGAIN_S if left else EVERY_S)
        self.round(PATIENCE_S)

    def round(self, within_s: float) -> bool:
        """One round; whether it left anything. Each reason is told once."""
        from dr_orchestrator.wiring.silences.syncing import sync  # noqa: PLC0415 - only where silences are made

        ends = time.monotonic() + within_s
        try:
            left = sync(self._here, lambda: time.monotonic() + ONE_S <= ends and not self._here.stop_now.is_set()).left
        except Exception as wrong:  # noqa: BLE001 - a drill goes on without a silence
            self._tell(f"alerts on copies are not silenced: {_why(wrong)}")
            return True
        for name, why in left.items():
            self._tell(f"alerts on {name} are not silenced as they should be: {why}")
        return bool(left)

    def _tell(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            log.warning("%s; `dro silences sync` tries again", words)


@contextmanager
def kept(here: App) -> Iterator[None]:
    """While inside, silences are kept; at the end of the last who was inside there is a last round."""
    keeper = _entered(here)
    try:
        yield
    finally:
        if keeper is not None:
            _left(here, keeper)


def now(here: App) -> None:
    """One round, for a while at most; no error gets out."""
    try:
        if here.stop_now.is_set() or not here.silencing.declared:
            return
        thread = threading.Thread(target=Keeper(here).round, args=(PATIENCE_S,), name="silences", daemon=True)
        thread.start()
        _join(here, thread)
    except Exception as wrong:  # noqa: BLE001 - what was done is not undone by a silence
        log.warning("alerts on copies are not silenced: %s", _why(wrong))


def _join(here: App, thread: threading.Thread) -> None:
    """Wait for a round, for a while; whoever leaves at once, even meanwhile, waits no more."""
    ends = time.monotonic() + PATIENCE_S
    while thread.is_alive() and not here.stop_now.is_set() and (left := ends - time.monotonic()) > 0:
        thread.join(min(left, TICK_S))


def _entered(here: App) -> Keeper | None:
    try:
        if not here.silencing.declared:
            return None
        with _starting:
            keeper = _keepers.get(id(here))
            if keeper is None:
                keeper = _keepers[id(here)] = Keeper(here)
                keeper.thread.start()
            keeper.within += 1
            return keeper
    except Exception as wrong:  # noqa: BLE001 - a drill goes on without silences
        log.warning("alerts on copies are not silenced: %s", _why(wrong))
        return None


def _left(here: App, keeper: Keeper) -> None:
    with _starting:
        keeper.within -= 1
        if keeper.within:
            return
        _keepers.pop(id(here), None)
    keeper.end()


def _why(wrong: Exception) -> str:
    return wrong.message if isinstance(wrong, DroError) else without_secrets(f"{type(wrong).__name__}: {wrong}")
