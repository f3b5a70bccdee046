"""The differences between two documents, each by the way to it: what was there, and what is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = "nothing"
"""How people are told that a document has nothing at a place."""


_LONGEST = 240
"""So many characters of a value are told within a sentence."""


@dataclass(frozen=True)
class Change:
    """A place in a document whose value is another than it was; `was` and `now` are texts that people read."""

    path: str
    was: str
    now: str

    def __str__(self) -> str:
        if self.now == NOTHING and self.was.startswith("{"):
            return f"{self.path} is gone"
        return f"{self.path} was {_short(self.was)}, is {_short(self.now)}"


def canonical(document: Any) -> str:
    """A document as a text that is the same for the same content, whatever order its keys came in."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(document: Any) -> str:
    """The SHA-256 of a document's content."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def changes(was: Any, now: Any, path: str = "") -> Iterator[Change]:
    """The differences of two documents, in the order of their keys; where a part is gone whole, that part alone."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted({*was, *now}):
            here = f"{path} / {key}" if path else str(key)
            yield from changes(was.get(key, _ABSENT), now.get(key, _ABSENT), here)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (before, after) in enumerate(zip(was, now, strict=True)):
            yield from changes(before, after, f"{path} / {number}" if path else str(number))
    elif was is _ABSENT or now is _ABSENT or canonical(was) != canonical(now):
        yield Change(path, _told(was), _told(now))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class _Absent:
    """The value of a key that a document does not have: null is a value of its own."""


_ABSENT = _Absent()


def _told(value: Any) -> str:
    if value is _ABSENT or value is None:
        return NOTHING
    return value if isinstance(value, str) else canonical(value)
