"""The speech of each database engine: who asks a database knows which it is, and no check does."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.checks.speech.mysql import AuroraMySQL, MariaDB, MySQL
from dr_orchestrator.checks.speech.oracle import Oracle
from dr_orchestrator.checks.speech.postgres import PostgreSQL
from dr_orchestrator.checks.speech.protocol import Speech
from dr_orchestrator.checks.speech.sqlserver import SQLServer
from dr_orchestrator.domain import engines

_SPOKEN: dict[str, Speech] = {
    engines.POSTGRES.word: PostgreSQL(),
    engines.MYSQL.word: MySQL(),
    engines.AURORA_MYSQL.word: AuroraMySQL(),
    engines.MARIADB.word: MariaDB(),
    engines.SQL_SERVER.word: SQLServer(),
    engines.ORACLE.word: Oracle(),
}


def of(engine: str) -> Speech:
    """The speech of an engine, by RDS's word for it; NotMeasured where nothing here speaks to it."""
    return _SPOKEN[engines.spoken(engine).word]


def spoken_on(connection: Any) -> Speech:
    """The speech of a connection: its own where it was made by one that says so, else PostgreSQL's."""
    return getattr(connection, "speech", None) or _SPOKEN[engines.POSTGRES.word]
