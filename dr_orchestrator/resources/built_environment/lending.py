"""Credentials that are lent to a program for as long as it runs: it asks for them at an address of this machine alone.

So AWS's SDKs ask in a container, and again before what they got is over. With this process the address is gone.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dr_orchestrator.aws.access.roles import Lent
from dr_orchestrator.errors import DroError

_HOST, _PATH = "127.0.0.1", "/credentials"
_PATIENCE_S = 10
"""Real seconds that somebody who connects has to ask."""


_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def past_proxies(passed: Mapping[str, str]) -> dict[str, str]:
    """The variables by which nothing on this machine is asked through a proxy: it would be told the word."""
    if not any(passed.get(name) for name in _PROXIES):
        return {}
    return {name: ",".join(filter(None, (passed.get(name), _HOST))) for name in ("NO_PROXY", "no_proxy")}


class Lender:
    """Lends to whoever shows the word that the program was given.

    `renewed` is told each credential before it is lent; `failed` is why one could not be, empty where all could.
    """

    def __init__(self, lends: Callable[[], Lent], renewed: Callable[[Lent], None]) -> None:
        self._lends, self._renewed = lends, renewed
        self.word = secrets.token_urlsafe(32)
        self.failed = ""

    def lend(self) -> Lent:
        """The credentials as they are now."""
        lent = self._lends()
        self._renewed(lent)
        return lent

    def answer(self, path: str, word: str) -> tuple[HTTPStatus, Mapping[str, str]]:
        """The answer to who asks."""
        if path != _PATH or not hmac.compare_digest(word.encode(), self.word.encode()):
            return HTTPStatus.FORBIDDEN, {"code": "Forbidden", "message": "nothing is lent to you"}
        try:
            lent = self.lend()
        except DroError as fault:
            self.failed = fault.message
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"code": type(fault).__name__, "message": fault.message}
        self.failed = ""
        return HTTPStatus.OK, {
            "AccessKeyId": lent.access_key,
            "SecretAccessKey": lent.secret_key,
            "Token": lent.token,
            "Expiration": f"{datetime.now(UTC) + lent.left:%Y-%m-%dT%H:%M:%SZ}",  # by the clock that the program has
        }


@contextmanager
def lending(lender: Lender) -> Iterator[dict[str, str]]:
    """Within: the variables by which a program finds what it is lent; nobody answers there any more afterwards."""

    class Asked(BaseHTTPRequestHandler):
        """One who asks."""

        timeout = _PATIENCE_S

        def do_GET(self) -> None:
            """Answer."""
            status, told = lender.answer(self.path, self.headers.get("Authorization", ""))
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody is told who asked."""

    server = ThreadingHTTPServer((_HOST, 0), Asked)
    server.daemon_threads, server.block_on_close = True, False
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="lender", daemon=True)
    serving.start()
    try:
        uri = f"http://{_HOST}:{server.server_address[1]}{_PATH}"
        yield {"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN": lender.word}
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
