"""The stop of a process, and who or what asked for it: `stopped on request` is said only where somebody did."""

from __future__ import annotations

import signal
import threading

CANCELLED = "stopped on request: its flow run was cancelled in Prefect"
UNTOLD = "stopped"
BY_SIGNAL = {
    signal.SIGINT: "stopped on request: Ctrl-C (SIGINT)",
    signal.SIGTERM: "its process was told to end (SIGTERM)",
    signal.SIGHUP: "its terminal, or the process that had started it, went away (SIGHUP)",
}


class Stop(threading.Event):
    """Set when all that a process drives is to stop; `why` are the words of whoever, or whatever, was the first to."""

    def __init__(self) -> None:
        super().__init__()
        self.why = UNTOLD

    def set(self, why: str = UNTOLD) -> None:
        """Stop, for that reason unless there is one already."""
        if not self.is_set():
            self.why = why
        super().set()


def by_signal(number: int) -> str:
    """The words for a signal that stopped a process."""
    known = signal.Signals(number)
    return BY_SIGNAL.get(known, f"its process was stopped by {known.name}")


def words_of(stopped: BaseException) -> str:
    """The words for an exception that is none of the program's: an interrupt, an exit, or an engine's own signal.

    Whoever raises it, or lets it pass, and knows more has said so in it, or in a note to it.
    """
    if noted := getattr(stopped, "__notes__", ()):
        return str(noted[0])
    if number := getattr(stopped, "signal", 0):
        return by_signal(number)
    if isinstance(stopped, KeyboardInterrupt):
        return str(stopped) or by_signal(signal.SIGINT)
    return str(stopped) or f"its process was broken off ({type(stopped).__name__})"
