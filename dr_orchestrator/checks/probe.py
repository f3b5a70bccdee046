"""The negative probe: production must not answer its copy. PostgreSQL's own client is used, from inside the copy."""

from __future__ import annotations

import re

import psycopg

from dr_orchestrator.checks.sql import CONNECT_S
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable

PATIENCE_S = 5
"""Real seconds that the copy waits for an answer; the network that is to be proven closed gives none at all."""

_SILENCE = re.compile(
    r"timeout expired|timed out|no route to host|network is unreachable|host is unreachable"
    r"|could not translate host name|name or service not known",
    re.IGNORECASE,
)
_AVAILABLE = "SELECT 1 FROM pg_available_extensions WHERE name = 'dblink'"
_INSTALL = "CREATE EXTENSION IF NOT EXISTS dblink"
_UNASKED = "2F003"
"""dblink opened the connection and then gave it up, for the other side had let it in without a password."""

_NOBODY = "user=dro_probe password=none application_name=dro_probe"
"""A login that production does not know: nothing of it is read even where it answers."""


def probe(copy: Login, host: str, port: int) -> str:
    """What came of trying to reach the source from inside the copy; NotRecoverable where anything answered.

    A refused login is an answer, and so is a refused connection: packets went there and back.
    """
    try:
        with psycopg.connect(
            host=copy.host,
            hostaddr="",  # as for the checks: PGHOSTADDR must not send this elsewhere
            port=copy.port,
            dbname=copy.database,
            user=copy.user,
            password=copy.password,
            connect_timeout=CONNECT_S,
            autocommit=True,
            options="-c statement_timeout=60000",
            application_name="dr-orchestrator",
        ) as connection:
            if connection.execute(_AVAILABLE).fetchone() is None:
                return "not probed: the copy's PostgreSQL has no extension dblink"
            connection.execute(_INSTALL)
            target = f"host={host} port={port} dbname=postgres connect_timeout={PATIENCE_S} {_NOBODY}"
            return judged(_answer(connection, target), host, port)
    except psycopg.Error as error:
        return f"not probed: {_first(str(error))}"


def judged(answer: str | None, host: str, port: int) -> str:
    """What an answer means, in words; None is a connection that was opened.

    A name may stand for several addresses, each with a line of its own: all must be silent.
    """
    lines = [line for line in (answer or "").splitlines() if line.strip() and not line[0].isspace()]
    heard = [line for line in lines if not _SILENCE.search(line)]
    if lines and not heard:
        return f"{host}:{port} does not answer the copy: {lines[0]}"
    said = heard[0] if heard else "it let the copy in"
    hint = "close the way from the isolated network to production: egress, routes, peering"
    raise NotRecoverable(f"the copy reached production at {host}:{port}: {said}", hint)


def _answer(connection: psycopg.Connection[tuple[object, ...]], target: str) -> str | None:
    try:
        connection.execute("SELECT dblink_connect('dro_probe', %s)", (target,))
    except psycopg.errors.SqlclientUnableToEstablishSqlconnection as error:
        return error.diag.message_detail or str(error)
    except psycopg.Error as error:
        if error.sqlstate != _UNASKED:
            raise
    return None


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "no words")
