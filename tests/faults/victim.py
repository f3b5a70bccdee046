"""A process that runs a drill and is killed at its nth write to the ledger: `... victim DRILL N before|after`."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from dr_orchestrator import prefect_runner
from dr_orchestrator.ledger.ledger import SqlLedger

WRITES = (
    *("open_run", "record_event", "start_step", "finish_step", "record_point", "intend_copy", "change_copy"),
    *("record_check", "close_run"),
)
"""Every write that happens a fixed number of times; how often states are observed depends on the machine."""


def fatal(write: Callable[..., Any], counted: list[str], at: int, when: str) -> Callable[..., Any]:
    @functools.wraps(write)
    def wrapped(*given: Any, **named: Any) -> Any:
        counted.append(write.__name__)
        mine = len(counted) == at
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = write(*given, **named)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main(drill: str, at: int, when: str) -> None:
    counted: list[str] = []
    for name in WRITES:
        setattr(SqlLedger, name, fatal(getattr(SqlLedger, name), counted, at, when))
    prefect_runner.run_drill(drill)
    sys.stdout.write(f"{len(counted)}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
