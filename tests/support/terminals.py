"""A program in a real pseudo terminal of 80 columns and 24 lines: what it draws, keys pressed, signals sent."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

PATIENCE_S = 120.0


class Terminal:
    """A process in a terminal of its own."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(env), start_new_session=True
        )
        os.close(theirs)
        self.drawn = ""

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    def until(self, what: Callable[[], bool]) -> None:
        """Read what it draws until that is so."""
        give_up = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < give_up, self.drawn[-3000:]
            assert self._read() or what(), self.drawn[-3000:]

    def shows(self, text: str) -> None:
        """Read until it has drawn a text."""
        self.until(lambda: text in self.drawn)

    def send(self, number: signal.Signals) -> int:
        """Send a signal to it, and wait for its end."""
        self._process.send_signal(number)
        return self.ended()

    def hang_up(self) -> int:
        """Close the terminal, and wait for its end."""
        self._process.send_signal(signal.SIGHUP)
        os.close(self._ours)
        self._ours = -1
        return self._process.wait(PATIENCE_S)

    def vanish(self) -> int:
        """Close the terminal without a word, and wait for the end of what ran in it."""
        os.close(self._ours)
        self._ours = -1
        return self._process.wait(PATIENCE_S)

    def ended(self) -> int:
        """Read until it ends, and tell how."""
        give_up = time.monotonic() + PATIENCE_S
        while self._read():
            assert time.monotonic() < give_up, self.drawn[-3000:]
        return self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it, if it lives."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._ours >= 0:
            os.close(self._ours)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 0.1)[0]:
            return self._process.poll() is None
        try:
            found = os.read(self._ours, 65536)
        except OSError:  # it has ended, and all is read
            return False
        self.drawn += found.decode(errors="replace")
        return bool(found)


@contextmanager
def terminal(command: Sequence[str], env: Mapping[str, str]) -> Iterator[Terminal]:
    """Within: a process in a terminal, that does not outlive it."""
    made = Terminal(command, env)
    try:
        yield made
    finally:
        made.close()
