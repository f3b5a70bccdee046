"""The switch before a pair of servers: the port that an endpoint names, and the server that it leads to now."""

from __future__ import annotations

import contextlib
import socket
import threading

from dr_orchestrator.lab.port import Port
from dr_orchestrator.lab.programs import HOST

_CONNECT_S = 2.0


class Switch(Port):
    """A loopback port that leads to one server's, to another one's, or to none: then whoever comes is sent away."""

    def __init__(self) -> None:
        self._target = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(HOST, "lab-switch")

    def lead(self, port: int) -> None:
        """From now on lead to a server's port."""
        with self._lock:
            self._target = port

    def cut(self) -> None:
        """End all that is under way at once, and lead nowhere."""
        with self._lock:
            self._target, cut = 0, list(self._open)
        for each in cut:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more."""
        self.cut()
        super().close()

    def _lead(self, outside: socket.socket) -> None:
        with outside, contextlib.suppress(OSError):
            with self._lock:
                target = self._target
            if not target:
                return
            with socket.create_connection((HOST, target), _CONNECT_S) as inside:
                inside.settimeout(None)
                for each in (outside, inside):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if not self._begun(target, outside, inside):
                    return
                try:
                    self._join(outside, inside)
                finally:
                    with self._lock:
                        self._open -= {outside, inside}

    def _begun(self, target: int, *ends: socket.socket) -> bool:
        """Whether it still leads there, so that the connection counts among those that a cut ends."""
        with self._lock:
            if self._target != target:
                return False
            self._open |= set(ends)
            return True
