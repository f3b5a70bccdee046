"""Connections to Oracle that can be given up, by python-oracledb's thin mode: it needs no client of Oracle's.

A password is told by challenge alone. TLS (TCPS) answers at a port of its own; where none is declared nothing is
encrypted, for the thin mode has no encryption of Oracle's own.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import URL

from dr_orchestrator.waiting.driven import CUT, GONE, Driven, EngineError
from dr_orchestrator.waiting.mysql import ANY, Rows, Tls
from dr_orchestrator.waiting.oracle.names import IN_UTC, quote

_TIMED_OUT, _SEVERAL = "DPY-4024", ("DPY-4011", "DPY-1001", "DPY-4008", "DPY-6005", "DPY-6000", "DPY-6001", "DPY-6003")
_CLOSED = (28, 1012, 1033, 1034, 1089, 1090, 1092, 3113, 3114, 3135, 12514, 12528, 12537, 12541, 12547, 12570)
"""The session or the server has ended, or it lets nobody in yet: not a word was said of the data."""


class _Verified(ssl.SSLContext):
    """TLS that is held to a host's name, whichever address of it was connected to: the driver would take that."""

    host = ""

    def wrap_socket(self, sock: Any, *given: Any, **named: Any) -> ssl.SSLSocket:
        """Wrap it as a client's, for the host."""
        self.check_hostname = self.verify_mode != ssl.CERT_NONE  # the driver turns it off
        return super().wrap_socket(sock, *given, **{**named, "server_hostname": self.host})


def connect(
    url: URL, *, what: str, connect_s: float, answer_s: float, tls: Tls = ANY, addresses: Sequence[str] = ()
) -> OracleConnection:
    """Connect to a database by its service name, at one of the addresses alone where some are given.

    Each answer must come within `answer_s` real seconds; `what` is told meanwhile.
    """
    made = OracleConnection(url, tls, what, answer_s)
    made.open(addresses or (str(url.host),), connect_s)
    return made


class OracleConnection(Driven):
    """A connection whose numbers are exact and whose long texts come whole."""

    def __init__(self, url: URL, tls: Tls, what: str, answer_s: float) -> None:
        super().__init__(what, answer_s, quote)
        self._url, self._tls = url, tls
        self._raw: Any = None

    def begin(self) -> None:
        """Nothing is said: the first change begins one."""
        self.undo()

    def undo(self) -> None:
        """Undo what was begun."""
        self.execute("ROLLBACK")

    def bound(self, seconds: float) -> None:
        """By the driver, which breaks the call and keeps the session."""
        self._raw.call_timeout = max(1, int(seconds * 1000))
        self.answer_s = seconds + 10.0

    def _reach(self, address: str, seconds: float) -> None:
        import oracledb

        url = self._url
        secure = _context(str(url.host), self._tls)
        named: dict[str, Any] = {"protocol": "tcps", "ssl_context": secure} if secure else {"protocol": "tcp"}
        try:
            self._raw = oracledb.connect(
                user=url.username or "",
                password=str(url.password or ""),
                host=address,
                port=url.port,
                service_name=url.database or "",
                tcp_connect_timeout=seconds,
                retry_count=0,
                ssl_server_dn_match=False,  # by its own context above, as of the name and not of the address
                program="dr-orchestrator",
                **named,
            )
        except oracledb.Error as error:
            raise _told(error) from error
        except OSError as error:
            raise EngineError(GONE, f"{address}:{url.port} cannot be reached: {error}") from error
        self._raw.outputtypehandler = _typed
        self._raw.autocommit = False

    def _ask(self, statement: str, given: Sequence[Any] | None) -> Rows:
        import oracledb

        try:
            with self._raw.cursor() as cursor:
                cursor.execute(statement, list(given or ()))
                told = cursor.description or ()
                rows = cursor.fetchall() if told else []
        except oracledb.Error as error:
            raise _told(error) from error
        except OSError as error:
            raise EngineError(GONE, str(error)) from error
        return Rows(rows, tuple(str(column[0]) for column in told))

    def _cancel(self) -> None:
        with contextlib.suppress(Exception):
            self._raw.cancel()

    def _drop(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            with contextlib.suppress(Exception):
                raw.close()


def _context(host: str, tls: Tls) -> ssl.SSLContext | None:
    """The settings of TLS; None where none is asked for."""
    if not tls.wanted:
        return None
    made = _Verified(ssl.PROTOCOL_TLS_CLIENT)
    made.host = host
    if tls.verified and tls.ca != "system":
        made.load_verify_locations(tls.ca)
    elif tls.verified:
        made.load_default_certs()
    else:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def _typed(cursor: Any, column: Any) -> Any:
    """How a column is fetched: numbers exactly, long texts as texts, our own instants with their zone."""
    import oracledb

    if column.name == IN_UTC:
        return cursor.var(column.type_code, arraysize=cursor.arraysize, outconverter=_in_utc)
    if column.type_code is oracledb.DB_TYPE_NUMBER:
        return cursor.var(Decimal, arraysize=cursor.arraysize)
    if column.type_code in (oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_NCLOB):
        return cursor.var(oracledb.DB_TYPE_LONG, arraysize=cursor.arraysize)
    return None


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


def _told(error: Any) -> EngineError:
    """An error of the driver's as its number and words: `ORA-01017` as 1017."""
    first = error.args[0] if error.args else error
    named, words = str(getattr(first, "full_code", "") or ""), str(getattr(first, "message", first))
    if named == _TIMED_OUT:
        return EngineError(CUT, words)
    number = int(named[4:]) if named.startswith("ORA-") and named[4:].isdigit() else 0
    gone = number in _CLOSED or named in _SEVERAL
    return EngineError(GONE if gone else number, words)
