"""The switch before a pair of servers: the port that an endpoint names, and the server that it leads to now."""

from __future__ import annotations

import contextlib
import socket
import threading

from dr_orchestrator.lab.programs import HOST

_BLOCK = 65536
_CONNECT_S = 2.0


class Switch:
    """A loopback port that leads to one server's, to another one's, or to none: then whoever comes is sent away."""

    def __init__(self) -> None:
        self._listening = socket.create_server((HOST, 0))
        self.port = int(self._listening.getsockname()[1])
        self._target = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, name="lab-switch", daemon=True).start()

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
        with contextlib.suppress(OSError):  # who waits in accept() is woken by this, and not by closing alone
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                outside, _ = self._listening.accept()
                threading.Thread(target=self._lead, args=(outside,), name="lab-switch", daemon=True).start()

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
                    back = threading.Thread(target=_carry, args=(inside, outside), name="lab-switch", daemon=True)
                    back.start()
                    _carry(outside, inside)
                    back.join()
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


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Hand on all that one side says, and then that it says no more."""
    with contextlib.suppress(OSError):
        while said := source.recv(_BLOCK):
            target.sendall(said)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
