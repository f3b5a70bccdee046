"""The negative probe: production must not answer its copy. PostgreSQL's own client is used, from inside the copy.

Silence is the network's own word that no packet came back. What libpq says when its patience ends is none: it says it
of a connection that was opened and then told nothing, too, and a connection that opens has reached production.

The restored data is nobody's friend: none of its functions, views or triggers is run, or believed in place of
PostgreSQL's own. A database superuser who meant to deceive still could; on RDS nobody is one.

Nothing that the probe makes outlives it: all is done in one transaction, which ends undone whatever happens in it.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from dr_orchestrator.checks.speech.postgres.stateless import LONGEST_S as STATEMENT_S
from dr_orchestrator.checks.speech.postgres.stateless import Stateless, connected
from dr_orchestrator.checks.speech.protocol import CONNECT_S, First, nothing_first
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.statements import Statements
from dr_orchestrator.errors import NotRecoverable, without_secrets
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.postgres import connect

_Connection = psycopg.Connection[tuple[object, ...]]

SILENCE_S = 5
"""Real seconds after which the copy's network calls it silence: several packets were sent, and none came back."""

LONGEST_S = 150
"""Real seconds after which libpq gives up an address: later than a network that does not heed SILENCE_S (131 s)."""

_ADDRESSES = 2
"""A name has one in IPv4 and perhaps one in IPv6. After LONGEST_S for each the copy's own server ends the wait: from
PostgreSQL 16 on dblink leaves libpq's patience out."""

_SILENCE = re.compile(
    r'^(?:connection to server at "(?P<host>[^"]+)"(?: \(\S+\))?, port (?P<port>\d+) failed'
    r"|could not connect to server): "
    r"(?:(?:Connection|Operation) timed out|No route to host|Network is unreachable|Host is unreachable)$",
    re.MULTILINE,
)
_TRIED = re.compile(
    r'\s+Is the server running on host "(?P<host>[^"]+)"(?: \(\S+\))? and accepting\s+'
    r"TCP/IP connections on port (?P<port>\d+)\?"
)
"""Where PostgreSQL 12 and 13 say what was tried: in the two lines under it."""
_IMPATIENT = "timeout expired"
_NAMELESS = re.compile(r"^could not translate host name ")
_OLDEST = 120_000
"""The first version whose libpq can be told SILENCE_S."""

_OURS = "SET search_path = pg_catalog, pg_temp; SET statement_timeout = {}"
"""Said once connected: neither a role's nor the database's own settings hold then, nor a login trigger's."""

_AVAILABLE = "SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = 'dblink'"
_INSTALLED = "SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'dblink'"
_INSTALL = "CREATE EXTENSION dblink SCHEMA public"
IF_IT_MAY = ("SET session_replication_role = replica", "SET lc_messages TO 'C'")
"""Triggers stand by, and silence is told in one language."""

_WATCHING = """
    SELECT pg_catalog.string_agg(evtname, ', ') FROM pg_catalog.pg_event_trigger
    WHERE evtevent <> 'login' AND (evtenabled = 'A' OR evtenabled =
        CASE pg_catalog.current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)
"""
"""The triggers that making anything would fire; those of a login have been fired by every check."""

_OWN = """
    SELECT n.nspname FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e'
        AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE e.extname = 'dblink' AND l.lanname = 'c' AND p.prosrc = 'dblink_connect' AND p.proname = 'dblink_connect'
        AND p.probin LIKE '%/dblink' AND pg_catalog.pg_get_function_identity_arguments(p.oid) = 'text, text'
"""
"""The schema of dblink's own function: of the extension, in C, of its library; one may have been put in its place."""

_ASK = "SELECT {}.dblink_connect('dro_probe'::pg_catalog.text, %s::pg_catalog.text)"
_ASK_AND_KEEP = """
    DO $dro$ DECLARE code pg_catalog.text; detail pg_catalog.text; message pg_catalog.text; BEGIN
        PERFORM {}.dblink_connect(CAST('dro_probe' AS pg_catalog.text), CAST({} AS pg_catalog.text));
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, message = MESSAGE_TEXT;
        PERFORM pg_catalog.set_config('dro.code', code, true), pg_catalog.set_config('dro.detail', detail, true),
            pg_catalog.set_config('dro.message', message, true);
    END $dro$
"""
_KEPT = (
    "SELECT pg_catalog.current_setting('dro.code', true), pg_catalog.current_setting('dro.detail', true),"
    " pg_catalog.current_setting('dro.message', true)"
)
"""The same of a copy that is asked by statements: what lies between tells no detail of an error."""

_SUBSCRIBE = """
    CREATE SUBSCRIPTION {name} CONNECTION {target} PUBLICATION {name} WITH (create_slot = false, enabled = false)
"""
"""The way of a PostgreSQL without dblink: its server connects to a publisher before it makes the subscription."""

_SUBSCRIBER = re.compile(r'^(?:subscription "[^"]*" )?could not connect to the publisher: ')
_UNREACHED, _UNASKED = ("08001", "08006"), "2F003"
"""The connection was not opened, as dblink and as a subscriber say it; or it was and then given up, for the other side
had let it in without a password."""

_NOBODY = (
    "user=dro_probe password=none dbname=postgres gssencmode=disable options='-c default_transaction_read_only=on'"
)
"""A login that production does not know, and that could change nothing where it did; it is given no statement."""


def probe(copy: Login, host: str, port: int, first: First = nothing_first) -> Probed:
    """The outcome of trying to reach the source from inside the copy; NotRecoverable where anything answered.

    A refused login is an answer, and so is a refused connection: packets went there and back. `first` is done with the
    connection before anything else.
    """
    if copy.statements is not None:
        return _by_statements(copy.statements, host, port, first)
    try:
        with connect(
            what="the probe from the copy to production",
            answer_s=_ADDRESSES * LONGEST_S + 10,
            **copy.parameters,
            connect_timeout=CONNECT_S,
            autocommit=True,
            application_name="dr-orchestrator",
        ) as connection:
            first(connection)
            connection.execute(sql.SQL(_OURS).format(_ADDRESSES * LONGEST_S * 1000))
            for setting in IF_IT_MAY:
                with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                    connection.execute(setting)
            with connection.transaction(force_rollback=True):
                return _probed(connection, host, port)
    except psycopg.Error as error:
        stops.look()
        return _untried(f": {_first(without_secrets(str(error)))}")


def _by_statements(statements: Statements, host: str, port: int, first: First) -> Probed:
    """The same, in a transaction of statements that is undone."""
    try:
        with connected(statements) as connection:
            first(connection)
            connection.rollback()
            with connection.transaction(force_rollback=True):
                connection.execute("SET TRANSACTION READ WRITE")
                connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
                for setting in IF_IT_MAY:
                    with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                        connection.execute(setting)
                return _probed(connection, host, port)
    except psycopg.errors.QueryCanceled:
        return _untried(f", for nobody called it silence within the {STATEMENT_S:.0f} s that a statement may take")
    except psycopg.Error as error:
        stops.look()
        return _untried(f": {_first(without_secrets(str(error)))}")


def _probed(connection: _Connection | Stateless, host: str, port: int) -> Probed:
    if connection.info.server_version < _OLDEST:
        return _untried(": the copy's PostgreSQL is older than 12 and cannot tell silence from a slow answer")
    target = _target(host, port)
    if not connection.execute(_AVAILABLE).fetchone():
        return _subscribed(connection, target, host, port)
    if not connection.execute(_INSTALLED).fetchone():
        if triggers := watching(connection):
            return _untried(f": making the extension dblink would run {triggers}")
        connection.execute(_INSTALL)
    own = connection.execute(_OWN).fetchone()
    if own is None:
        return _untried(": the restored data has put something else in the place of dblink's own function")
    schema = sql.Identifier(str(own[0]))
    if isinstance(connection, Stateless):
        return judged(_kept(connection, schema, target), host, port)
    ask = sql.SQL(_ASK).format(schema)
    return judged(_answer(connection, ask, (target,)), host, port)


def _subscribed(connection: _Connection | Stateless, target: str, host: str, port: int) -> Probed:
    if triggers := watching(connection):
        return _untried(f": there is no extension dblink, and making a subscription would run {triggers}")
    name = sql.Identifier(f"dro_probe_{secrets.token_hex(8)}")
    ask = sql.SQL(_SUBSCRIBE).format(name=name, target=sql.Literal(target))
    answer = _answer(connection, ask)
    return judged(answer and _SUBSCRIBER.sub("", answer), host, port)


def watching(connection: psycopg.Connection[Any] | Stateless) -> str:
    """The triggers that making something would run; to make even an extension that is there would."""
    (triggers,) = connection.execute(_WATCHING).fetchone() or (None,)
    return f"event triggers of the restored data: {triggers}" if triggers else ""


def _untried(why: str) -> Probed:
    return Probed(False, f"{NOT_PROBED}{why}")


def judged(answer: str | None, host: str, port: int) -> Probed:
    """The meaning of an answer; None is a connection that was opened.

    A name may stand for several addresses, each with words of its own: all must be silent, and of this host and port.
    """
    parts = [part for part in re.split(r"\n(?=\S)", answer or "") if part.strip()]
    if parts and all(map(_NAMELESS.search, parts)):
        return _untried(f", for no address was tried: {_first(parts[0])}")
    heard = [_first(part) for part in parts if not _SILENCE.match(part)]
    if parts and not heard:
        elsewhere = [_first(part) for part in parts if _tried(part) != (host, str(port))]
        if elsewhere:
            return _untried(f", for another place was silent: {elsewhere[0]}")
        return Probed(True, f"{host}:{port} does not answer the copy: {_first(parts[0])}")
    said = heard[0] if heard else "it let the copy in"
    if said.endswith(_IMPATIENT):
        said += ", after a connection was opened: the network did not call it silence"
    hint = "close the way from the isolated network to production: egress, routes, peering"
    raise NotRecoverable(f"the copy reached production at {host}:{port}: {said}", hint)


def _tried(part: str) -> tuple[str, str] | None:
    """Host and port of which a silence is told."""
    silence = _SILENCE.match(part)
    told = silence if silence and silence["host"] else _TRIED.search(part)
    return (told["host"], told["port"]) if told else None


def _target(host: str, port: int) -> str:
    # It begins with what nobody can foresee: dblink first looks for a foreign server named as its first 63 bytes.
    return f"application_name=dro_probe_{secrets.token_hex(8)} " + make_conninfo(
        _NOBODY, host=host, hostaddr="", port=port, connect_timeout=LONGEST_S, tcp_user_timeout=SILENCE_S * 1000
    )


def _kept(connection: Stateless, schema: sql.Identifier, target: str) -> str | None:
    """The words that came back, as a block of the server's own kept them; None where a connection was opened."""
    connection.execute(sql.SQL(_ASK_AND_KEEP).format(schema, sql.Literal(target)))
    code, detail, message = connection.execute(_KEPT).fetchone() or ("", "", "")
    if not code or code == _UNASKED:
        return None
    if code in _UNREACHED:
        return str(detail or message)
    raise psycopg.OperationalError(message)


def _answer(connection: _Connection | Stateless, ask: sql.Composed, given: tuple[str, ...] = ()) -> str | None:
    """The words that came back; None where a connection was opened."""
    try:
        connection.execute(ask, given)
    except psycopg.errors.QueryCanceled:
        return _IMPATIENT
    except psycopg.Error as error:
        if error.sqlstate in _UNREACHED:
            return error.diag.message_detail or error.diag.message_primary
        if error.sqlstate != _UNASKED:
            raise
    return None


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "no words")
