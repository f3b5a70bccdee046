"""Tells people directly when a run or an exercise begins and ends; a drill waits for none of it, and fails by none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dr_orchestrator.errors import DroError, without_secrets

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

log = logging.getLogger(__name__)

PATIENCE_S, ONE_S = 45.0, 30.0
"""Real seconds that a process whose drills are over waits for its messages; and that one of them may take."""

_STEP_S = 0.2


@dataclass
class _Round:
    """A round beside a drill: `anew` where something came about since its last look, `stop` where it ends with
    the message on its way.
    """

    thread: threading.Thread | None = None
    anew: bool = False
    stop: threading.Event = field(default_factory=threading.Event)


_rounds: dict[int, _Round] = {}
_starting = threading.Lock()


def soon(here: App) -> None:
    """Raise what is new now, and send it beside whatever goes on; nothing is waited for, and no error gets out."""
    try:
        if not here.notices.channels:
            return
        with _starting:
            of = _rounds.setdefault(id(here), _Round())
            of.anew = True
            if of.thread is None:
                thread = threading.Thread(target=_beside, args=(here, of), daemon=True)
                thread.start()
                of.thread = thread
    except Exception as wrong:  # noqa: BLE001 - a drill goes on without a message
        _told(wrong)


def now(here: App) -> None:
    """Raise and send what is new, as the last thing that a process does: for a while, and no error gets out.

    Nothing is done in the drill's own thread: whatever hangs, be it the ledger, it waits no longer. Whoever is
    told to leave at once waits for nobody: the next sync tells it.
    """
    try:
        if here.stop_now.is_set() or not here.notices.channels:
            return
        ends = time.monotonic() + PATIENCE_S
        with _starting:
            before = _rounds.pop(id(here), _Round())
        before.stop.set()
        last = _Round()
        last.thread = threading.Thread(target=_last, args=(here, before, last, ends), daemon=True)
        last.thread.start()
        _waited(here, last.thread, ends)
        last.stop.set()
        if last.thread.is_alive():
            log.warning("notices were not all looked at or sent in time; `dro notices sync` goes on")
    except Exception as wrong:  # noqa: BLE001 - what it ends with is the drill's business
        _told(wrong)


def _waited(here: App, thread: threading.Thread, ends: float) -> None:
    while thread.is_alive() and not here.stop_now.is_set() and (left := ends - time.monotonic()) > 0:
        thread.join(min(left, _STEP_S))


def _beside(here: App, of: _Round) -> None:
    """Look and send for as long as something came about meanwhile."""
    while True:
        with _starting:
            if not of.anew or of.stop.is_set():
                of.thread = None
                return
            of.anew = False
        _send(here, lambda: not of.stop.is_set())


def _last(here: App, before: _Round, of: _Round, ends: float) -> None:
    """Look and send once more, after the message that is on its way: two at once would take each other's time."""
    if (thread := before.thread) is not None:
        thread.join()
    if not of.stop.is_set():
        _send(here, lambda: not of.stop.is_set() and time.monotonic() + ONE_S <= ends)


def _send(here: App, go_on: Callable[[], bool]) -> None:
    """Raise, and send for as long as it may go on; the rest is the next sync's."""
    from dr_orchestrator.wiring.notices import delivering, raising  # noqa: PLC0415 - only where somebody is told

    try:
        raising.look(here)
        done = delivering.deliver(here, lambda: go_on() and not here.stop_now.is_set())
    except Exception as wrong:  # noqa: BLE001 - in a thread of its own nobody would see it
        _told(wrong)
        return
    for name, why in (*done.left.items(), *done.stale.items()):
        log.warning("message %s was not sent: %s", name, why)


def _told(wrong: Exception) -> None:
    why = wrong.message if isinstance(wrong, DroError) else without_secrets(f"{type(wrong).__name__}: {wrong}")
    log.warning("notices were not sent: %s; `dro notices sync` goes on where this ended", why)
