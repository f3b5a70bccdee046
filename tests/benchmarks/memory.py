"""The memory of the process that runs an exercise: `dro quarterly` against a lab in another process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dr_orchestrator import lab
from dr_orchestrator.settings import CHECKOUT


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dro") as folder:
        state = Path(folder) / "lab"
        info = lab.start(state, factor=240)
        try:
            environment = {
                **os.environ,
                **info.environment(),
                "DRO_HOME": str(CHECKOUT),
                "DRO_DATABASE_URL": f"sqlite:///{folder}/ledger.db",
            }
            began = time.perf_counter()
            command = [sys.executable, "-m", "dr_orchestrator", "quarterly", "--json"]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            took = time.perf_counter() - began
            peak = usage.ru_maxrss / 1024
            print(f"exit {process.returncode}, {took:.0f} s, peak memory {peak:.0f} MB (wanted: 300 MB)")  # noqa: T201
        finally:
            lab.stop(state)
