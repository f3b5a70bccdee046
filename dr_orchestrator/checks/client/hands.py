"""The writing hands of a client, in each engine's words: a table of its own, and one number a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import psycopg
import pymysql
from psycopg import sql
from sqlalchemy.engine import URL

from dr_orchestrator.checks import speech
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.engines import Engine
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting import mysql, postgres

CONNECT_S = 2
ANSWER_S = 1.0
"""Real seconds within which a server has to let the client in, and to answer a write: else it is out of service."""

READ_S = 60.0
_READ_ONLY = (1290, 1792, 1836)
"""How MySQL and MariaDB tell that a server, or a transaction, only reads."""


class Hand(Protocol):
    """The words of one engine; a connection commits each statement by itself."""

    error: type[Exception]
    """The errors of its driver."""

    def connect(self, login: Login, what: str, answer_s: float) -> Any:
        """Connect; each answer must come within so many real seconds."""

    def refuses(self, error: Exception) -> bool:
        """Whether an error is the server's own answer that it did not write: then nothing is in doubt."""

    def create(self, connection: Any, table: str) -> None:
        """Make the client's table, unless this run made it."""

    def look(self, connection: Any, table: str) -> None:
        """Raise an error of its driver unless a table is there that can hold a client's numbers; nothing is made."""

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one number; when this returns, it was acknowledged."""

    def read(self, connection: Any, table: str, client: int) -> Iterable[int]:
        """Every number of a client that is there, as often as it is."""


class PostgresHand:
    """PostgreSQL's."""

    error: type[Exception] = psycopg.Error

    def connect(self, login: Login, what: str, answer_s: float) -> Any:
        """Connect."""
        return postgres.connect(
            what=what,
            answer_s=answer_s,
            **login.parameters,
            connect_timeout=CONNECT_S,
            options=f"-c statement_timeout={int(answer_s * 1000)} -c timezone=UTC",
            application_name="dr-orchestrator client",
            autocommit=True,
        )

    def refuses(self, error: Exception) -> bool:
        """Whether it told that it only reads: a standby, or a reader."""
        return isinstance(error, psycopg.errors.ReadOnlySqlTransaction)

    def create(self, connection: Any, table: str) -> None:
        """Make the table."""
        text = "CREATE TABLE IF NOT EXISTS {} (client bigint NOT NULL, number bigint NOT NULL)"
        connection.execute(sql.SQL(text).format(sql.Identifier(table)))

    def look(self, connection: Any, table: str) -> None:
        """Look for it."""
        connection.execute(sql.SQL("SELECT client, number FROM {} WHERE false").format(sql.Identifier(table)))

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one."""
        text = sql.SQL("INSERT INTO {} (client, number) VALUES (%s, %s)").format(sql.Identifier(table))
        connection.execute(text, (client, number))

    def read(self, connection: Any, table: str, client: int) -> Iterable[int]:
        """Read them."""
        text = sql.SQL("SELECT number FROM {} WHERE client = %s").format(sql.Identifier(table))
        return [int(row[0]) for row in connection.execute(text, (client,)).fetchall()]


class MySQLHand:
    """Those of MySQL and MariaDB, which say the same."""

    error: type[Exception] = pymysql.Error

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def connect(self, login: Login, what: str, answer_s: float) -> Any:
        """Connect."""
        url, tls = URL.create(self._engine.dialect, **login.parts), mysql.Tls.of(login.tls, login.ca)
        made = mysql.connect(url, what=what, connect_s=CONNECT_S, answer_s=answer_s, tls=tls, addresses=login.addresses)
        made.speech = speech.of(login.engine)
        made.execute("SET SESSION autocommit = 1")
        return made

    def refuses(self, error: Exception) -> bool:
        """Whether it told that it only reads: a standby, or a reader."""
        return bool(error.args) and error.args[0] in _READ_ONLY

    def create(self, connection: Any, table: str) -> None:
        """Make the table; where a server wants each to have a key, the number of the row is one."""
        name = connection.quote(table)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {name} (id bigint AUTO_INCREMENT PRIMARY KEY, client bigint NOT NULL, "
            "number bigint NOT NULL) ENGINE = InnoDB"
        )

    def look(self, connection: Any, table: str) -> None:
        """Look for it."""
        connection.execute(f"SELECT client, number FROM {connection.quote(table)} WHERE 1 = 0")  # noqa: S608

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one."""
        name = connection.quote(table)
        connection.execute(f"INSERT INTO {name} (client, number) VALUES (%s, %s)", (client, number))  # noqa: S608

    def read(self, connection: Any, table: str, client: int) -> Iterable[int]:
        """Read them."""
        name = connection.quote(table)
        rows = connection.execute(f"SELECT number FROM {name} WHERE client = %s", (client,))  # noqa: S608
        return [int(row[0]) for row in rows.fetchall()]


_HANDS: dict[str, Hand] = {
    engines.POSTGRES.word: PostgresHand(),
    engines.MYSQL.word: MySQLHand(engines.MYSQL),
    engines.AURORA_MYSQL.word: MySQLHand(engines.AURORA_MYSQL),
    engines.MARIADB.word: MySQLHand(engines.MARIADB),
}


def of(engine: str) -> Hand:
    """The hand for an engine, by RDS's word for it; NotMeasured where no client writes to it yet."""
    known = engines.spoken(engine)
    if known.word not in _HANDS:
        raise NotMeasured(f"no client writes to {known.name} while it fails over, yet", "drill it by a restore")
    return _HANDS[known.word]
