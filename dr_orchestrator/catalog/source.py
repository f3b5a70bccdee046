"""YAML text -> plain data whose every key remembers its line; nothing hostile or ambiguous gets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from dr_orchestrator.catalog.events import MOST_NODES, Stop, events, line_of, targets
from dr_orchestrator.errors import Problem

MOST_BYTES = 512_000

Key: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = "str | list[Data] | dict[str, Data]"

# YAML 1.2's core schema: only these words are not text. `no`, `on`, `12:30` and `1_000` are text, as people expect.
_NOT_TEXT = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|",
    re.ASCII,
)
_NOTHING = re.compile(r"~|null|Null|NULL|")
_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"!", *(_TAG + name for name in ("str", "int", "float", "bool", "null"))}


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


def dotted(key: Key) -> str:
    """A key path as people write it: `drills.jira-pitr.checks[0].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def read(path: Path, file: str, *, foreign: bool = False) -> Document:
    """Read a YAML (or JSON) file; `foreign` ones, such as templates, may use tags of their own."""
    try:
        return parse(_text(path), file, foreign=foreign)
    except Stop as stop:
        return Document(file, problems=[Problem(file, stop.line, "", stop.message, stop.fix)])


def parse(text: str, file: str, *, foreign: bool = False) -> Document:
    """Read YAML text; a duplicate key or a foreign tag is noted and reading goes on, so that all is told at once."""
    document = Document(file)
    try:
        document.data = _Walk(events(text), document, foreign).everything()
    except Stop as stop:
        document.problems.append(Problem(file, stop.line, "", stop.message, stop.fix))
    return document


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Stop(1, "is not a file", "put a YAML file there")
        if path.stat().st_size > MOST_BYTES:
            raise Stop(1, f"is larger than {MOST_BYTES:,} bytes", "split it")
        raw = path.read_bytes()
    except OSError as wrong:
        raise Stop(1, f"cannot be read: {wrong.strerror}", "check its permissions") from wrong
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        raise Stop(line, f"byte {raw[wrong.start]:#04x} is not UTF-8", "save the file as UTF-8") from wrong


class _Walk:
    """Turns events into data; an alias is a second walk over the events of its anchor."""

    def __init__(self, stream: list[yaml.Event], document: Document, foreign: bool) -> None:
        self._events = stream
        self._document = document
        self._foreign = foreign
        self._targets = targets(stream)
        self._open: set[int] = set()
        self._visited = 0

    def everything(self) -> Data:
        self._document.lines[()] = self._line(0)
        return self._value(0, ())[0]

    def _value(self, index: int, key: Key) -> tuple[Data, int]:
        """The value that begins at an event, and the index of the event after it."""
        event = self._events[index]
        self._visited += 1
        if self._visited > MOST_NODES:
            raise Stop(self._line(index), f"its aliases expand to more than {MOST_NODES:,} values", "write it out")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(index, key), index + 1
        self._check_tag(event, key)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event), index + 1
        fill = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
        return self._collection(index, key, fill)

    def _alias(self, index: int, key: Key) -> Data:
        target = self._targets[index]
        if target in self._open:
            raise Stop(self._line(index), "the alias stands inside what it refers to", "write it out")
        return self._value(target, key)[0]

    def _collection(self, index: int, key: Key, fill: Callable[[int, Key], tuple[Data, int]]) -> tuple[Data, int]:
        self._open.add(index)
        value, end = fill(index + 1, key)
        self._open.discard(index)
        return value, end + 1

    def _sequence(self, index: int, key: Key) -> tuple[Data, int]:
        found: list[Data] = []
        while not isinstance(self._events[index], yaml.CollectionEndEvent):
            place = (*key, len(found))
            self._document.lines[place] = self._line(index)
            value, index = self._value(index, place)
            found.append(value)
        return found, index

    def _mapping(self, index: int, key: Key) -> tuple[Data, int]:
        found: dict[str, Data] = {}
        while not isinstance(self._events[index], yaml.CollectionEndEvent):
            line = self._line(index)
            name, index = self._value(index, key)
            if not isinstance(name, str) or (isinstance(name, Plain) and not name):
                raise Stop(line, "a key is not a word", "write `key: value`")
            place = (*key, str(name))
            again = place in self._document.lines
            first = self._document.lines.setdefault(place, line)
            value, index = self._value(index, (*place, "again") if again else place)
            if again:
                self._note(line, place, f"'{name}' is written twice, first on line {first}", "keep one of them")
            elif name == "<<" and not self._foreign:
                self._note(line, place, "merge keys (<<) are not understood", "write the keys out")
            else:
                found[str(name)] = value
        return found, index

    def _check_tag(self, event: yaml.Event, key: Key) -> None:
        allowed = _SCALAR_TAGS
        if isinstance(event, yaml.CollectionStartEvent):
            allowed = {_TAG + ("map" if isinstance(event, yaml.MappingStartEvent) else "seq")}
        tag = getattr(event, "tag", None)
        if tag and tag not in allowed and not self._foreign:
            shown = tag.replace(_TAG, "!!")
            self._note(line_of(event), key, f"the tag {shown} is not allowed here", "remove the tag")

    def _note(self, line: int, key: Key, message: str, fix: str) -> None:
        self._document.problems.append(Problem(self._document.file, line, dotted(key), message, fix))

    def _line(self, index: int) -> int:
        return line_of(self._events[index])


def _scalar(event: yaml.ScalarEvent) -> str:
    if event.style or event.tag in ("!", _TAG + "str") or not _NOT_TEXT.fullmatch(event.value):
        return str(event.value)
    return Plain("" if _NOTHING.fullmatch(event.value) else event.value)
