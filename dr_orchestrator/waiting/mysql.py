"""Connections to MySQL and MariaDB that can be given up: while one connects, and while it waits for an answer."""

from __future__ import annotations

import contextlib
import math
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CR, FIELD_TYPE
from sqlalchemy.engine import URL

from dr_orchestrator.waiting.aside import Aside, Late, aside
from dr_orchestrator.waiting.stops import leaving

CANCEL_S = 1.0
"""Real seconds that a server is given to take back what it was asked."""

_TELL_NOTHING = frozenset({"", "mysql_native_password", "client_ed25519"})
"""The ways to log in by which a password is told to nobody: a scramble of it is."""

_PLAIN = frozenset({"mysql_clear_password", "dialog"})
"""The ways by which it is told as it is, encrypted or not."""


@dataclass(frozen=True)
class Tls:
    """How far TLS is asked for: `verified` by the authorities of the file `ca`, or encrypted with whoever answers.

    Where it is not `wanted` it is taken where it is offered.
    """

    wanted: bool = False
    verified: bool = False
    ca: str = ""

    @classmethod
    def of(cls, mode: str, ca: str) -> Tls:
        """As far as a mode says, in libpq's words."""
        return cls(bool(mode), mode.startswith("verify"), ca)

    def context(self) -> ssl.SSLContext | None:
        """The settings of TLS; None where PyMySQL's own default does."""
        if not self.wanted:
            return None
        made = ssl.create_default_context(cafile=self.ca if self.verified and self.ca != "system" else None)
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT  # AWS's older authorities lack what it asks for
        if not self.verified:
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        return made


ANY = Tls()


@dataclass(frozen=True)
class Rows:
    """The whole answer to a statement."""

    rows: Sequence[tuple[Any, ...]]
    columns: tuple[str, ...] = ()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All of it."""
        return list(self.rows)

    def fetchmany(self, most: int) -> list[tuple[Any, ...]]:
        """The first rows."""
        return list(self.rows[:most])

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row; None where there is none."""
        return self.rows[0] if self.rows else None


class _Careful(Connection):  # type: ignore[misc] # PyMySQL has no types
    """PyMySQL's connection, which tells a password to nobody who is not known to be the server."""

    tls = ANY

    def _request_authentication(self) -> None:
        self._refuse(self._auth_plugin_name)
        super()._request_authentication()

    def _process_auth(self, plugin_name: Any, auth_packet: Any, handler: Any = None) -> Any:
        self._refuse(plugin_name.decode(errors="replace"))
        return super()._process_auth(plugin_name, auth_packet, handler)

    def _refuse(self, way: str) -> None:
        """Raise where a way to log in tells the password to a server that nobody vouches for."""
        told = way in _PLAIN or (self.tls.wanted and way not in _TELL_NOTHING)
        if told and not self.tls.verified:
            message = f"the server asks for the password by {way}, and nobody vouches for who answers: give a CA"
            raise pymysql.OperationalError(CR.CR_AUTH_PLUGIN_ERR, message)


def connect(
    url: URL,
    *,
    what: str,
    connect_s: float,
    answer_s: float = math.inf,
    tls: Tls = ANY,
    addresses: Sequence[str] = (),
) -> Stoppable:
    """Connect to a database by its URL, at one of the addresses alone where some are given.

    Each answer must come within `answer_s` real seconds; `what` is told meanwhile. A stop ends the wait as itself.
    """
    dialect = url.get_dialect()()
    named = dialect.create_connect_args(url)[1]
    raw = _Careful(**named, ssl=tls.context(), defer_connect=True, autocommit=False, program_name="dr-orchestrator")
    raw.tls = tls
    made = Stoppable(raw, what, answer_s, quote=dialect.identifier_preparer.quote_identifier)
    made.open(addresses or (str(url.host),), connect_s)
    return made


class Stoppable:
    """A connection whose statement is killed, and which is closed, where its answer is waited for no more."""

    def __init__(self, raw: _Careful, what: str, answer_s: float, quote: Callable[[str], str]) -> None:
        self.what, self.answer_s = what, answer_s
        self.closed = False
        self.speech: Any = None
        self.quote = quote
        self._raw = raw
        self._address = ""
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Stoppable:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def version(self) -> str:
        """The version that the server tells of itself."""
        return str(self._raw.server_version)

    def open(self, addresses: Sequence[str], seconds: float) -> None:
        """Connect to the first address that answers, within so many real seconds each."""
        failed: pymysql.Error | None = None
        for address in addresses:
            within = leaving.at_most(seconds)
            reach = partial(self._reach, address, max(within, 0.001))
            try:
                aside(reach, what=self.what, within=within, give_up=self._drop, late=lambda _: self._drop())
            except Late:
                failed = pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, f"no answer within {within:.0f} s")
            except pymysql.OperationalError as error:
                if error.args and error.args[0] != CR.CR_CONN_HOST_ERROR:
                    raise
                failed = error
            else:
                self._address = address
                return
        self._drop()
        raise failed or pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, "it has no address")

    def execute(self, statement: str, given: Sequence[Any] | None = None) -> Rows:
        """Say a statement, and take its whole answer; instants that are stored with their zone are told with it."""
        if self.closed:
            raise pymysql.InterfaceError(0, "the connection is closed")
        within = leaving.at_most(self.answer_s)
        ask = partial(self._ask, statement, given)
        try:
            return aside(ask, what=self.what, within=within if within < math.inf else None, give_up=self._give_up)
        except Late:
            raise pymysql.OperationalError(CR.CR_SERVER_LOST, f"no answer within {within:.0f} s") from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Within: one transaction, which is undone where something is raised."""
        self.execute("START TRANSACTION")
        try:
            yield
        except BaseException:
            if not self.closed:
                with contextlib.suppress(pymysql.Error):
                    self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """End it, at once: nothing is waited for."""
        self.closed = True
        self._drop()

    def _reach(self, address: str, seconds: float) -> None:
        try:
            made = socket.create_connection((address, self._raw.port), seconds)
        except OSError as error:
            told = f"{address}:{self._raw.port} cannot be reached: {error.strerror or error}"
            raise pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, told) from error
        self._sockets.append(made)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            self._raw.connect(made)
        except (RuntimeError, ValueError, IndexError, UnicodeError) as error:
            raise pymysql.OperationalError(CR.CR_AUTH_PLUGIN_ERR, str(error)) from error

    def _ask(self, statement: str, given: Sequence[Any] | None) -> Rows:
        with self._raw.cursor() as cursor:
            cursor.execute(statement, given)
            told = cursor.description or ()
            zoned = [index for index, column in enumerate(told) if column[1] == FIELD_TYPE.TIMESTAMP]
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        if zoned:
            rows = [tuple(_zoned(v) if i in zoned else v for i, v in enumerate(row)) for row in rows]
        return Rows(rows, tuple(column[0] for column in told))

    def _give_up(self) -> None:
        """Take back what was asked, for a moment, and close: a server that does not answer cannot be made to."""
        killing = Aside(self._kill)
        killing.done.wait(leaving.at_most(CANCEL_S))
        self.close()

    def _kill(self) -> None:
        raw = self._raw
        user, password = _text(raw.user), _text(raw.password, "latin1")
        other = _Careful(
            host=raw.host, port=raw.port, user=user, password=password, ssl=raw.tls.context(), defer_connect=True
        )
        other.tls = raw.tls
        with (
            contextlib.suppress(pymysql.Error, OSError),
            contextlib.closing(socket.create_connection((self._address, raw.port), CANCEL_S)) as made,
        ):
            other.connect(made)
            other.kill(raw.thread_id())

    def _drop(self) -> None:
        """Close what leads to the server, in whichever state it is.

        The network is shut first: a thread that still reads holds the lock of what it reads from.
        """
        own, self._sockets = [*self._sockets, getattr(self._raw, "_sock", None)], []  # TLS takes the first one's place
        for each in filter(None, own):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(Exception):
            self._raw._force_close()
        for each in filter(None, own):
            each.close()


def _zoned(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _text(value: Any, encoding: str = "utf8") -> str:
    return value.decode(encoding) if isinstance(value, bytes) else str(value or "")
