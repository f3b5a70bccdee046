"""The stopping of an aborted game day, aside; and how far each of its drills is with it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rich.text import Text

from dr_orchestrator.cli.console import panes
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.cli.console.telling import plain
from dr_orchestrator.errors import DroError

Stop = Callable[[str, Callable[[str], None]], None]


class Stopping:
    """Stops what runs, in a daemon thread: each process was asked before any is waited for, so that leaving is safe."""

    def __init__(self, stop: Stop, told: Callable[[], None]) -> None:
        self._stop, self._told = stop, told
        self._thread: threading.Thread | None = None
        self.asked: list[str] = []
        self.wrong = ""

    @property
    def under_way(self) -> bool:
        """Whether it is at it."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, reason: str) -> None:
        """Stop all, or go on with that; once at a time."""
        if not self.under_way:
            self.wrong = ""
            self._thread = threading.Thread(target=self._work, args=(reason,), name="game-day-stopping", daemon=True)
            self._thread.start()

    def _work(self, reason: str) -> None:
        try:
            self._stop(reason, self._asked)
        except DroError as wrong:
            self.wrong = f"{wrong.message} → {wrong.hint}"
        except Exception as defect:  # noqa: BLE001 - a thread that dies would keep its words to itself
            self.wrong = f"this is a defect of dro: {defect!r}"
        self._told()

    def _asked(self, run: str) -> None:
        self.asked.append(run)
        self._told()


def told_of_stopping(seen: Seen, of: Stopping) -> Text:
    """Each drill with its state, its verdict and whether it is CLEAN; and what is left to do."""
    shown = [panes.drills(seen)] if seen.standing.drills else [Text("No drill was started from it.")]
    for each in seen.standing.open_drills:
        told = "its process was asked to stop, and cleans up" if each.run in of.asked else "is being stopped"
        shown.append(Text(f"run {plain(each.run)}: {told}", "yellow"))
    if of.wrong:
        shown.append(Text(f"NOT STOPPED: {plain(of.wrong)}; the key a tries it again", "bold red"))
    elif of.under_way or seen.standing.open_drills:
        shown.append(Text("Leaving is safe: what was asked to stop does; a, or `dro game-day abort`, goes on with it."))
    else:
        shown.append(Text("All that was started from it has ended."))
    return Text("\n").join(shown)
