"""The network between the lab's databases: a server that may not get out is started in one of its own, without a way.

It is a network namespace of Linux, which an unprivileged user may make in a user namespace; where the machine does not
let one, the lab has no network, and no copy is let try its ways. The server is reached through a socket
in its data directory, by way of a loopback port that the lab listens on in its place.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from pathlib import Path

from dr_orchestrator.lab.port import Port
from dr_orchestrator.lab.programs import Programs

ALONE = ("unshare", "--user", "--map-current-user", "--net", "--")
"""Before a command: it then runs where no network is, not even loopback."""


def playable(programs: Programs, folder: Path) -> bool:
    """Whether this machine lets a server be put where no network is."""
    try:
        done = programs.start((*ALONE, "true"), folder, folder / "network.log").wait(30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done == 0


def settings(port: int) -> tuple[str, ...]:
    """The options of a server that listens in its data directory alone, under a port's name."""
    return ("-p", str(port), "-c", "listen_addresses=", "-c", "unix_socket_directories=.")


class Door(Port):
    """A loopback port whose connections lead to the socket in a server's data directory, until it is closed."""

    def __init__(self, host: str, folder: Path) -> None:
        self._folder = folder
        super().__init__(host, "lab-door")

    def _lead(self, outside: socket.socket) -> None:
        inside = socket.socket(socket.AF_UNIX)
        with outside, inside, contextlib.suppress(OSError):
            self._enter(inside)
            self._join(outside, inside)

    def _enter(self, inside: socket.socket) -> None:
        # By the open folder: the name of a socket may have 107 bytes, and a workspace lies as deep as it likes.
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            inside.connect(f"/proc/self/fd/{folder}/.s.PGSQL.{self.port}")
        finally:
            os.close(folder)
