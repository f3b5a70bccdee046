"""The database servers that a dead lab left: found by their locks, ended by their command lines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

_LOCKS = ("*/*/postmaster.pid", "mariadb/*/*/mariadbd.pid")
_SERVERS = ("postgres", "mariadbd")


def end_orphans(root: Path) -> list[int]:
    """End the servers that a dead lab left under `root`; only those whose command line names their data directory."""
    ended = []
    for lock in (lock for pattern in _LOCKS for lock in root.glob(pattern)):
        first = lock.read_text().split("\n", 1)[0].strip()
        if first.isdigit() and _serves(int(first), lock.parent):
            _end(int(first), lock.parent)
            ended.append(int(first))
    return ended


def _end(pid: int, folder: Path) -> None:
    deadline = time.monotonic() + 10
    # It may end by itself between a look and a signal.
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)  # one that is being copied stands still
        os.kill(pid, signal.SIGQUIT)
        while _serves(pid, folder):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def _serves(pid: int, folder: Path) -> bool:
    words = command_line(pid)
    ours = any(server in word for word in words[:1] for server in _SERVERS)
    return ours and any(word.removeprefix("--datadir=") == str(folder) for word in words)


def command_line(pid: int) -> list[str]:
    """The words of a process's command; empty where there is no such process, or it has ended."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return [word for word in proc.read_bytes().decode(errors="replace").split("\0") if word]
        except (FileNotFoundError, ProcessLookupError):
            return []
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return shown.stdout.split()
