"""Opens the console in this terminal, and ends it: by its key, or by whatever ends a terminal."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dr_orchestrator.cli.output import say
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App

if TYPE_CHECKING:
    from dr_orchestrator.cli.console.app import Console

_LOOKS_S = 1.0
_ENDS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def open_console(here: App, name: str, by: str) -> None:
    """Hold the console of a game day until somebody leaves; UsageError where its library is not installed."""
    try:
        from dr_orchestrator.cli.console.app import Console
    except ModuleNotFoundError as lacking:
        if (lacking.name or "").partition(".")[0] != "textual":
            raise
        fix = "pip install 'dr_orchestrator[console]'; the verbs of `dro game-day` do all of it without"
        raise UsageError("the console needs the library textual, which is not installed", fix) from lacking
    from dr_orchestrator.cli.console.hands import Hands

    hands = Hands(here, name, by)
    console = Console(hands, hands.look())
    with _logged_to(console):
        asyncio.run(_held(console))
    with suppress(OSError):  # its terminal may be gone
        _tell(console)


async def _held(console: Console) -> None:
    """The console, which a closed terminal or a signal ends as its own key does."""
    loop = asyncio.get_running_loop()
    for each in _ENDS:
        loop.add_signal_handler(each, console.call_later, console.action_leave)
    watching = loop.create_task(_leave_without(console))
    try:
        await console.run_async(mouse=False)
    finally:
        watching.cancel()


async def _leave_without(console: Console) -> None:
    """Leave where the terminal is gone: not every one says so by a signal, and what reads from none never rests."""
    if os.isatty(0):
        while os.isatty(0):
            await asyncio.sleep(_LOOKS_S)
        console.call_later(console.action_leave)


def _tell(console: Console) -> None:
    for title, values in console.left:
        told = ", ".join(f"{key}: {value}" for key, value in values.items() if value)
        if told:
            say(f"Not written, as far as is known: {title}: {told}", err=True)
    of = console.seen
    say(f"{of.record.id}: {of.standing.phase} as you left. `dro game-day console {of.record.id}` opens it again.")


class _Notices(logging.Handler):
    """The program's warnings, in the console's own line: anything printed would tear its screen."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Show it until the next key."""
        self._console.notice = record.getMessage()


@contextmanager
def _logged_to(console: Console) -> Iterator[None]:
    root = logging.getLogger()
    before, root.handlers = root.handlers, [_Notices(console)]
    try:
        yield
    finally:
        root.handlers = before
