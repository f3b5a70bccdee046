"""The negative probe: production must not answer its copy. PostgreSQL's own client is used, from inside the copy.

Silence is the network's own word that no packet came back. What libpq says when its patience ends is none: it says it
of a connection that was opened and then told nothing, too, and a connection that opens has reached production.
"""

from __future__ import annotations

import contextlib
import re

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from dr_orchestrator.checks.sql import CONNECT_S
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable

SILENCE_S = 5
"""Real seconds after which the copy's network calls it silence: several packets were sent, and none came back."""

LONGEST_S = 150
"""Real seconds after which libpq gives up an address: later than a network that does not heed SILENCE_S (131 s)."""

_ADDRESSES = 2
"""A name has one in IPv4 and perhaps one in IPv6. After LONGEST_S for each the copy's own server ends the wait: from
PostgreSQL 16 on dblink leaves libpq's patience out."""

_SILENCE = re.compile(
    r"^(?:connection to server at \S+(?: \(\S+\))?, port \d+ failed|could not connect to server): "
    r"(?:(?:Connection|Operation) timed out|No route to host|Network is unreachable|Host is unreachable)$"
)
_IMPATIENT = "timeout expired"
_NAMELESS = re.compile(r"^could not translate host name ")
_OLDEST = 120_000
"""The first version whose libpq can be told SILENCE_S."""

_AVAILABLE = "SELECT 1 FROM pg_available_extensions WHERE name = 'dblink'"
_INSTALL = "CREATE EXTENSION IF NOT EXISTS dblink"
_SCHEMA = "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'dblink'"
_UNASKED = "2F003"
"""dblink opened the connection and then gave it up, for the other side had let it in without a password."""

_NOBODY = (
    "user=dro_probe password=none dbname=postgres application_name=dro_probe gssencmode=disable "
    "options='-c default_transaction_read_only=on'"
)
"""A login that production does not know, and that could change nothing where it did; it is given no statement."""


def probe(copy: Login, host: str, port: int) -> str:
    """What came of trying to reach the source from inside the copy; NotRecoverable where anything answered.

    A refused login is an answer, and so is a refused connection: packets went there and back.
    """
    try:
        with psycopg.connect(
            **copy.parameters,
            connect_timeout=CONNECT_S,
            autocommit=True,
            options=f"-c statement_timeout={_ADDRESSES * LONGEST_S * 1000}",
            application_name="dr-orchestrator",
        ) as connection:
            if lacking := _lacking(connection):
                return f"not probed: {lacking}"
            connection.execute(_INSTALL)
            return judged(_answer(connection, _target(host, port)), host, port)
    except psycopg.Error as error:
        return f"not probed: {_first(str(error))}"


def judged(answer: str | None, host: str, port: int) -> str:
    """What an answer means, in words; None is a connection that was opened.

    A name may stand for several addresses, each with a line of its own: all must be silent.
    """
    lines = [line for line in (answer or "").splitlines() if line.strip() and not line[0].isspace()]
    if lines and all(map(_NAMELESS.search, lines)):
        return f"not probed, for no address was tried: {lines[0]}"
    heard = [line for line in lines if not _SILENCE.search(line)]
    if lines and not heard:
        return f"{host}:{port} does not answer the copy: {lines[0]}"
    said = heard[0] if heard else "it let the copy in"
    if said.endswith(_IMPATIENT):
        said += ", after a connection was opened: the network did not call it silence"
    hint = "close the way from the isolated network to production: egress, routes, peering"
    raise NotRecoverable(f"the copy reached production at {host}:{port}: {said}", hint)


def _lacking(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    """What the copy's PostgreSQL has not, and the probe needs."""
    if connection.info.server_version < _OLDEST:
        return "the copy's PostgreSQL is older than 12 and cannot tell silence from a slow answer"
    return "" if connection.execute(_AVAILABLE).fetchone() else "the copy's PostgreSQL has no extension dblink"


def _target(host: str, port: int) -> str:
    return make_conninfo(
        _NOBODY, host=host, hostaddr="", port=port, connect_timeout=LONGEST_S, tcp_user_timeout=SILENCE_S * 1000
    )


def _answer(connection: psycopg.Connection[tuple[object, ...]], target: str) -> str | None:
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET lc_messages TO 'C'")  # else silence may be told in any language
    # Called by its schema: the restored data may hold another function of that name.
    (schema,) = connection.execute(_SCHEMA).fetchone() or ("",)
    ask = sql.SQL("SELECT {}.dblink_connect('dro_probe', %s)").format(sql.Identifier(str(schema)))
    try:
        connection.execute(ask, (target,))
    except psycopg.errors.SqlclientUnableToEstablishSqlconnection as error:
        return error.diag.message_detail or str(error)
    except psycopg.errors.QueryCanceled:
        return _IMPATIENT
    except psycopg.Error as error:
        if error.sqlstate != _UNASKED:
            raise
    return None


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "no words")
