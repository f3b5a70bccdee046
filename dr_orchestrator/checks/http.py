"""Checks that ask an endpoint of a copy, as a user of the service would."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from dr_orchestrator.checks.masking import masked
from dr_orchestrator.checks.result import judged
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import HttpAnswer
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured, without_secrets
from dr_orchestrator.waiting.aside import Late, aside

MOST_READ = 64 * 1024
"""Bytes of an answer that are read: what it must contain stands in these."""


_LOOKED_AT, _KEPT = 2048, 120
"""Letters of an answer's beginning in which secrets are masked, and of that how many are kept."""

_OUTPUT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class _Answer:
    status: int
    text: str


class HttpChecks:
    """Performs HTTP checks; `outputs` gives the values that a URL may name, such as a stack's outputs.

    `foreign` tells of those that may be somebody else's addresses why that is so: nothing is asked there.
    """

    def __init__(
        self,
        outputs: Callable[[Copy], Mapping[str, str]],
        foreign: Callable[[Copy], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._outputs, self._foreign = outputs, foreign

    def perform(self, check: HttpAnswer, copy: Copy) -> CheckResult:
        """Ask once; redirects are not followed: they would leave the copy."""
        url = self._address(check, copy)
        try:
            answer = _ask(url, check.timeout)
        except httpx.HTTPError as error:
            return judged(check, expectation(check), without_secrets(f"no answer: {error}"), False)
        held = answer.status == check.status and check.contains in answer.text
        observed = f"status {answer.status}: {masked(answer.text[:_LOOKED_AT])[:_KEPT].strip()}"
        return judged(check, expectation(check), observed, held)

    def _address(self, check: HttpAnswer, copy: Copy) -> str:
        outputs = self._outputs(copy) if "{" in check.url else {}
        try:
            url = _OUTPUT.sub(lambda named: outputs[named[1]], check.url)
        except KeyError as missing:
            known = ", ".join(sorted(outputs)) or "none"
            raise NotMeasured(f"{copy.id} has no output {missing}; it has: {known}") from missing
        foreign = self._foreign(copy) if outputs else {}
        for name in _OUTPUT.findall(check.url):
            if why := foreign.get(name):
                raise NotMeasured(f"nothing was asked: the output {name} of {copy.id} {why}")
        if "{" in _OUTPUT.sub("", check.url):
            raise ValueError(f"{check.url} is not an address: a brace is left open")
        first = _OUTPUT.match(check.url)
        if first and _origin(url) != _origin(outputs[first[1]]):
            raise NotMeasured(f"{url} is not an address at {outputs[first[1]]}, the output {first[1]} of {copy.id}")
        return url


def _origin(url: str) -> tuple[str, bytes, bytes]:
    """Scheme, user and host with port; what is no address has none, and is told as such when it is asked."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "", b"", b""
    return parsed.scheme, parsed.userinfo, parsed.netloc


def reached(url: str) -> tuple[str, int]:
    """The host, as it is looked up, and the port at which an address is asked; empty where it is no address."""
    try:
        parsed = httpx.URL(url)
        return parsed.raw_host.decode("ascii"), parsed.port or {"https": 443, "http": 80}.get(parsed.scheme, 0)
    except httpx.InvalidURL:
        return "", 0


def nothing_to_ask() -> HttpChecks:
    """HTTP checks of a copy that has no outputs: an address that names one could not be measured."""
    return HttpChecks(lambda _copy: {})


def _ask(url: str, within: timedelta) -> _Answer:
    """The answer within a time for all of it: asked aside, since a server may send its headers byte by byte."""
    seconds = within.total_seconds()
    try:
        return aside(lambda: _read(url, seconds), what=f"the answer of {without_secrets(url)}", within=seconds + 0.2)
    except Late:
        raise httpx.ReadTimeout(f"not complete within {seconds:g} s") from None


def _read(url: str, seconds: float) -> _Answer:
    deadline = time.monotonic() + seconds
    plain = {"accept-encoding": "identity"}  # what is packed small may be endless unpacked
    with httpx.stream("GET", url, headers=plain, timeout=seconds, follow_redirects=False, trust_env=False) as answer:
        body = b""
        for chunk in answer.iter_raw():  # as they come: of a size, they would be waited for past the deadline
            body += chunk
            if len(body) >= MOST_READ:
                break
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout(f"not complete within {seconds:g} s")
        return _Answer(answer.status_code, body[:MOST_READ].decode(answer.encoding or "utf-8", "replace"))


def expectation(check: HttpAnswer) -> str:
    """The claim of the check, in words."""
    contains = f" and '{check.contains}' in the answer" if check.contains else ""
    return f"status {check.status} from {check.url}{contains}"
