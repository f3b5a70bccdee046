"""The output of a program as it comes: bounded, without secrets, its JSON lines taken as results."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import without_secrets

KEPT = 16 * 1024
"""Bytes of the output's end that are kept."""

MOST_RESULTS = 100
LONGEST_LINE = 4096
LONGEST_NAME, LONGEST_WORDS = 120, 500
_OUTCOMES = {each.value: each for each in (Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE)}


@dataclass(frozen=True)
class Told:
    """A result that the program told by a line of JSON."""

    name: str
    outcome: Outcome
    observed: str


class Output:
    """Takes what a program prints, piece by piece; no secret is ever in what it keeps."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = frozenset[str]()
        self.hide(secrets)
        self._raw, self._kept, self._line = b"", b"", b""
        self._too_long = False
        self.size, self.results, self.refused = 0, list[Told](), 0

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these, too, in what is yet to come."""
        self.secrets |= set(secrets) - {""}
        forms = {form for secret in self.secrets for form in _forms(secret)}
        self._secrets = sorted((form.encode() for form in forms), key=len, reverse=True)
        self._held_back = max((len(each) for each in self._secrets), default=1) - 1

    def add(self, piece: bytes) -> None:
        """Take the next piece; its last bytes wait for the next one, for a secret may lie across both."""
        self.size += len(piece)
        text = self._masked(self._raw + piece)
        ready = max(0, len(text) - self._held_back)
        self._raw = text[ready:]
        self._take(text[:ready])

    def end(self) -> None:
        """The program prints no more."""
        self._take(self._raw)
        self._raw = b""
        self._ended_line()

    @property
    def text(self) -> str:
        """The end of it, masked."""
        return without_secrets(self._kept.decode("utf-8", "replace"))

    @property
    def last_line(self) -> str:
        """The last line that says something, and is no result of its own."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip() and not self._told(line.encode())]
        return lines[-1][:LONGEST_WORDS] if lines else ""

    def _masked(self, text: bytes) -> bytes:
        for secret in self._secrets:
            text = text.replace(secret, b"***")
        return text

    def _take(self, text: bytes) -> None:
        self._kept = (self._kept + text)[-KEPT:]
        *lines, rest = text.split(b"\n")
        for line in lines:
            self._more_of_line(line)
            self._ended_line()
        self._more_of_line(rest)

    def _more_of_line(self, text: bytes) -> None:
        self._too_long = self._too_long or len(self._line) + len(text) > LONGEST_LINE
        self._line = b"" if self._too_long else self._line + text

    def _ended_line(self) -> None:
        line, self._line, self._too_long = self._line, b"", False
        if (found := self._told(line)) is None:
            return
        if len(self.results) < MOST_RESULTS:
            self.results.append(found)
        else:
            self.refused += 1

    def _told(self, line: bytes) -> Told | None:
        """The result that a line tells; None where it tells none."""
        read = _read(line)
        if not isinstance(read, dict) or not isinstance(read.get("check"), str):
            return None
        outcome = _OUTCOMES.get(str(read.get("outcome")))
        observed = self._plain(str(read.get("observed", "")))[:LONGEST_WORDS]
        return Told(self._plain(read["check"])[:LONGEST_NAME], outcome, observed) if outcome else None

    def _plain(self, text: str) -> str:
        """A text of JSON, in which a secret may have been written by other signs."""
        return without_secrets(self._masked(text.encode("utf-8", "replace")).decode("utf-8", "replace"))


def _read(line: bytes) -> Any:
    """The JSON object that a line is; None where it is plain output."""
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _forms(secret: str) -> Iterable[str]:
    """The ways in which a program may print a secret: plain, quoted for an address, for JSON, for Python, in base64."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret), quote(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])
    yield base64.b64encode(secret.encode("utf-8", "surrogateescape")).decode()
