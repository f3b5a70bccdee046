"""Where Alertmanager is asked, by its URL; all of that may be a secret, and is told by nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from dr_orchestrator.errors import UsageError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where it is asked, and its secrets: `authorization` is the header that lets in, empty without one."""

    scheme: str
    host: str
    port: int
    path: str
    authorization: str = field(repr=False, default="")
    secrets: tuple[str, ...] = field(repr=False, default=())


def address_of(url: str, place: str, token: str = "") -> Address:
    """The address that a URL tells; UsageError, which tells its place alone, where it is none or would tell secrets."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _PORTS or not host or parts.query or parts.fragment or not url.isascii():
        raise UsageError(f"{place} holds no URL of Alertmanager", "such as https://alerts.example.com/alertmanager")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if token and (user or password):
        raise UsageError(f"{place} holds a login, and there is a token besides", "keep one of the two")
    path = parts.path.rstrip("/").removesuffix("/api/v2")
    if parts.scheme == "http" and host not in _LOOPBACK and (token or user or password):
        raise UsageError(f"{place}: a secret is not sent over plain http", "write https://")
    login = base64.b64encode(f"{user}:{password}".encode()).decode("ascii") if user or password else ""
    authorization = f"Bearer {token}" if token else f"Basic {login}" if login else ""
    hidden = {url, host, user, password, token, login, *_written(parts)} - {""}
    secrets = tuple(sorted(hidden, key=len, reverse=True))
    return Address(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, path, authorization, secrets)


def _written(parts: SplitResult) -> Iterator[str]:
    """The parts of a URL that are hidden besides, as written and as meant; folders of a few letters are words."""
    whole = parts.path.rstrip("/")
    yield from (parts.netloc, parts.username or "", parts.password or "")
    for each in (whole, whole.removesuffix("/api/v2")):
        yield from (each, unquote(each))
    for folder in whole.split("/"):
        yield from (each for each in (folder, unquote(folder)) if len(each) > 3)
