"""Connections to SQL Server that can be given up, by python-tds, which takes a connection that was made already.

Its protocol tells the password to whoever answers: so TLS has to have said who that is, and no server may send us on.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from functools import partial
from typing import Any

from sqlalchemy.dialects.mssql import dialect
from sqlalchemy.engine import URL

from dr_orchestrator.waiting.driven import CUT, GONE, Driven, EngineError
from dr_orchestrator.waiting.mysql import ANY, Rows, Tls

UNVOUCHED = -3
"""The number of a login that was told to nobody, for nobody vouches for who answers."""

_ENDED = 3621
"""That a statement was ended, which is told beside why."""

quote = dialect().identifier_preparer.quote_identifier  # type: ignore[no-untyped-call]


def connect(
    url: URL, *, what: str, connect_s: float, answer_s: float, tls: Tls = ANY, addresses: Sequence[str] = ()
) -> SqlServerConnection:
    """Connect to a database, at one of the addresses alone where some are given.

    Each answer must come within `answer_s` real seconds; `what` is told meanwhile.
    """
    if tls.wanted and not tls.verified:
        raise EngineError(UNVOUCHED, "the password is told to whoever answers, and nobody vouches for that: give a CA")
    made = SqlServerConnection(url, tls, what, answer_s)
    made.open(addresses or (str(url.host),), connect_s)
    return made


class SqlServerConnection(Driven):
    """A connection on which each statement is performed by itself, unless a transaction was begun."""

    def __init__(self, url: URL, tls: Tls, what: str, answer_s: float) -> None:
        super().__init__(what, answer_s, quote)
        self._url, self._tls = url, tls
        self._raw: Any = None
        self._session: Any = None
        self._sock: socket.socket | None = None

    def begin(self) -> None:
        """Begin one."""
        self.undo()
        self.execute("BEGIN TRANSACTION")

    def undo(self) -> None:
        """Undo what was begun."""
        self.execute("IF @@TRANCOUNT > 0 ROLLBACK")

    def bound(self, seconds: float) -> None:
        """By the driver, which asks the server to end the statement, and keeps the session."""
        if self._sock is not None:
            self._sock.settimeout(max(0.001, seconds))
        self.answer_s = seconds + 10.0

    def _reach(self, address: str, seconds: float) -> None:
        url = self._url
        try:
            self._sock = socket.create_connection((address, url.port), seconds)
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            told = f"{address}:{url.port} cannot be reached: {error.strerror or error}"
            raise EngineError(GONE, told) from error
        with _errors():
            self._session, self._raw = _logged_in(url, self._tls, self._sock, seconds)

    def _ask(self, statement: str, given: Sequence[Any] | None) -> Rows:
        with _errors(self._session), self._raw.cursor() as cursor:
            cursor.execute(statement, tuple(given) if given else None)  # with none at all, a percent sign is one
            told = cursor.description or ()
            rows = cursor.fetchall() if told else []
        if failed := _first(self._session):
            raise failed
        return Rows([tuple(row) for row in rows], tuple(str(column[0]) for column in told))

    def _cancel(self) -> None:
        """Nothing is said: to lose the connection ends what it asked for, and undoes it."""

    def _drop(self) -> None:
        """Close it; the network is shut first, for a thread may still read."""
        made, self._sock = self._sock, None
        if made is not None:
            with contextlib.suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)
            made.close()


def _logged_in(url: URL, tls: Tls, sock: socket.socket, seconds: float) -> tuple[Any, Any]:
    """A session of the driver's on a connection: without its own ways to connect, to try again, to be sent on."""
    from pytds.connection import NonMarsConnection
    from pytds.row_strategies import tuple_row_strategy
    from pytds.tds_base import TDS74, TDS_ODBC_ON, PreLoginEnc, _TdsLogin
    from pytds.tds_socket import _TdsSocket
    from pytds.tz import FixedOffsetTimezone

    told = _TdsLogin()
    for name, value in {
        "client_host_name": "dr-orchestrator",
        "library": "Python TDS Library",
        "user_name": url.username or "",
        "password": str(url.password or ""),
        "app_name": "dr-orchestrator",
        "database": url.database or "",
        "server_name": url.host,
        "instance_name": "",
        "port": url.port,
        "language": "us_english",
        "attach_db_file": "",
        "change_password": "",
        "client_lcid": 1033,
        "client_id": 0,
        "client_tz": UTC,
        "pid": 0,
        "tds_version": TDS74,
        "option_flag2": TDS_ODBC_ON,
        "blocksize": 4096,
        "bulk_copy": False,
        "use_mars": False,
        "readonly": False,
        "auth": None,
        "load_balancer": None,
        "bytes_to_unicode": True,
        "enc_login_only": False,
        "validate_host": False,  # by our own context, before the password is told
        "access_token_callable": None,
        "connect_timeout": seconds,
        "query_timeout": None,
        "tls_ctx": _context(str(url.host), tls) if tls.wanted else None,
        "cafile": tls.ca or None,
        "enc_flag": PreLoginEnc.ENCRYPT_ON if tls.wanted else PreLoginEnc.ENCRYPT_NOT_SUP,
    }.items():
        setattr(told, name, value)
    sock.settimeout(seconds)
    session = _TdsSocket(
        sock=sock,
        login=told,
        tzinfo_factory=FixedOffsetTimezone,
        row_strategy=tuple_row_strategy,
        autocommit=True,
    )
    with _errors(session):
        if session.login() is not None:
            raise EngineError(UNVOUCHED, f"{url.host} sends us on to another server, which is not asked")
    sock.settimeout(None)
    return session, NonMarsConnection(pooling=False, key=(), tds_socket=session)


def _context(host: str, tls: Tls) -> Any:
    """The settings of TLS: by the authorities of a file, for the host that was meant."""
    from OpenSSL import SSL

    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_min_proto_version(SSL.TLS1_2_VERSION)
    made.set_max_proto_version(SSL.TLS1_2_VERSION)  # the driver waits for no ticket, as TLS 1.3 sends them
    made.set_verify(SSL.VERIFY_PEER, partial(_vouched, host))
    if tls.ca == "system":
        made.set_default_verify_paths()
    else:
        made.load_verify_locations(tls.ca)
    return made


def _vouched(host: str, _connection: Any, certificate: Any, _number: int, depth: int, held: int) -> bool:
    """Whether a certificate holds, and the server's own is for the host."""
    return bool(held) and (depth > 0 or is_for(host, _names(certificate.to_cryptography())))


def _names(certificate: Any) -> list[str]:
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName

    try:
        found = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return []
    return list(found.get_values_for_type(DNSName))


def is_for(host: str, names: Iterable[str]) -> bool:
    """Whether one of a certificate's names is a host's; a star stands for its first part alone."""
    host = host.rstrip(".").casefold()
    _, _, parent = host.partition(".")
    known = {name.casefold() for name in names}
    return host in known or (parent.count(".") > 0 and f"*.{parent}" in known)


@contextmanager
def _errors(session: Any = None) -> Iterator[None]:
    """Within: what the driver raises is raised as our own, and first of all what the server said."""
    import pytds
    from OpenSSL import SSL

    try:
        yield
    except TimeoutError as error:
        raise EngineError(CUT, "it was ended by the time that a statement may take") from error
    except SSL.Error as error:
        raise EngineError(UNVOUCHED, f"TLS does not hold: {_of_tls(error)}") from error
    except pytds.Error as error:
        told = _first(session) or EngineError(GONE, str(error.args[0] if error.args else error))
        raise told from error
    except (OSError, EOFError) as error:
        raise EngineError(GONE, str(error) or type(error).__name__) from error


def _first(session: Any) -> EngineError | None:
    """The first error that the server told of what was asked last, which is why the others are; None where none is."""
    if session is None:
        return None
    told = session.main_session.messages
    failed = [each for each in told if each["priv_msg_type"] and each["msgno"] != _ENDED]
    return EngineError(int(failed[0]["msgno"]), str(failed[0]["message"])) if failed else None


def _of_tls(error: Exception) -> str:
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(reason[-1]) for reason in reasons) or "the server's certificate is not vouched for"
