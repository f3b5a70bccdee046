"""Performs the deep checks of a drill, each on connections of its own to what was proven to be the copy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.deep import answers, counts, integrity, reading
from dr_orchestrator.checks.deep.command import running
from dr_orchestrator.checks.deep.command.running import Way
from dr_orchestrator.checks.deep.engine import Engine
from dr_orchestrator.checks.deep.mysql import MySQL
from dr_orchestrator.checks.deep.oracle import Oracle
from dr_orchestrator.checks.deep.postgres import PostgreSQL
from dr_orchestrator.checks.deep.sqlserver import SQLServer
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import AnswersWithin, Command, Counts, Deep, Files, Integrity, SameObjects, WholeRead
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured

_SPOKEN: dict[str, Engine] = {
    engines.POSTGRES.word: PostgreSQL(),
    engines.MYSQL.word: MySQL(),
    engines.AURORA_MYSQL.word: MySQL(),
    engines.MARIADB.word: MySQL(),
    engines.SQL_SERVER.word: SQLServer(),
    engines.ORACLE.word: Oracle(),
}


def engine_of(word: str) -> Engine:
    """The engine by RDS's word for it."""
    return _SPOKEN[engines.spoken(word).word]


def _no_source() -> Login:
    raise NotMeasured("nothing says how to reach the source")


def _no_login(copy: Copy) -> Login:
    raise NotMeasured(f"{copy.id} is no database that could be asked")


class DeepChecks:
    """Performs deep checks on a copy; `login`, `source` and `prove` are as those of the checks by SQL.

    `way` tells a program of the team's own how to reach the copy, `home` is where it is run.
    """

    def __init__(
        self,
        clock: Clock,
        home: Path,
        login: Callable[[Copy], Login] = _no_login,
        source: Callable[[], Login] = _no_source,
        prove: Callable[[Copy, Any], None] = lambda *_: None,
        way: Callable[[Copy], Way] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self._clock, self._home, self._engine = clock, home, engine
        self._login, self._source, self._prove = login, source, prove
        self._way = way or self._to_database

    def perform(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str] = ()
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one, under no name that is `taken`."""
        if isinstance(check, Command):
            return running.perform(check, copy, self._way(copy), self._home, taken)
        clock, connect = self._clock, partial(self._copy, copy)
        engine = self._engine or engine_of(self._login(copy).engine)
        production = partial(self._production, engine)
        match check:
            case WholeRead():
                seed = _seed(copy) if check.seed is None else check.seed
                return [reading.perform(check, engine, connect, clock, seed, f"every block of {copy.id}")]
            case Integrity():
                return [integrity.perform(check, engine, connect, production, clock)]
            case AnswersWithin():
                return [answers.perform(check, engine, connect, production, clock)]
            case Counts():
                return [counts.perform(check, engine, connect, production, clock, _instant(points))]
            case SameObjects():
                raise NotMeasured(f"{copy.id} is a database, and holds no objects")
            case Files():
                raise NotMeasured(f"{copy.id} is a database, and holds no files that could be asked for")

    def _copy(self, copy: Copy) -> AbstractContextManager[Any]:
        return asking(self._login(copy), f"SQL on {copy.id}", first=partial(self._prove, copy))

    def _production(self, engine: Engine) -> AbstractContextManager[Any]:
        return asking(self._source(), "SQL on the source", first=engine.careful)

    def _to_database(self, copy: Copy) -> Way:
        """The way to what has proven, on a connection of its own, to be the copy."""
        login = self._login(copy)
        with asking(login, f"SQL on {copy.id}", first=partial(self._prove, copy)):
            return running.of_login(login)


def _seed(copy: Copy) -> int:
    """A seed that the run's id gives: told with the result, so that anybody can draw the same blocks again."""
    return int.from_bytes(hashlib.sha256(copy.run.encode()).digest()[:4], "big")


def _instant(points: Sequence[RecoveryPoint]) -> datetime | None:
    """The instant that a copy was restored to, by its recovery point."""
    return max((point.data_time for point in points), default=None)
