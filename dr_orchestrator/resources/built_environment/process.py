"""The processes of programs that went on when their dro died: noted in the ledger, and ended before anything else."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from dr_orchestrator.errors import NotMeasured

_NOTE = re.compile(r"program (?P<group>\d+) on (?P<host>\S+), started (?P<started>\S+)")
_WITHIN_S, _LOOK_S = 10.0, 0.02
"""Real seconds within which what is killed is gone, and between two looks."""


def noted(group: int) -> str:
    """How a process is told apart from any other, on any machine; empty where the machine does not tell that."""
    started = _started(group)
    return f"program {group} on {socket.gethostname()}, started {started}" if started else ""


def end(notes: Iterable[str]) -> list[int]:
    """End what is still there of those that run on this machine, with their groups; NotMeasured where one stays."""
    found = [note for note in map(_NOTE.fullmatch, notes) if note and note["host"] == socket.gethostname()]
    alive = [int(note["group"]) for note in found if _started(int(note["group"])) == note["started"]]
    for group in alive:
        _kill(group)
    return alive


def _kill(group: int) -> None:
    ends = time.monotonic() + _WITHIN_S
    while time.monotonic() < ends:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
        if not _started(group):
            return
        time.sleep(_LOOK_S)
    raise NotMeasured(f"process {group}, which an earlier process of this run started, does not end", "end it by hand")


def _started(process: int) -> str:
    """The start of a process that lives, in ticks since which boot; empty where it is gone, or nobody tells."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
    except (OSError, UnicodeError):
        return ""
    return "" if fields[0] in "ZX" else f"{fields[19]}@{boot}"
