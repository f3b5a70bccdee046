"""Gaps in drill files: texts that say what a person is to write there; a file with one is no drill file yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dr_orchestrator.catalog.source import Data, Document, Key, dotted
from dr_orchestrator.errors import Problem

MARK = "GAP:"
"""How a gap begins, wherever a value may stand: a text in quotes, so that every editor and every reader of YAML takes
it, and so that no file passes for whole while it holds one.
"""

_FIX = f"write it in place of the text that begins with {MARK}"


def gap(what: str) -> str:
    """The text of a gap that only a person can fill."""
    return f"{MARK} {what}"


def is_gap(value: object) -> bool:
    """Whether a value is one."""
    return isinstance(value, str) and value.startswith(MARK)


def told(documents: Iterable[Document], problems: Sequence[Problem]) -> list[Problem]:
    """All problems with one for each gap, without those that only say that a gap is no value."""
    found: list[Problem] = []
    silent: set[tuple[str, str]] = set()
    for document in documents:
        seen: set[tuple[int, str]] = set()
        for key, text in _gaps(document.data, ()):
            silent.add((document.file, dotted(key)))
            line = document.line(key)
            if (line, text) not in seen:  # an alias shows one at several places
                seen.add((line, text))
                message = f"a gap: {text.removeprefix(MARK).strip() or 'nobody says of what'}"
                found.append(Problem(document.file, line, dotted(key), message, _FIX))
    return [*found, *(each for each in problems if (each.file, each.key) not in silent)]


def _gaps(data: Data | None, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(data, dict):
        for name, value in data.items():
            if is_gap(name):
                yield (*key, name), name
            yield from _gaps(value, (*key, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _gaps(value, (*key, index))
    elif is_gap(data):
        yield key, str(data)
