"""Stops runs, wherever they are driven: asked to, waited for, and swept where nobody drives them any more."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Sequence
from functools import partial

from dr_orchestrator.errors import DroError
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.app import App

LOOK_EVERY_S = 0.5
_GONE = "its process is gone, and its copies were taken down by `dro abort`"


def stop_runs(here: App, runs: Sequence[str], wait_s: float, asked: Callable[[str], None] = lambda _: None) -> None:
    """Ask the processes of runs to stop, and wait so long for their ends; one that nobody drives is swept here.

    `asked` is told each run whose process lives. One that is closed already is left as it is. What goes wrong with one
    is raised once all were tried.
    """
    still, failed = ask_to_stop(here, runs, asked)
    give_up = here.machine.monotonic() + wait_s
    while (living := [each for each in still if sweeping.alive(here, each)]) and here.machine.monotonic() < give_up:
        here.machine.sleep(LOOK_EVERY_S)
    for each in still:
        if each not in living:
            failed += _tried(partial(_sweep, here, each))
    if failed:
        raise failed[0]


def ask_to_stop(
    here: App, runs: Sequence[str], asked: Callable[[str], None] = lambda _: None
) -> tuple[list[str], list[DroError]]:
    """Ask the processes of runs to stop; those that are open, and what went wrong on the way."""
    still, failed = list[str](), list[DroError]()

    def ask(run: str) -> None:
        if not _open(here, run):
            return
        still.append(run)
        here.ledger.leases.ask_to_abort(run, f"{getpass.getuser()}@{socket.gethostname()}")
        if sweeping.alive(here, run):
            asked(run)

    for each in runs:
        failed += _tried(partial(ask, each))
    return still, failed


def _tried(do: Callable[[], None]) -> list[DroError]:
    """Do it; what is wrong with one run keeps no other from being stopped."""
    try:
        do()
    except DroError as wrong:
        return [wrong]
    return []


def _sweep(here: App, run: str) -> None:
    if _open(here, run):
        sweeping.sweep_run(here, here.ledger.queries.run(run), _GONE)


def _open(here: App, run: str) -> bool:
    return here.ledger.queries.run(run).closing is None
