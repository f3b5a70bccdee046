"""Ends a program whose dro is no more: a process beside both, which hears of that as a pipe of ours closes.

A process that is killed ends nothing by itself, and what it started goes on unseen.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OVER = "over"
"""The word that the program has ended: whatever closes the pipe without it, was no end."""

_CODE = f"""
import os, signal, sys, time
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_IGN)
group = sys.stdin.readline().strip()
if group and sys.stdin.readline().strip() != {OVER!r}:
    for number, within in ((signal.SIGTERM, float(sys.argv[1])), (signal.SIGKILL, 0.0)):
        ends = time.monotonic() + within
        try:
            os.killpg(int(group), number)
            while time.monotonic() < ends:
                time.sleep(0.05)
                os.killpg(int(group), 0)
        except OSError:
            break
"""


@contextmanager
def watching(grace: float) -> Iterator[Callable[[int], None]]:
    """Within: what is told of a process group, by its id, ends with this process, by request and `grace` seconds later
    at once; OSError where nobody can watch.
    """
    watcher = subprocess.Popen(
        (sys.executable, "-I", "-S", "-c", _CODE, str(grace)),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
        text=True,
    )
    pipe = watcher.stdin
    if pipe is None:
        raise OSError("nothing tells the watcher of a program")

    def tell(word: object) -> None:
        with contextlib.suppress(BrokenPipeError, ValueError):
            print(word, file=pipe, flush=True)

    try:
        yield tell
    finally:
        tell(OVER)
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
        watcher.wait()
