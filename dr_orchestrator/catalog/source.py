"""YAML text -> plain data whose every key remembers its line; nothing hostile or ambiguous gets through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from dr_orchestrator.documents.events import Stop
from dr_orchestrator.documents.walk import TAG, Key, Walk, dotted
from dr_orchestrator.errors import Problem

__all__ = ["Data", "Document", "Key", "Plain", "dotted", "parse", "read", "text_of"]

MOST_BYTES = 512_000

Data: TypeAlias = "str | list[Data] | dict[str, Data]"

# YAML 1.2's core schema: only these words are not text. `no`, `on`, `12:30` and `1_000` are text, as people expect.
_NOT_TEXT = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|",
    re.ASCII,
)
_NOTHING = re.compile(r"~|null|Null|NULL|")


class Plain(str):
    """A scalar written without quotes that YAML takes for a number, a truth value or (empty) nothing."""

    __slots__ = ()


@dataclass
class Document:
    """A file's data, the line of each of its keys, and what was wrong with the text; no data where it is unreadable."""

    file: str
    data: Data | None = None
    lines: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest key around it that is written."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def problem(self, key: Key, message: str, fix: str = "") -> Problem:
        """A problem at a key of this file."""
        return Problem(self.file, self.line(key), dotted(key), message, fix)


def read(path: Path, file: str) -> Document:
    """Read a YAML (or JSON) file."""
    try:
        return parse(text_of(path), file)
    except Stop as stop:
        return Document(file, problems=[Problem(file, stop.line, "", stop.message, stop.fix)])


def parse(text: str, file: str) -> Document:
    """Read YAML text; a duplicate key or a foreign tag is noted and reading goes on, so that all is told at once."""
    walk = _Walk(file)
    return Document(file, walk.data(text), walk.lines, walk.problems)


def text_of(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a file of bearable size; Stop where it is none."""
    try:
        if not path.is_file():
            raise Stop(1, "is not a file", "put a YAML file there")
        if path.stat().st_size > most:
            raise Stop(1, f"is larger than {most:,} bytes", "split it")
        raw = path.read_bytes()
    except OSError as wrong:
        raise Stop(1, f"cannot be read: {wrong.strerror}", "check its permissions") from wrong
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        raise Stop(line, f"byte {raw[wrong.start]:#04x} is not UTF-8", "save the file as UTF-8") from wrong


class _Walk(Walk):
    """The drill files' dialect: text, and nothing by surprise."""

    def scalar(self, event: yaml.ScalarEvent) -> str:
        """Text, marked where YAML takes it for something else."""
        if event.style or event.tag in ("!", TAG + "str") or not _NOT_TEXT.fullmatch(event.value):
            return str(event.value)
        return Plain("" if _NOTHING.fullmatch(event.value) else event.value)

    def tagged(self, tag: str, line: int, key: Key, value: Data) -> Data:
        """Tags are noted."""
        self.note(line, key, f"the tag {tag} is not allowed here", "remove the tag")
        return value

    def merged(self, line: int, place: Key, _value: Data) -> dict[str, Data]:
        """Merge keys are noted."""
        self.note(line, place, "merge keys (<<) are not understood", "write the keys out")
        return {}

    def word(self, _event: yaml.Event, value: Data) -> str | None:
        """Text, also where YAML takes it for something else; not nothing."""
        return str(value) if isinstance(value, str) and (value or not isinstance(value, Plain)) else None
