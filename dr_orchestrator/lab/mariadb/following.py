"""MariaDB servers that follow another by its binary log, as standbys and read replicas do."""

from __future__ import annotations

import time
from collections.abc import Callable

import pymysql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.mariadb.server import ADMIN, START_TIMEOUT, Position, Server
from dr_orchestrator.lab.programs import HOST
from dr_orchestrator.waiting.mysql import Stoppable

LOG = "binlog"
"""The binary log of each that follows, in its own folder: it begins another than that of what it follows."""

# The columns of SHOW SLAVE STATUS: the place in the primary's log up to which was heard, and up to which was done.
_HEARD, _DONE, _LISTENING, _BEHIND = (5, 6), (9, 21), 10, 32


def begin(server: Server, primary: Server, at: Position) -> None:
    """Have a server, which runs, follow another from a place in its log on, and only read; returns once it listens."""
    with server.connect() as connection:
        connection.execute("SET GLOBAL read_only = ON")
        connection.execute(
            "CHANGE MASTER TO MASTER_HOST = %s, MASTER_PORT = %s, MASTER_USER = %s, MASTER_PASSWORD = %s, "
            "MASTER_LOG_FILE = %s, MASTER_LOG_POS = %s, MASTER_USE_GTID = no, MASTER_CONNECT_RETRY = 1",
            (HOST, primary.port, ADMIN, primary.password, at.file, at.offset),
        )
        connection.execute("START SLAVE")
        wait(lambda: _told(connection, _LISTENING) == ("Yes",), "the standby does not follow")


def end(server: Server) -> None:
    """Have it do what it has heard, and serve by itself."""
    with server.connect() as connection:
        connection.execute("STOP SLAVE IO_THREAD")
        wait(lambda: _told(connection, *_HEARD) == _told(connection, *_DONE), "the standby does not catch up")
        connection.execute("STOP SLAVE")
        connection.execute("RESET SLAVE ALL")
        connection.execute("SET GLOBAL read_only = OFF")


def deafen(server: Server) -> None:
    """Have it hear nothing more of what it follows, though it goes on serving what it has."""
    with server.connect() as connection:
        connection.execute("STOP SLAVE IO_THREAD")


def behind(server: Server) -> int | None:
    """How many real seconds it is behind; None where it hears nothing, or does not answer."""
    try:
        with server.connect() as connection:
            told = _told(connection, _BEHIND)
    except pymysql.Error:
        return None
    return int(told[0]) if told and told[0].isdecimal() else None


def wait(done: Callable[[], bool], otherwise: str) -> None:
    """Wait until something is done; LabError where it never is."""
    deadline = time.monotonic() + START_TIMEOUT
    while not done():
        if time.monotonic() > deadline:
            raise LabError(otherwise)
        time.sleep(0.02)


def _told(connection: Stoppable, *columns: int) -> tuple[str, ...]:
    """The words of a server on its following, in some columns."""
    row = connection.execute("SHOW SLAVE STATUS").fetchone()
    return tuple(str(row[column]) for column in columns) if row else ()
