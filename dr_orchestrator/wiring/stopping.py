"""Stops runs, wherever they are driven: asked to, waited for, and swept where nobody drives them any more."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Sequence

from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.app import App

LOOK_EVERY_S = 0.5
_GONE = "its process is gone, and its copies were taken down by `dro abort`"


def stop_runs(here: App, runs: Sequence[str], wait_s: float, asked: Callable[[str], None] = lambda _: None) -> None:
    """Ask the processes of runs to stop, and wait so long for their ends; one that nobody drives is swept here.

    `asked` is told each run whose process lives. One that is closed already is left as it is.
    """
    still = [each for each in runs if _open(here, each)]
    for each in still:
        here.ledger.leases.ask_to_abort(each, f"{getpass.getuser()}@{socket.gethostname()}")
        if sweeping.alive(here, each):
            asked(each)
    give_up = here.machine.monotonic() + wait_s
    while (living := [each for each in still if sweeping.alive(here, each)]) and here.machine.monotonic() < give_up:
        here.machine.sleep(LOOK_EVERY_S)
    for each in still:
        if each not in living and _open(here, each):
            sweeping.sweep_run(here, here.ledger.queries.run(each), _GONE)


def _open(here: App, run: str) -> bool:
    return here.ledger.queries.run(run).closing is None
