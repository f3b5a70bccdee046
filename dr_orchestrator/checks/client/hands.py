"""The writing hands of a client, in each engine's words: a table of its own, and one number a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import psycopg
import pymysql
from psycopg import sql
from pymysql.constants import CR
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


_PG_READS = "SELECT pg_is_in_recovery()"
_MY_READS = "SELECT @@global.read_only, @@global.innodb_read_only"
_OFF = frozenset({"0", "OFF"})

_COLUMNS = frozenset({"client", "number"})
_KEEPS = "INNODB"
"""The one engine of MySQL and MariaDB whose tables keep what was acknowledged; MyISAM, Aria and MEMORY lose it."""

_PG_KEPT = "SELECT relkind::text, relpersistence::text FROM pg_class WHERE oid = to_regclass(%s)"
_PG_KEYS = """SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND i.indpred IS NULL"""
_MY_KEPT = (
    "SELECT TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s"
)
_MY_KEYS = """SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s AND NON_UNIQUE = 0"""


class Hand(Protocol):
    """The words of one engine; a connection commits each statement by itself."""

    error: type[Exception]
    """The errors of its driver."""

    def connect(self, login: Login, what: str, answer_s: float) -> Any:
        """Connect; each answer must come within so many real seconds."""

    def refuses(self, error: Exception) -> bool:
        """Whether an error is the server's own answer that it did not write: then nothing is in doubt."""

    def late(self, error: Exception) -> bool:
        """Whether an error tells that nobody answered in time: whoever is busy may answer later."""

    def create(self, connection: Any, table: str) -> None:
        """Make the client's table, unless this run made it."""

    def look(self, connection: Any, table: str) -> str:
        """Look at what a table of the team's does with a client's numbers; nothing is made, and nothing written.

        An error of its driver where the login may not write there, NotMeasured where rows go by themselves, or a second
        client could not write.
        """

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one number; when this returns, it was acknowledged."""

    def only_reads(self, connection: Any) -> bool:
        """Whether it is a standby, or a reader: what it tells may be behind."""

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

    def late(self, error: Exception) -> bool:
        """Whether no connection came about in time."""
        return isinstance(error, psycopg.errors.ConnectionTimeout)

    def create(self, connection: Any, table: str) -> None:
        """Make the table."""
        text = "CREATE TABLE IF NOT EXISTS {} (client bigint NOT NULL, number bigint NOT NULL)"
        connection.execute(sql.SQL(text).format(sql.Identifier(table)))

    def look(self, connection: Any, table: str) -> str:
        """Look for it, and try a write of no row: that asks for the rights of one, and of the server that it writes."""
        name = sql.Identifier(table)
        connection.execute(
            sql.SQL("INSERT INTO {0} (client, number) SELECT client, number FROM {0} WHERE false").format(name)
        )
        found = connection.execute(_PG_KEPT, (name.as_string(connection),)).fetchone()
        kind, kept = found if found is not None else ("", "")
        if kind != "r" or kept != "p":
            what = "a table that is not logged" if kind == "r" else "no plain table"
            raise _unfit(table, f"is {what}: its rows may go by themselves", "make it by a plain CREATE TABLE")
        return _kept(table, connection.execute(_PG_KEYS, (name.as_string(connection),)).fetchall())

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one."""
        text = sql.SQL("INSERT INTO {} (client, number) VALUES (%s, %s)").format(sql.Identifier(table))
        connection.execute(text, (client, number))

    def only_reads(self, connection: Any) -> bool:
        """Whether it recovers."""
        return bool(connection.execute(_PG_READS).fetchone()[0])

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

    def late(self, error: Exception) -> bool:
        """Whether no connection came about, or one ended without an answer."""
        return bool(error.args) and error.args[0] in (CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_LOST)

    def create(self, connection: Any, table: str) -> None:
        """Make the table; where a server wants each to have a key, the number of the row is one."""
        name = connection.quote(table)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {name} (id bigint AUTO_INCREMENT PRIMARY KEY, client bigint NOT NULL, "
            "number bigint NOT NULL) ENGINE = InnoDB"
        )

    def look(self, connection: Any, table: str) -> str:
        """Look for it, and try a write of no row: that asks for the rights of one, and of the server that it writes."""
        name = connection.quote(table)
        text = f"INSERT INTO {name} (client, number) SELECT client, number FROM {name} WHERE 1 = 0"  # noqa: S608
        connection.execute(text)
        rows = connection.execute(_MY_KEPT, (table,)).fetchall()
        kind, engine = (str(each or "") for each in rows[0]) if rows else ("", "")
        if kind.upper() != "BASE TABLE" or engine.upper() != _KEEPS:
            what = f"kept by {engine}" if kind.upper() == "BASE TABLE" else "no plain table"
            raise _unfit(table, f"is {what}: its rows may go by themselves", f"make it with ENGINE = {_KEEPS}")
        return _kept(table, connection.execute(_MY_KEYS, (table,)).fetchall())

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        """Write one."""
        name = connection.quote(table)
        connection.execute(f"INSERT INTO {name} (client, number) VALUES (%s, %s)", (client, number))  # noqa: S608

    def only_reads(self, connection: Any) -> bool:
        """Whether it only reads, the server or its storage."""
        told = connection.execute(_MY_READS).fetchall()[0]
        return any(str(each).upper() not in _OFF for each in told)

    def read(self, connection: Any, table: str, client: int) -> Iterable[int]:
        """Read them."""
        name = connection.quote(table)
        rows = connection.execute(f"SELECT number FROM {name} WHERE client = %s", (client,))  # noqa: S608
        return [int(row[0]) for row in rows.fetchall()]


def _unfit(table: str, told: str, hint: str) -> NotMeasured:
    return NotMeasured(f"the team's table {table} {told}, and would be taken for writes that were lost", hint)


def _kept(table: str, columns: Iterable[tuple[Any, Any]]) -> str:
    """The words on a table by its unique keys, as pairs of a key and one of its columns.

    NotMeasured where one would refuse a second client: each begins at zero.
    """
    keys: dict[str, set[str]] = {}
    for key, column in columns:
        keys.setdefault(str(key), set()).add(str(column))
    for key, held in keys.items():
        if held < _COLUMNS:
            told = f"has a unique key on {', '.join(held)} alone ({key}), and each client begins at zero"
            raise NotMeasured(
                f"the team's table {table} {told}: the next is refused",
                "let it be on client and number together, or on none",
            )
    if _COLUMNS in keys.values():
        return f"{table} keeps its rows; by its unique key on client and number none can be there twice"
    return f"{table} keeps its rows; no unique key hides a write that is there twice: that is counted"


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
