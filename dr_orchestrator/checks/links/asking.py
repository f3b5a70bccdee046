"""Asks links whether they answer: HEAD, then GET, redirects one by one, some at a time, each within its time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import httpx

from dr_orchestrator.checks.links.guarding import Dead, Lookup, Target, Unaskable, look_up, read, target
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import without_secrets
from dr_orchestrator.waiting.aside import Late, all_aside, aside

AT_ONCE, WITHIN_S, HOPS = 4, 15.0, 5
MOST_READ = 2 * 1024 * 1024
_TOO_OFTEN = 429
_MOVED = (301, 302, 303, 307, 308)
_UNSURE = {
    401: "it wants a login",
    403: "it lets nobody in who has no login",
    407: "a proxy wants a login",
    408: "it gave up waiting",
    425: "it wants to be asked later",
    429: "it wants to be asked less often",
    502: "what stands behind it does not answer",
    503: "it is out of service for the moment",
    504: "what stands behind it does not answer",
}
_HEADERS = {"user-agent": "dro-review", "accept": "*/*", "accept-encoding": "identity"}


@dataclass(frozen=True)
class Told:
    """The answer of a link."""

    outcome: Outcome
    told: str


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str = ""
    content: bytes = b""
    type: str = ""


_Ask = Callable[[Target, float, ssl.SSLContext | None], _Answer]


@dataclass(frozen=True)
class Body:
    """A document that was fetched, and its type as the server says."""

    content: bytes
    type: str


@dataclass(frozen=True)
class Links:
    """Asks addresses; of hosts that are not public only those `allowed`. `within_s` is for each, redirects included.

    `tls` says whom to believe; the authorities that httpx brings where it is None.
    """

    allowed: Collection[str] = ()
    within_s: float = WITHIN_S
    at_once: int = AT_ONCE
    lookup: Lookup = look_up
    tls: ssl.SSLContext | None = None

    def all(self, addresses: Sequence[str]) -> list[Told]:
        """The answers of all, in their order."""
        return all_aside([partial(self.one, each) for each in addresses], at_once=self.at_once, what="links to answer")

    def one(self, address: str) -> Told:
        """The answer of one; what could not be asked is inconclusive."""
        try:
            return _told(self._within(partial(self._followed, address, _status)).status)
        except Dead as dead:
            return Told(Outcome.FAILED, str(dead))
        except Unaskable as why:
            return Told(Outcome.INCONCLUSIVE, str(why))

    def fetched(self, address: str) -> Body:
        """A document; Unaskable where it could not be had, whyever."""
        try:
            found = self._within(partial(self._followed, address, _content))
        except Dead as dead:
            raise Unaskable(str(dead)) from dead
        if not 200 <= found.status < 300:
            raise Unaskable(_told(found.status).told)
        if len(found.content) > MOST_READ:
            raise Unaskable(f"it is larger than {MOST_READ:,} bytes")
        return Body(found.content, found.type)

    def _within(self, ask: Callable[[float], _Answer]) -> _Answer:
        """Ask aside: a server may send its headers byte by byte."""
        ends = time.monotonic() + self.within_s
        try:
            return aside(partial(ask, ends), what="a link to answer", within=self.within_s + 0.2)
        except (Late, httpx.TimeoutException) as late:
            raise Unaskable(f"no answer within {self.within_s:g} s") from late
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as wrong:
            raise Unaskable(without_secrets(f"no answer: {wrong}")) from wrong
        except ValueError as wrong:  # of a library that reads a part of it otherwise
            raise Dead("it is no address") from wrong

    def _followed(self, address: str, ask: _Ask, ends: float) -> _Answer:
        """Ask, and where it leads, until it leads no further; each hop is looked up and guarded like the first."""
        seen: list[str] = []
        while True:
            if address in seen:
                raise Dead("its redirects lead in a circle")
            if len(seen) > HOPS:
                raise Dead(f"it redirects more than {HOPS} times")
            seen.append(address)
            at = target(address, self.allowed, self.lookup)
            answer = ask(at, ends, self.tls)
            if answer.status not in _MOVED or not answer.location:
                return answer
            leads = read(answer.location, at.url)
            if at.url.scheme == "https" and leads.scheme == "http":
                raise Dead(f"it leads from https to http, at {leads.host}")
            address = str(leads.copy_with(fragment=None))


def _status(at: Target, ends: float, tls: ssl.SSLContext | None) -> _Answer:
    """The answer to HEAD; to GET, where a server knows no HEAD, or answers it otherwise."""
    answer = _asked("HEAD", at, ends, tls)
    good = answer.status < 400 or answer.status == _TOO_OFTEN
    return answer if good else _asked("GET", at, ends, tls)


def _content(at: Target, ends: float, tls: ssl.SSLContext | None) -> _Answer:
    return _asked("GET", at, ends, tls, MOST_READ)


def _asked(method: str, at: Target, ends: float, tls: ssl.SSLContext | None, most: int = 0) -> _Answer:
    """Ask the address that was looked up, in the name of its host; no more than `most` bytes are read, and one."""
    left = ends - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("its time is over")
    named, sni = {**_HEADERS, "host": at.host}, {"sni_hostname": at.url.host}
    request = partial(httpx.Request, method, at.at_ip, headers=named, extensions=sni)
    with (
        httpx.Client(trust_env=False, follow_redirects=False, timeout=left, verify=tls or True) as client,
        closing(client.send(request(), stream=True)) as answer,
    ):
        body = b""
        for chunk in answer.iter_raw() if most else ():
            body += chunk
            if len(body) > most:
                break
            if time.monotonic() > ends:
                raise httpx.ReadTimeout("its time is over")
        headers = answer.headers
        return _Answer(answer.status_code, headers.get("location", ""), body, headers.get("content-type", ""))


def _told(status: int) -> Told:
    if 200 <= status < 300:
        return Told(Outcome.PASSED, f"answered {status}")
    if status in _UNSURE:
        return Told(Outcome.INCONCLUSIVE, f"answered {status}: {_UNSURE[status]}")
    return Told(Outcome.FAILED, f"answered {status}")
