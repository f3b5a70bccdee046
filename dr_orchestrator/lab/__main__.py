"""The background process of `start`: serves a lab until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.errors import DroError
from dr_orchestrator.lab import process
from dr_orchestrator.lab.process import MARK, LabInfo, publish, sole
from dr_orchestrator.lab.running import serve
from dr_orchestrator.settings import Pace


def main(state: Path, factor: float, postgres: bool) -> None:
    """Serve the lab of `state` at `factor` lab seconds to a real one, until SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with sole(state), _told():
        _tell("loading the simulated AWS" + (", making its databases" if postgres else ""))
        origin = time.time()
        with serve(
            PacedClock(Pace(factor, origin)), postgres=postgres, estate=True, state=state, progress=_tell
        ) as lab:
            publish(state, LabInfo(lab.endpoint, factor, origin, os.getpid()))
            _tell(f"ready at {lab.endpoint}")
            ended.wait()
        (state / process.INFO).unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """Within: an error that has a message ends the process with it as the last line of the log."""
    try:
        yield
    except DroError as wrong:
        print(f"{wrong.message}: {wrong.hint}" if wrong.hint else wrong.message, flush=True)  # noqa: T201
        raise SystemExit(wrong.exit_code) from None


def _tell(line: str) -> None:
    print(f"{MARK}{line}", flush=True)  # noqa: T201 (the log that the starter reads)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "postgres")
