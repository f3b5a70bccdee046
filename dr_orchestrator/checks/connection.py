"""How a database is connected to for reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import LoginRefused, NotMeasured
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.postgres import connect

CONNECT_S = 10
PROBE_S = 3
STATEMENT_MS = 300_000
ANSWER_S = STATEMENT_MS / 1000 + 10
"""Real seconds within which an answer must come: a server that is gone ends no statement itself."""

_OPTIONS = (
    f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_MS} -c timezone=UTC -c row_security=off"
)
"""A policy that would hide rows is an error: what was not seen was not checked."""

_REFUSED = re.compile(
    r"(password|PAM|peer|ident|GSSAPI|LDAP|RADIUS) authentication failed"
    r'|role "[^"]*" (does not exist|is not permitted to log in)'
)
"""How PostgreSQL says that it let a login not in; libpq passes no code on of what ends a connection as it is made."""

First = Callable[[Any], None]
"""Done with a connection before anything else; whoever may not be asked more is refused there."""


@contextmanager
def asking(login: Login, call: str, seconds: int = CONNECT_S, first: First = lambda _: None) -> Iterator[Any]:
    """Within: a connection that can only read; what the database refuses could not be measured."""
    try:
        with connect(
            what=call,
            answer_s=ANSWER_S,
            **login.parameters,
            connect_timeout=seconds,
            options=_OPTIONS,
            application_name="dr-orchestrator",
        ) as connection:
            first(connection)
            yield connection
    except psycopg.Error as error:
        stops.look()
        told = str(error).strip().splitlines()
        refused = error.sqlstate is None and _REFUSED.search(str(error))  # no answer to a query passes for one
        fault = LoginRefused if refused else NotMeasured
        raise fault(told[0] if told else type(error).__name__, call=call) from error
