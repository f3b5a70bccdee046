"""Plain HTTP to a tracker: one request, one answer, and of each failure whether the work may have been done.

What only reads is asked again. What changes something is asked once: only a refusal that says so itself (429, or 503
with Retry-After) is waited out, within bounds. Redirects are followed by reads, and to the same host alone. A request
that is given up before it was written is never written.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import UsageError, without_secrets
from dr_orchestrator.tracker.faults import AnswerLost, Gone, Later, NotSent, Rejected, TrackerFault, Unusable
from dr_orchestrator.tracker.holding import hold
from dr_orchestrator.tracker.reaching import hint_for
from dr_orchestrator.tracker.writing import Writing
from dr_orchestrator.waiting.aside import Late, aside

WITHIN_S = 30.0
"""Real seconds that an answer may take, all of it."""

MOST_WAITED_S = 60.0
"""Seconds from its beginning within which a call is asked again, whoever took them; what takes longer is left for the
next sync. With its last answer a call is over long before a claim is.
"""

_CONNECTS = 1 / 3
"""The share of an answer's time within which an address has to be reached: a host may have several."""

LIMITED, UNSAID = timedelta(seconds=60), timedelta(seconds=10)
"""How long a tracker is left alone that does not say until when: GitHub asks for a minute after its second limit."""

MOST_READ = 16 * 1024 * 1024
TRIES, PAUSE_S = 3, 1.0
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_SHOWN = 300
_Json = Any


@dataclass(frozen=True)
class Answer:
    """A success: its status, its headers by lower-case names, and its JSON, None where it has no body."""

    status: int
    headers: Mapping[str, str]
    data: _Json


class Client:
    """One tracker's API below an address; `secrets` are shown in no message, `name` begins each."""

    def __init__(
        self,
        name: str,
        base: str,
        headers: Mapping[str, str],
        secrets: tuple[str, ...],
        clock: Clock,
        within_s: float = WITHIN_S,
    ) -> None:
        self.name, self._base, self._secrets = name, base, secrets
        self._clock, self._within_s = clock, within_s
        # Proxies of the environment lead out of a company's network; whatever listens on this machine is asked itself.
        # It alone may be asked without TLS, to which the declaration is held.
        secure, self._proxied = httpx.URL(base).scheme == "https", not is_loopback(httpx.URL(base).host)
        try:
            self._http = httpx.Client(
                headers={"accept": "application/json", "user-agent": "dr-orchestrator", **headers},
                timeout=within_s,
                verify=httpx.create_ssl_context() if secure else False,  # of SSL_CERT_FILE, for this machine, too
                trust_env=self._proxied,
                follow_redirects=False,
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as wrong:
            told = f"{name}: it cannot be asked from here: {self._masked(str(wrong))}"
            raise UsageError(told, _SETTINGS) from None

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def call(self, method: str, path: str) -> str:
        """How a call is told of."""
        return f"{self.name}: {method} {path}"

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read; asked again where no answer came, or one that says nothing."""
        return self._again("GET", path, params, None)

    def find(self, path: str, body: _Json) -> Answer:
        """Read by a POST, likewise."""
        return self._again("POST", path, None, body)

    def put(self, path: str, body: _Json) -> Answer:
        """Set what is the same when it is set twice, likewise."""
        return self._again("PUT", path, None, body)

    def patch(self, path: str, body: _Json) -> Answer:
        """Set it likewise."""
        return self._again("PATCH", path, None, body)

    def post(self, path: str, body: _Json) -> Answer:
        """Change something; AnswerLost where nobody knows whether that was done."""
        return self._patiently("POST", path, None, body, self._ends())

    def _ends(self) -> float:
        return self._clock.monotonic() + MOST_WAITED_S

    def _again(self, method: str, path: str, params: Mapping[str, str] | None, body: _Json) -> Answer:
        ends = self._ends()
        for left in reversed(range(TRIES)):
            try:
                return self._patiently(method, path, params, body, ends)
            except (AnswerLost, NotSent):
                if not left or self._clock.monotonic() >= ends:
                    raise
                self._clock.sleep(PAUSE_S * (TRIES - left))
        raise AssertionError  # the last try returned, or raised

    def _patiently(self, method: str, path: str, params: Mapping[str, str] | None, body: _Json, ends: float) -> Answer:
        while True:
            try:
                return self._followed(method, path, params, body)
            except Later as later:
                after = later.after.total_seconds()
                if self._clock.monotonic() + after > ends:
                    raise
                self._clock.sleep(after)
            hold()

    def _followed(self, method: str, path: str, params: Mapping[str, str] | None, body: _Json) -> Answer:
        url, call = httpx.URL(self._base + path, params=params or {}), self.call(method, path)
        for _ in range(3):
            got = self._ask(call, method, url, body)
            if not 300 <= got.status_code < 400:
                return self._told(call, got)
            to = url.join(got.headers.get("location", ""))
            if method != "GET" or (to.scheme, to.host, to.port) != (url.scheme, url.host, url.port):
                told = f"answers that it has moved to {to.copy_with(query=None)}"
                raise Unusable(call, told, "name the new address in tiers.yaml, where that is right")
            url = to
        raise Unusable(call, "redirects in a circle", "mend the tracker's address in tiers.yaml")

    def _ask(self, call: str, method: str, url: httpx.URL, body: _Json) -> httpx.Response:
        """The whole answer within its time, which a server that sends it byte by byte does not put off."""
        on = Writing()
        try:
            return aside(
                lambda: self._read(method, url, body, on), what=call, within=self._within_s, give_up=on.give_up
            )
        except Late:
            if not on.begun:
                raise NotSent(call, f"the tracker is not reached within {self._within_s:g} s", _DOWN) from None
            raise AnswerLost(call, f"no whole answer within {self._within_s:g} s", _DOWN) from None
        except _UNREACHED as lost:
            hint = hint_for(lost, url, proxied=self._proxied)
            raise NotSent(call, f"the tracker is not reached: {self._masked(str(lost))}", hint) from None
        except httpx.HTTPError as lost:
            raise AnswerLost(call, f"no answer: {self._masked(str(lost))}", _DOWN) from None

    def _read(self, method: str, url: httpx.URL, body: _Json, on: Writing) -> httpx.Response:
        ends = time.monotonic() + self._within_s
        sent: dict[str, Any] = {} if body is None else {"json": body}
        within = httpx.Timeout(self._within_s, connect=self._within_s * _CONNECTS)
        with self._http.stream(method, url, timeout=within, extensions={"trace": on.trace}, **sent) as answer:
            read, many = [], 0
            for chunk in answer.iter_bytes():
                read.append(chunk)
                many += len(chunk)
                if many > MOST_READ or time.monotonic() > ends:
                    raise httpx.ReadTimeout("too long an answer")
        plain = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        return httpx.Response(answer.status_code, headers=plain, content=b"".join(read))

    def _told(self, call: str, got: httpx.Response) -> Answer:
        """The answer of a success; else the fault that it stands for."""
        status = got.status_code
        if status < 300:
            try:
                data = json.loads(got.content) if got.content.strip() else None
            except (ValueError, RecursionError):
                raise AnswerLost(call, f"answers {status} with what is no JSON", _NOT_IT) from None
            return Answer(status, dict(got.headers), data)
        said = f"answers {status}: {self._reason(got)}"
        if (after := self._after(got)) is not None:
            hint = f"it wants to be asked again in {after.total_seconds():.0f} s: sync again then"
            raise Later(call, said, hint, after)
        if status >= 500 or status == 408:
            raise AnswerLost(call, said, _DOWN)
        if status == 401:
            raise Unusable(call, said, "renew the token in the variable that `tracker: token_env` names")
        if status == 403:
            raise Rejected(call, said, "give the token's user the right to do this in the project")
        kind: type[TrackerFault] = Gone if status in (404, 410) else Rejected
        raise kind(call, said, "mend what it says, in tiers.yaml or in the project; the next sync tries again")

    def _after(self, got: httpx.Response) -> timedelta | None:
        """How long a tracker wants to be left alone; None where it does not say so."""
        headers, refused = got.headers, got.status_code == 403
        spent = headers.get("x-ratelimit-remaining") == "0"
        said = headers.get("retry-after", "")
        # GitHub's second limit has no header of its own, and answers as a missing right does, but for its words.
        limited = refused and "rate limit" in self._reason(got).casefold()
        if got.status_code == 429 or (refused and (spent or limited)) or (got.status_code in (403, 503) and said):
            reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
            if not said and limited and not (spent and reset):
                return LIMITED
            return self._span(said, "" if said else reset, headers.get("date", ""))
        return None

    def _span(self, said: str, reset: str, date: str) -> timedelta:
        """The time until an instant, by the tracker's own clock where it shows that: ours may be another."""
        try:
            if said.strip().isdigit():
                return timedelta(seconds=min(max(int(said), 1), 86_400))
            until = _instant(reset or said)
            now = _instant(date) if date else self._clock.now()
            return min(until - now, timedelta(days=1)) if until > now else UNSAID
        except (ValueError, TypeError, OverflowError, OSError):
            return UNSAID

    def _reason(self, got: httpx.Response) -> str:
        """The tracker's word, in its own words: Jira, GitHub and GitLab each have keys of their own."""
        try:
            data = json.loads(got.content)
        except (ValueError, RecursionError):
            return self._masked(got.text)
        if not isinstance(data, dict):
            return self._masked(str(data))
        told = [*_each(data.get("errorMessages")), *_each(data.get("errors")), *_each(data.get("message"))]
        told += _each(data.get("error_description") or data.get("error"))
        return self._masked("; ".join(told) or str(data))

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        plain = " ".join("".join(each if each.isprintable() else " " for each in without_secrets(text)).split())
        return plain[:_SHOWN] or "nothing more"


_DOWN = "see that the tracker is up; nothing is lost, and the next sync goes on where this one ended"
_SETTINGS = "mend what it says: the address in tiers.yaml, or this process's *_PROXY, SSL_CERT_FILE, SSL_CERT_DIR"
_NOT_IT = "see that `tracker: url` in tiers.yaml is the tracker's own, and no login page before it"


def _instant(said: str) -> datetime:
    """An instant as a header tells it: in seconds, as ISO 8601 has it, or as HTTP has; ValueError where it is none."""
    plain = said.strip()
    if plain.isdigit():
        return datetime.fromtimestamp(int(plain), UTC)
    try:
        told = datetime.fromisoformat(plain)
    except ValueError:
        told = parsedate_to_datetime(plain)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _each(said: object) -> list[str]:
    if isinstance(said, dict):
        return [f"{name}: {', '.join(_each(value)) or value}" for name, value in said.items()]
    if isinstance(said, list):
        return [text for each in said for text in _each(each)]
    return [str(said)] if said else []


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, where no TLS is needed and no proxy helps."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
