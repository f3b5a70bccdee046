"""Tells people directly when a run or an exercise begins and ends; a drill waits for none of it, and fails by none."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from dr_orchestrator.errors import DroError, without_secrets

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

log = logging.getLogger(__name__)

PATIENCE_S, ONE_S = 45.0, 30.0
"""Real seconds that a process whose drills are over waits for its messages; and that one of them may take."""

_sending: dict[int, threading.Thread] = {}
_starting = threading.Lock()


def soon(here: App) -> None:
    """Raise what is new now, and send it beside whatever goes on; nothing is waited for, and no error gets out."""
    try:
        if not here.notices.channels:
            return
        with _starting:
            thread = _sending.get(id(here))
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=_send, args=(here, time.monotonic() + 3600), daemon=True)
                _sending[id(here)] = thread
                thread.start()
    except Exception as wrong:  # noqa: BLE001 - a drill goes on without a message
        _told(wrong)


def now(here: App) -> None:
    """Raise and send what is new, as the last thing that a process does: for a while, and no error gets out.

    Whoever is told to leave at once waits for nobody: the next sync tells it.
    """
    try:
        if here.stop_now.is_set() or not here.notices.channels:
            return
        ends = time.monotonic() + PATIENCE_S
        thread = _sending.pop(id(here), None)
        if thread is not None:
            thread.join(PATIENCE_S)
        _send(here, ends)
    except Exception as wrong:  # noqa: BLE001 - what it ends with is the drill's business
        _told(wrong)


def _send(here: App, ends: float) -> None:
    """Raise, and send for as long as another message would be over in time; the rest is the next sync's."""
    from dr_orchestrator.wiring.notices import delivering, raising  # noqa: PLC0415 - only where somebody is told

    try:
        raising.look(here)
        done = delivering.deliver(here, lambda: time.monotonic() + ONE_S <= ends and not here.stop_now.is_set())
    except Exception as wrong:  # noqa: BLE001 - in a thread of its own nobody would see it
        _told(wrong)
        return
    for name, why in done.left.items():
        log.warning("message %s was not sent: %s", name, why)


def _told(wrong: Exception) -> None:
    why = wrong.message if isinstance(wrong, DroError) else without_secrets(f"{type(wrong).__name__}: {wrong}")
    log.warning("notices were not sent: %s; `dro notices sync` goes on where this ended", why)
