"""Brings messages by a process of its own: what that logs is kept nowhere, and one that hangs is ended."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress

from dr_orchestrator.domain.notices.policy import MARK
from dr_orchestrator.domain.notices.ports import Doubtful, Refused
from dr_orchestrator.domain.notices.text import Message, refuse_unmarked

WITHIN_S = 25.0
"""Real seconds that a message may take: Apprise's own limits are four to connect and four to read, a target."""

_STARTS_S = 30.0
_CHILD = "dr_orchestrator.notify.child"


class ApprisePost:
    """One process of Apprise, made with the first message and anew after one that it did not answer."""

    def __init__(self, within_s: float = WITHIN_S) -> None:
        self._within_s = within_s
        self._child: subprocess.Popen[bytes] | None = None
        self._read = b""

    def close(self) -> None:
        """End the process."""
        child, self._child, self._read = self._child, None, b""
        if child is None:
            return
        with suppress(OSError):
            child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Send it once; `Refused` where it surely did not arrive, `Doubtful` where nobody knows."""
        refuse_unmarked(said)
        asked = {"url": url, "title": said.title, "body": said.body, "urgent": urgent, "mark": MARK}
        new = self._child is None
        child = self._child or self._started()
        try:
            assert child.stdin is not None  # noqa: S101 - it was made with one
            child.stdin.write(json.dumps(asked).encode() + b"\n")
            child.stdin.flush()
        except OSError:
            self.close()
            raise Doubtful("the process that sends ended on the way") from None
        line = self._answer(child, self._within_s + (_STARTS_S if new else 0.0))
        if line is None:
            self.close()
            raise Doubtful(f"no answer within {self._within_s:.0f} s, or the process that sends ended")
        told = json.loads(line)
        if told["state"] == "refused":
            raise Refused(told["why"])
        if told["state"] != "sent":
            raise Doubtful(told["why"])

    def _started(self) -> subprocess.Popen[bytes]:
        asked = [sys.executable, "-m", _CHILD]
        try:
            # In a session of its own: whoever interrupts us does not interrupt what is being sent.
            self._child = subprocess.Popen(
                asked,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as wrong:
            raise Refused(f"the process that sends cannot be started: {wrong.strerror}") from None
        return self._child

    def _answer(self, child: subprocess.Popen[bytes], within_s: float) -> bytes | None:
        assert child.stdout is not None  # noqa: S101 - it was made with one
        ends = time.monotonic() + within_s
        while b"\n" not in self._read:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                return None
            got = os.read(child.stdout.fileno(), 65536)
            if not got:
                return None
            self._read += got
        line, self._read = self._read.split(b"\n", 1)
        return line
