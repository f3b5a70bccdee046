"""Alertmanager's API v2 over plain HTTP: one request, one answer, and of each failure whether the work may be done.

Its URL may hold secrets, and is told by nothing: no error, no log. No proxy of the environment is asked.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.silences.ports import Fault, Unknown, Wanted
from dr_orchestrator.domain.silences.silence import CREATED_BY, There
from dr_orchestrator.errors import UsageError, without_secrets
from dr_orchestrator.waiting.aside import Late, aside

WITHIN_S = 10.0
"""Real seconds that a whole answer may take."""

TRIES, PAUSE_S = 2, 1.0
_MOST_READ, _SHOWN = 16 * 1024 * 1024, 300
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_UP = "see that Alertmanager is up; the drill goes on, and the next round tries again"
_ITS_OWN = "see that the URL is Alertmanager's own, with its path prefix and without /api/v2"
_HINTS = {
    400: "mend what it says: `silences: alertmanager` in tiers.yaml, or a clock",
    401: "renew the token in the variable that `silences: alertmanager: token_env` names, or the URL's password",
    403: "give the token's user the right to make silences",
    404: _ITS_OWN,
}


@dataclass(frozen=True)
class Address:
    """Where it is asked, and its secrets: `authorization` is the header that lets in, empty without one."""

    scheme: str
    host: str
    port: int | None
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
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or not url.isascii():
        raise UsageError(f"{place} holds no URL of Alertmanager", "such as https://alerts.example.com/alertmanager")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if token and (user or password):
        raise UsageError(f"{place} holds a login, and there is a token besides", "keep one of the two")
    if (token or user or password) and parts.scheme == "http" and host not in _LOOPBACK:
        raise UsageError(f"{place}: a secret is not sent over plain http", "write https://")
    login = base64.b64encode(f"{user}:{password}".encode()).decode("ascii") if user or password else ""
    path = parts.path.rstrip("/").removesuffix("/api/v2")
    folders = [each for each in parts.path.split("/") if len(each) > 3]
    hidden = (url, parts.netloc, host, user, password, token, login, *folders)
    authorization = f"Bearer {token}" if token else f"Basic {login}" if login else ""
    secrets = tuple(sorted({each for each in hidden if each}, key=len, reverse=True))
    return Address(parts.scheme, host, port, path, authorization, secrets)


class HttpAlertmanager:
    """One Alertmanager; `clock` is the machine's."""

    def __init__(self, address: Address, clock: Clock, within_s: float = WITHIN_S) -> None:
        self._at, self._clock, self._within_s = address, clock, within_s
        self._ahead: timedelta | None = None

    def find(self, label: str, value: str) -> Sequence[There]:
        """The silences that match a label's value, those that are over, too."""
        plain = value.replace("\\", "\\\\").replace('"', '\\"')
        asked = urlencode({"filter": f'{label}="{plain}"'})
        found = self._again("GET", f"/silences?{asked}")
        try:
            return [_there(each) for each in found]
        except (TypeError, KeyError, ValueError, AttributeError):
            raise Fault("GET /api/v2/silences: answers with what is no list of silences", _ITS_OWN) from None

    def post(self, wanted: Wanted, remote: str) -> str:
        """Make a silence, or change the one of an id; return its id."""
        matchers = [
            {"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in wanted.matchers.items()
        ]
        body = {"matchers": matchers, "startsAt": _stamp(wanted.starts_at), "endsAt": _stamp(wanted.ends_at)}
        body |= {"createdBy": CREATED_BY, "comment": wanted.comment, **({"id": remote} if remote else {})}
        got = self._asked("POST", "/silences", body, of_one=bool(remote))
        made = got.get("silenceID") if isinstance(got, dict) else None
        if not isinstance(made, str) or not made:
            raise Fault("POST /api/v2/silences: answers without an id", _ITS_OWN, surely=False)
        return made

    def delete(self, remote: str) -> None:
        """End a silence."""
        self._again("DELETE", f"/silence/{quote(remote, safe='')}", of_one=True)

    def time(self) -> datetime:
        """The time there, by its last answer; by this machine where it tells none."""
        return self._clock.now() + (self._ahead or timedelta())

    def _again(self, method: str, path: str, *, of_one: bool = False) -> Any:
        """Ask again, where no answer came, what may be asked twice."""
        for left in reversed(range(TRIES)):
            try:
                return self._asked(method, path, None, of_one=of_one)
            except _Passing:
                if not left:
                    raise
                self._clock.sleep(PAUSE_S)
        raise AssertionError  # the last try returned, or raised

    def _asked(self, method: str, path: str, body: object, *, of_one: bool) -> Any:
        call = f"{method} /api/v2{path.partition('?')[0]}"
        link, begun = self._link(), [False]
        try:
            status, read, date = aside(
                lambda: self._exchanged(link, begun, method, path, body),
                what="Alertmanager",
                within=self._within_s,
                give_up=link.close,
            )
        except Late:
            raise _Passing(f"{call}: no whole answer within {self._within_s:g} s", _UP, surely=not begun[0]) from None
        except (OSError, http.client.HTTPException, ValueError) as lost:
            told = "no answer" if begun[0] else "it is not reached"
            raise _Passing(f"{call}: {told}: {self._masked(str(lost))}", _UP, surely=not begun[0]) from None
        finally:
            link.close()
        self._set_time(date)
        return self._told(call, status, read, of_one=of_one)

    def _link(self) -> http.client.HTTPConnection:
        at = self._at
        if at.scheme == "http":
            return http.client.HTTPConnection(at.host, at.port, timeout=self._within_s)
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(at.host, at.port, timeout=self._within_s, context=trusted)

    def _exchanged(
        self, link: http.client.HTTPConnection, begun: list[bool], method: str, path: str, body: object
    ) -> tuple[int, bytes, str]:
        headers = {"Accept": "application/json", "User-Agent": "dr-orchestrator", "Connection": "close"}
        headers |= {"Authorization": self._at.authorization} if self._at.authorization else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        link.connect()
        begun[0] = True
        written = None if body is None else json.dumps(body).encode()
        link.request(method, f"{self._at.path}/api/v2{path}", written, headers)
        got = link.getresponse()
        return got.status, got.read(_MOST_READ), got.headers.get("date", "")

    def _set_time(self, date: str) -> None:
        """Its own clock times what ends there: to the second, and never later than it is."""
        try:
            told = parsedate_to_datetime(date)
        except (ValueError, TypeError):
            return
        self._ahead = (told if told.tzinfo else told.replace(tzinfo=UTC)) - self._clock.now()

    def _told(self, call: str, status: int, read: bytes, *, of_one: bool) -> Any:
        if status < 300:
            try:
                return json.loads(read) if read.strip() else None
            except (ValueError, RecursionError):
                raise Fault(f"{call}: answers {status} with what is no JSON", _ITS_OWN, surely=False) from None
        said = f"{call}: answers {status}: {self._masked(read.decode('utf-8', 'replace'))}"
        if status == 404 and of_one:
            raise Unknown(said, "it is made anew", over=False)
        if status >= 500 or status in (408, 429):
            raise _Passing(said, _UP, surely=status == 429)
        if status < 400:
            raise Fault(f"{call}: answers {status}, that it has moved", "name the URL to which it leads")
        raise Fault(said, _HINTS.get(status, _HINTS[400]), over=status in (401, 403, 404))

    def _masked(self, text: str) -> str:
        for secret in self._at.secrets:
            text = text.replace(secret, "***")
        plain = " ".join("".join(each if each.isprintable() else " " for each in without_secrets(text)).split())
        return plain[:_SHOWN] or "nothing more"


class _Passing(Fault):
    """No answer, or none that counts: what may be asked twice is asked again."""


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _there(said: Any) -> There:
    plain = all(not each["isRegex"] and each.get("isEqual", True) for each in said["matchers"])
    matchers = {str(each["name"]): str(each["value"]) for each in said["matchers"]} if plain else None
    starts, ends = (datetime.fromisoformat(said[name].replace("Z", "+00:00")) for name in ("startsAt", "endsAt"))
    of = (said["createdBy"], said["comment"])
    return There(str(said["id"]), str(said["status"]["state"]), starts, ends, matchers, *map(str, of))
