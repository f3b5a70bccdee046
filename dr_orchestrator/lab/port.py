"""A loopback port of the lab that leads whoever connects on to a server."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod

_BLOCK = 65536


class Port(ABC):
    """A port that is listened on in a server's place, until it is closed; `called` names its threads."""

    def __init__(self, host: str, called: str) -> None:
        self._called = called
        self._listening = socket.create_server((host, 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._serve, name=called, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        with contextlib.suppress(OSError):  # who waits in accept() is woken by this, and not by closing alone
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    @abstractmethod
    def _lead(self, outside: socket.socket) -> None:
        """Lead one who has connected on, and let go of the connection."""

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                outside, _ = self._listening.accept()
                threading.Thread(target=self._lead, args=(outside,), name=self._called, daemon=True).start()

    def _join(self, outside: socket.socket, inside: socket.socket) -> None:
        """Hand on what either side says, until both say no more."""
        back = threading.Thread(target=_carry, args=(inside, outside), name=self._called, daemon=True)
        back.start()
        _carry(outside, inside)
        back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Hand on all that one side says, and then that it says no more."""
    with contextlib.suppress(OSError):
        while said := source.recv(_BLOCK):
            target.sendall(said)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
