"""A pair of MariaDB servers: semi-synchronous replication, in which an acknowledgement waits for the other's log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pymysql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import pair
from dr_orchestrator.lab.mariadb.server import ADMIN, START_TIMEOUT, Position, Server
from dr_orchestrator.lab.programs import HOST
from dr_orchestrator.waiting.mysql import Stoppable

LOG = "binlog"
"""The binary log of each, in its own folder: a standby begins another."""

_NEVER_MS = 86_400_000
"""Milliseconds after which a primary would go on without its standby: none that a drill lives to see."""

# The columns of SHOW SLAVE STATUS: the place in the primary's log up to which was heard, and up to which was done.
_HEARD, _DONE, _LISTENING = (5, 6), (9, 21), 10


class Pair(pair.Pair[Server]):
    """Two of them."""

    _image: Position | None = None
    """Where the log of the primary stood in the copy of its files that the next standby begins with."""

    def _alone(self) -> None:
        """Nothing: what makes it wait is set while it runs, and forgotten when it ends."""

    def _let_go(self) -> None:
        with contextlib.suppress(LabError, pymysql.Error), self._primary.connect() as connection:
            connection.execute("SET GLOBAL rpl_semi_sync_master_enabled = OFF")

    def complete(self) -> None:
        """As every pair; the primary begins a log first, which it kept none of while it was alone."""
        with self.turning:
            self._primary.shut_down()
            self._primary.keep_log(LOG, 1)
            self._primary.start()
            self._prepare(self._primary)
            super().complete()

    def _follow(self, standby: Server) -> None:
        primary, synchronous = self._primary, "OFF" if self.asynchronous else "ON"
        at, self._image = self._image, None
        if at is None:
            raise LabError("there is no copy of the primary's files to begin with")
        standby.keep_log(LOG, primary.number + 1)
        standby.forget_logs(LOG)
        standby.start()
        with standby.connect() as connection:
            connection.execute("SET GLOBAL read_only = ON")
            connection.execute(f"SET GLOBAL rpl_semi_sync_slave_enabled = {synchronous}")
            connection.execute(
                "CHANGE MASTER TO MASTER_HOST = %s, MASTER_PORT = %s, MASTER_USER = %s, MASTER_PASSWORD = %s, "
                "MASTER_LOG_FILE = %s, MASTER_LOG_POS = %s, MASTER_USE_GTID = no, MASTER_CONNECT_RETRY = 1",
                (HOST, primary.port, ADMIN, primary.password, at.file, at.offset),
            )
            connection.execute("START SLAVE")
            _await(lambda: _told(connection, _LISTENING) == ("Yes",), "the standby does not follow")
        if not self.asynchronous:
            with primary.connect() as connection:
                connection.execute(f"SET GLOBAL rpl_semi_sync_master_timeout = {_NEVER_MS}")
                connection.execute("SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC'")
                connection.execute("SET GLOBAL rpl_semi_sync_master_enabled = ON")
                _await(lambda: _listens(connection), "the primary waits for no standby")

    def _prepare(self, primary: Server) -> None:
        """Copy its files, for which nothing may be written meanwhile."""
        self._image = primary.image(self._next().folder)

    def _deafen(self, standby: Server) -> None:
        with standby.connect() as connection:
            connection.execute("STOP SLAVE IO_THREAD")

    def _promote(self, standby: Server) -> None:
        with standby.connect() as connection:
            connection.execute("STOP SLAVE IO_THREAD")
            _await(lambda: _told(connection, *_HEARD) == _told(connection, *_DONE), "the standby does not catch up")
            connection.execute("STOP SLAVE")
            connection.execute("RESET SLAVE ALL")
            connection.execute("SET GLOBAL read_only = OFF")


def _told(connection: Stoppable, *columns: int) -> tuple[str, ...]:
    """The words of a standby on its following, in some columns."""
    row = connection.execute("SHOW SLAVE STATUS").fetchone()
    return tuple(str(row[column]) for column in columns) if row else ()


def _listens(connection: Stoppable) -> bool:
    """Whether a standby acknowledges what a primary writes."""
    row = connection.execute("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'").fetchone()
    return row is not None and int(row[1]) > 0


def _await(done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not done():
        if time.monotonic() > deadline:
            raise LabError(otherwise)
        time.sleep(0.02)
