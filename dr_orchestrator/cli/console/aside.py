"""The console's threads: one reads what others add, one writes what is done here; the screen waits for neither.

Both are daemons: whoever leaves leaves at once, though the ledger be silent.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from dr_orchestrator.cli.console.forms import Draft
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.errors import DroError, UsageError
from dr_orchestrator.ledger.engine import Unanswered

AGAIN_S = 5.0
"""Real seconds before what the ledger did not take for ten minutes is tried anew."""

GRACE_S = 2.0
"""Real seconds that whoever leaves gives to what is just being written."""

LOOK_EVERY_S = 1.0


Told = Callable[[Draft, DroError | None], None]


class Writer:
    """Writes drafts in their order, each once: what the ledger may have taken is looked for before it is tried anew."""

    def __init__(self, perform: Callable[[Draft], object], told: Told) -> None:
        self._perform, self._told = perform, told
        self._drafts: queue.SimpleQueue[Draft | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self.pending: list[Draft] = []
        self._thread = threading.Thread(target=self._work, name="game-day-writer", daemon=True)
        self._thread.start()

    def put(self, draft: Draft) -> None:
        """Write it, after what was put before."""
        self.pending.append(draft)
        self._drafts.put(draft)

    def leave(self) -> None:
        """End, once what was put is written; what the ledger does not take in a moment stays pending."""
        self._drafts.put(None)
        self._thread.join(GRACE_S)
        self._over.set()

    def _work(self) -> None:
        while (draft := self._drafts.get()) is not None and not self._over.is_set():
            refused = self._written(draft)
            if self._over.is_set() and refused is not None:
                return
            self.pending.remove(draft)
            self._told(draft, refused)

    def _written(self, draft: Draft) -> DroError | None:
        while True:
            try:
                self._perform(draft)
            except Unanswered as silent:
                if self._over.wait(AGAIN_S):
                    return silent
            except DroError as refused:
                return refused
            except Exception as defect:  # noqa: BLE001 - a thread that dies would keep its words to itself
                return UsageError(f"this is a defect of dro: {defect!r}", "what was typed is kept; please report it")
            else:
                return None


class Follower:
    """Looks at the ledger every second, and at once when it is asked to; `told` gets what was seen, or why nothing."""

    def __init__(self, look: Callable[[], Seen], told: Callable[[Seen | None, str], None]) -> None:
        self._look, self._told = look, told
        self._asked, self._over = threading.Event(), False
        threading.Thread(target=self._work, name="game-day-follower", daemon=True).start()

    def ask(self) -> None:
        """Look now."""
        self._asked.set()

    def leave(self) -> None:
        """Look no more."""
        self._over = True
        self._asked.set()

    def _work(self) -> None:
        while not self._over:
            self._asked.clear()
            try:
                seen = self._look()
            except DroError as silent:
                self._tell(None, silent.message)
            except Exception as defect:  # noqa: BLE001 - likewise
                self._tell(None, f"this is a defect of dro: {defect!r}")
            else:
                self._tell(seen, "")
            self._asked.wait(LOOK_EVERY_S)

    def _tell(self, seen: Seen | None, why: str) -> None:
        if not self._over:
            self._told(seen, why)
