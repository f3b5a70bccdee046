"""Events -> data whose every key remembers its line; what a scalar and a tag mean is said by each dialect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import yaml

from dr_orchestrator.documents.events import DEEPEST, MOST_NODES, Stop, events, line_of, targets, too_deep
from dr_orchestrator.errors import Problem

Key: TypeAlias = tuple[str | int, ...]

TAG = "tag:yaml.org,2002:"
SCALAR_TAGS = {"!", *(TAG + name for name in ("str", "int", "float", "bool", "null"))}
MERGE = "<<"


def dotted(key: Key) -> str:
    """A key path as people write it: `drills.jira-pitr.checks[0].name`; a URL in it may be a secret, and is hidden."""
    return "".join(map(_part, key)).removeprefix(".")


def _part(of: str | int) -> str:
    return f"[{of}]" if isinstance(of, int) else ".***" if "://" in of else f".{of}"


def foreign_tag(event: yaml.Event) -> str:
    """The tag of an event; empty where it has none, or one that only says what it is anyway."""
    allowed = SCALAR_TAGS
    if isinstance(event, yaml.CollectionStartEvent):
        allowed = {TAG + ("map" if isinstance(event, yaml.MappingStartEvent) else "seq")}
    tag = str(getattr(event, "tag", None) or "")
    return "" if tag in allowed else tag.replace(TAG, "!!")


class Walk(ABC):
    """A walk over the events of one text; an alias is a second walk over the events of its anchor.

    A duplicate key or a foreign tag is noted and the walk goes on, so that all is told at once.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Key, int] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._visited = 0

    def data(self, text: str) -> Any:
        """The data of a text; None where it cannot be read to its end."""
        try:
            self._events = events(text)
            self._targets = targets(self._events)
            self.lines[()] = self._line(0)
            return self._value(0, ())[0]
        except Stop as stop:
            self.problems.append(Problem(self.file, stop.line, "", stop.message, stop.fix))
            return None

    @abstractmethod
    def scalar(self, event: yaml.ScalarEvent) -> Any:
        """The value of a scalar, whatever its tag."""

    @abstractmethod
    def tagged(self, tag: str, line: int, key: Key, value: Any) -> Any:
        """The value that a tag of somebody's own makes of one."""

    @abstractmethod
    def merged(self, line: int, place: Key, value: Any, /) -> dict[str, Any]:
        """The entries that a merge key adds to its mapping, below what is written there."""

    @abstractmethod
    def word(self, event: yaml.Event, value: Any, /) -> str | None:
        """The key that an event and its value spell; None where they spell none."""

    def note(self, line: int, key: Key, message: str, fix: str) -> None:
        """Keep a problem and go on."""
        self.problems.append(Problem(self.file, line, dotted(key), message, fix))

    def _value(self, index: int, key: Key) -> tuple[Any, int]:
        """The value that begins at an event, and the index of the event after it."""
        event = self._events[index]
        self._visited += 1
        if self._visited > MOST_NODES:
            raise Stop(self._line(index), f"its aliases expand to more than {MOST_NODES:,} values", "write it out")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(index, key), index + 1
        if isinstance(event, yaml.ScalarEvent):
            value, end = self.scalar(event), index + 1
        else:
            fill = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
            value, end = self._collection(index, key, fill)
        tag = foreign_tag(event)
        return (self.tagged(tag, self._line(index), key, value) if tag else value), end

    def _alias(self, index: int, key: Key) -> Any:
        target = self._targets[index]
        if target in self._open:
            raise Stop(self._line(index), "the alias stands inside what it refers to", "write it out")
        return self._value(target, key)[0]

    def _collection(self, index: int, key: Key, fill: Callable[[int, Key], tuple[Any, int]]) -> tuple[Any, int]:
        if len(self._open) >= DEEPEST:
            raise too_deep(self._line(index))
        self._open.add(index)
        value, end = fill(index + 1, key)
        self._open.discard(index)
        return value, end + 1

    def _sequence(self, index: int, key: Key) -> tuple[list[Any], int]:
        found: list[Any] = []
        while not isinstance(self._events[index], yaml.CollectionEndEvent):
            place = (*key, len(found))
            self.lines[place] = self._line(index)
            value, index = self._value(index, place)
            found.append(value)
        return found, index

    def _mapping(self, index: int, key: Key) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while not isinstance(self._events[index], yaml.CollectionEndEvent):
            line, event = self._line(index), self._events[index]
            spelt, index = self._value(index, key)
            name = self.word(event, spelt)
            if name is None:
                raise Stop(line, "a key is not a word", "write `key: value`")
            place = (*key, name)
            again = place in self.lines
            first = self.lines.setdefault(place, line)
            value, index = self._value(index, (*place, "again") if again else place)
            if again:
                told = f"'{dotted((name,))}' is written twice, first on line {first}"
                self.note(line, place, told, "keep one of them")
            elif name == MERGE:
                found = self.merged(line, place, value) | found
            else:
                found[name] = value
        return found, index

    def _line(self, index: int) -> int:
        return line_of(self._events[index])
