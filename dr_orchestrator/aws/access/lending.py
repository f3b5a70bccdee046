"""Lends a program the credentials of a role for as long as it runs: it asks for them anew as they grow old.

It is answered on loopback as the agent of a container answers, which every SDK of AWS asks by itself: the address and
the word that opens it are in the program's environment, and end with it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dr_orchestrator.aws.access.roles import AssumedRole
from dr_orchestrator.errors import DrillFault

PLACE, WORD = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_LOOK_S = 0.05
"""Real seconds between two looks whether the program has ended."""

_WITHIN_S = 10.0
"""Real seconds that a question may take to come: who asks slowly holds nobody else up, and is given up."""


@contextmanager
def lending(role: AssumedRole, learned: Callable[[list[str]], None]) -> Iterator[dict[str, str]]:
    """Within: the variables by which a program is lent the credentials of a role.

    `learned` is told what is secret of them, before the program is.
    """
    word = secrets.token_urlsafe(32)
    learned([word])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(role, word, learned))
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever, args=(_LOOK_S,), name="lending", daemon=True)
    serving.start()
    try:
        yield {PLACE: f"http://127.0.0.1:{server.server_port}/credentials", WORD: word}
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _answering(role: AssumedRole, word: str, learned: Callable[[list[str]], None]) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        timeout = _WITHIN_S

        def do_GET(self) -> None:
            """Answer whoever has the word, and nobody else."""
            if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), word.encode()):
                self._answer(HTTPStatus.FORBIDDEN, {"code": "Forbidden", "message": "not the program that is lent to"})
                return
            try:
                told = _told(role)
            except DrillFault as fault:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"code": "NotLent", "message": str(fault)})
                return
            learned([told["SecretAccessKey"], told["Token"]])
            self._answer(HTTPStatus.OK, told)

        def _answer(self, status: HTTPStatus, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tell nobody: the program's own output is what is kept."""

    return Answering


def _told(role: AssumedRole) -> dict[str, str]:
    """The credentials in the words of such an agent."""
    lent = role.get_frozen_credentials()
    return {
        "AccessKeyId": lent.access_key,
        "SecretAccessKey": lent.secret_key,
        "Token": lent.token,
        "Expiration": f"{role.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
