"""A pair of MariaDB servers: semi-synchronous replication, in which an acknowledgement waits for the other's log."""

from __future__ import annotations

import contextlib

import pymysql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import pair
from dr_orchestrator.lab.mariadb import following
from dr_orchestrator.lab.mariadb.following import LOG
from dr_orchestrator.lab.mariadb.server import Position, Server
from dr_orchestrator.waiting.mysql import Stoppable

_NEVER_MS = 86_400_000
"""Milliseconds after which a primary would go on without its standby: none that a drill lives to see."""


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
            connection.execute(f"SET GLOBAL rpl_semi_sync_slave_enabled = {synchronous}")
        following.begin(standby, primary, at)
        if not self.asynchronous:
            with primary.connect() as connection:
                connection.execute(f"SET GLOBAL rpl_semi_sync_master_timeout = {_NEVER_MS}")
                connection.execute("SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC'")
                connection.execute("SET GLOBAL rpl_semi_sync_master_enabled = ON")
                following.wait(lambda: _listens(connection), "the primary waits for no standby")

    def _prepare(self, primary: Server) -> None:
        """Copy its files, for which nothing may be written meanwhile."""
        self._image = primary.image(self._next().folder)

    def _deafen(self, standby: Server) -> None:
        following.deafen(standby)

    def _promote(self, standby: Server) -> None:
        following.end(standby)


def _listens(connection: Stoppable) -> bool:
    """Whether a standby acknowledges what a primary writes."""
    row = connection.execute("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'").fetchone()
    return row is not None and int(row[1]) > 0
