"""Fills a company's databases with the rows of its past, and goes on writing canaries and new rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Protocol

import psycopg
import pymysql

from dr_orchestrator.lab.estate import speech
from dr_orchestrator.lab.estate.company import HISTORY, CompanyDatabase
from dr_orchestrator.lab.live import LiveDatabase

_MINUTE = timedelta(minutes=1)
_FAULTS = (psycopg.Error, pymysql.Error)


class Filled(Protocol):
    """The part of a plane that a writer needs."""

    def create(self, key: str, name: str, user: str, password: str, *, to_be_filled: bool) -> LiveDatabase:
        """A new database, that is backed up once it is filled."""

    def seeded(self, key: str, until: datetime, younger: Callable[[datetime], Sequence[str]]) -> None:
        """Back its history up for the first time; `younger` tells the statements that make it one of before `until`."""

    def beaten(self, key: str) -> None:
        """Note that its writer has just written into it: that instant can be restored."""

    def follow(self, key: str, source: str) -> LiveDatabase:
        """A new database that follows another, and only reads."""


class Writer:
    """The company's databases: made and filled in the background from the moment that this is made."""

    def __init__(self, plane: Callable[[str], Filled], start: datetime, databases: Sequence[CompanyDatabase]) -> None:
        self._company = databases
        self._start = start
        self._rows = 10_000
        self._connections: dict[str, Any] = {}
        self.passwords = {each.id: secrets.token_urlsafe(18) for each in databases}
        self._planes = {each.id: plane(each.engine) for each in databases}
        self.databases: dict[str, LiveDatabase] = {
            each.id: self._planes[each.id].create(
                each.id, each.name, each.user, self.passwords[each.id], to_be_filled=True
            )
            for each in databases
        }
        self._pool = ThreadPoolExecutor(max(1, len(databases)), thread_name_prefix="lab-writer")
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
            if not self.databases[database.id].serving:
                continue
            said = speech.of(database.engine)
            try:
                connection = self._connection(database)
                with connection.transaction():
                    connection.execute(said.beats(now, now))
                    connection.execute(said.mark)
                    for table in database.tables[-1:]:
                        connection.execute(said.add(table, self._rows, now))
                self._planes[database.id].beaten(database.id)
            except _FAULTS as wrong:
                self._connections.pop(database.id, None)
                defect(f"the writer of {database.id}: {wrong}")

    def follow(self, database: str, key: str) -> LiveDatabase:
        """A database that follows one of the company's."""
        return self._planes[database].follow(key, database)

    def stop(self) -> None:
        """Close its connections."""
        for connection in self._connections.values():
            connection.close()

    def _fill(self, database: CompanyDatabase) -> None:
        self.databases[database.id].wait()
        connection, said = self._connection(database), speech.of(database.engine)
        with connection.transaction():
            connection.execute(said.heartbeat)
            connection.execute(said.beats(self._start - HISTORY, self._start))
            connection.execute(said.mark)
            for table in database.tables:
                connection.execute(said.create(table))
                connection.execute(said.fill(table, self._start))

    def _catch_up(self, database: CompanyDatabase, now: datetime) -> None:
        connection, said = self._connection(database), speech.of(database.engine)
        with connection.transaction():
            connection.execute(said.beats(self._start + _MINUTE, now))
            connection.execute(said.mark)
        self._planes[database.id].seeded(database.id, now, lambda at: [*_younger(database, at)])

    def _connection(self, database: CompanyDatabase) -> Any:
        connection = self._connections.get(database.id)
        if connection is None:
            cluster = self.databases[database.id].cluster
            if cluster is None:
                raise psycopg.OperationalError(f"there is no database behind {database.id}")
            connection = self._connections[database.id] = cluster.connect(database.name)
            if speech.of(database.engine) is speech.OF_POSTGRES:  # in MariaDB a table is nobody's
                connection.execute(f'SET ROLE "{database.user}"')
        return connection


def _younger(database: CompanyDatabase, at: datetime) -> Iterator[str]:
    """The statements by which a copy forgets what was written after an instant, and has the marker of then."""
    said = speech.of(database.engine)
    for table, column in database.ages.items():
        yield said.forget(table, column, at)
    yield said.mark
