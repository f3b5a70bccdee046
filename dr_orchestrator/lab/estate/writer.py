"""Fills the sample company's databases with the rows of its past, and goes on writing canaries and new rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg
from psycopg import sql

from dr_orchestrator.lab.estate.company import HEARTBEAT, HISTORY, MARK, CompanyDatabase
from dr_orchestrator.lab.live import LiveDatabase
from dr_orchestrator.lab.postgres.plane import Plane

_BEATS = sql.SQL(
    "INSERT INTO {table} SELECT number, number, at FROM generate_series(%s::timestamptz, %s::timestamptz, '1 minute') "
    "AS at, LATERAL floor(extract(epoch FROM at)) AS number ON CONFLICT DO NOTHING"
).format(table=sql.Identifier(HEARTBEAT))
_MINUTE = timedelta(minutes=1)


class Writer:
    """The company's databases: made and filled in the background from the moment that this is made."""

    def __init__(self, plane: Plane, start: datetime, databases: Sequence[CompanyDatabase]) -> None:
        self._plane = plane
        self._company = databases
        self._start = start
        self._rows = 10_000
        self._connections: dict[str, psycopg.Connection] = {}
        self.passwords = {database.name: secrets.token_urlsafe(18) for database in databases}
        self.databases: dict[str, LiveDatabase] = {
            each.name: plane.create(each.instance, each.name, each.user, self.passwords[each.name], to_be_filled=True)
            for each in databases
        }
        self._pool = ThreadPoolExecutor(len(databases), thread_name_prefix="lab-writer")
        self._filled = [self._pool.submit(self._fill, each) for each in databases]

    def catch_up(self, now: datetime) -> None:
        """Write what fell due while the databases were filled; only then can a base backup hold the whole past."""
        for filled in self._filled:
            filled.result()
        list(self._pool.map(lambda each: self._catch_up(each, now), self._company))
        self._pool.shutdown()

    def beat(self, now: datetime, defect: Callable[[str], None]) -> None:
        """Write one canary and a row into each database."""
        self._rows += 1
        for database in self._company:
            if not self.databases[database.name].serving:
                continue
            try:
                connection = self._connection(database)
                with connection.transaction():
                    connection.execute(_BEATS, (now, now))
                    connection.execute(MARK)
                    connection.execute(database.tables[-1].add(), (now, self._rows))
            except psycopg.Error as wrong:
                self._connections.pop(database.name, None)
                defect(f"the writer of {database.instance}: {wrong}")

    def stop(self) -> None:
        """Close its connections."""
        for connection in self._connections.values():
            connection.close()

    def _fill(self, database: CompanyDatabase) -> None:
        self.databases[database.name].wait()
        connection = self._connection(database)
        with connection.transaction():
            connection.execute(
                sql.SQL(
                    "CREATE TABLE {} (id bigint PRIMARY KEY, sequence bigint NOT NULL, at timestamptz NOT NULL)"
                ).format(sql.Identifier(HEARTBEAT))
            )
            connection.execute(_BEATS, (self._start - HISTORY, self._start))
            connection.execute(MARK)
            for table in database.tables:
                connection.execute(table.create())
                connection.execute(table.fill(), (self._start,))

    def _catch_up(self, database: CompanyDatabase, now: datetime) -> None:
        self._connection(database).execute(_BEATS, (self._start + _MINUTE, now))
        self._connection(database).execute(MARK)
        self._plane.seeded(database.instance, database.ages, MARK)

    def _connection(self, database: CompanyDatabase) -> psycopg.Connection:
        connection = self._connections.get(database.name)
        if connection is None:
            cluster = self.databases[database.name].cluster
            if cluster is None:
                raise psycopg.OperationalError(f"there is no database behind {database.instance}")
            connection = self._connections[database.name] = cluster.connect(database.name)
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(database.user)))
        return connection
