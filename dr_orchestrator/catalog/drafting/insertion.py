"""Adds entries to a drill file that people wrote: text is put in, and not a byte of theirs is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from dr_orchestrator.catalog.drafting.words import Entry, block, flow
from dr_orchestrator.catalog.source import Plain, parse
from dr_orchestrator.documents.events import Stop, events
from dr_orchestrator.errors import Problem

BOM = "\ufeff"


@dataclass(frozen=True)
class Piece:
    """A text that is put in before a character of the file."""

    at: int
    text: str


@dataclass(frozen=True)
class _Place:
    """The mapping under a key of the file: its first event and its last, None where nothing is written under it."""

    first: int | None
    last: int = 0
    after: int = 0


def inserted(text: str, file: str, added: Mapping[str, Sequence[Entry]]) -> str | Problem:
    """The text with the entries put at the ends of the mappings that they are of; a Problem where it cannot be.

    What comes of it is read once more: all that was written is still there, and nothing but the entries beside it.
    """
    body = text.removeprefix(BOM)
    before = parse(body, file)
    if before.data is None or before.problems:
        return before.problems[0] if before.problems else before.problem((), "is empty", "write the service's name")
    try:
        pieces = _Insertion(body).pieces({key: each for key, each in added.items() if each})
    except (Stop, _NoPlace) as why:
        return before.problem((), f"nothing can be added to it: {why}", "write `key: value` lines, or add it by hand")
    made = applied(body, pieces)
    after = parse(made, file)
    if after.problems or not _only_added(before.data, after.data, added):
        return before.problem((), "nothing can be added to it without a change of what is there", "add it by hand")
    return text[: len(text) - len(body)] + made


def applied(text: str, pieces: Sequence[Piece]) -> str:
    """The text with the pieces in it."""
    made, at = "", 0
    for piece in sorted(pieces, key=lambda each: each.at):
        made, at = f"{made}{text[at : piece.at]}{piece.text}", piece.at
    return made + text[at:]


class _NoPlace(Exception):
    """Nothing can be put there."""


class _Insertion:
    """Finds where entries are put into one text."""

    def __init__(self, text: str) -> None:
        self._text, self._events = text, events(text)
        self._break = "\r\n" if "\r\n" in text else "\n"
        if not isinstance(self._events[0], yaml.MappingStartEvent):
            raise _NoPlace("it is no mapping")

    def pieces(self, added: Mapping[str, Sequence[Entry]]) -> list[Piece]:
        """The pieces to put in, and where."""
        places = self._places()
        there = [self._within(places[key], each) for key, each in added.items() if key in places]
        missing = {key: each for key, each in added.items() if key not in places}
        return [*there, *([self._whole(missing)] if missing else [])]

    def _places(self) -> dict[str, _Place]:
        """The values of the keys of the file."""
        found: dict[str, _Place] = {}
        index = 1
        while not isinstance(self._events[index], yaml.MappingEndEvent):
            key, value = self._events[index], self._next(index)
            end = self._next(value)
            name = key.value if isinstance(key, yaml.ScalarEvent) else ""
            if isinstance(self._events[value], yaml.MappingStartEvent):
                found[name] = _Place(value, end - 1)
            elif _is_nothing(self._events[value]):
                found[name] = _Place(None, after=_end_of(self._events[value]))
            elif name in ("resources", "drills"):
                raise _NoPlace(f"`{name}` is no mapping of its own")
            index = end
        return found

    def _next(self, index: int) -> int:
        """The event after the value that begins at one."""
        depth = 0
        while True:
            each = self._events[index]
            depth += isinstance(each, yaml.CollectionStartEvent) - isinstance(each, yaml.CollectionEndEvent)
            index += 1
            if depth == 0:
                return index

    def _within(self, place: _Place, entries: Sequence[Entry]) -> Piece:
        if place.first is None:
            return self._below(place.after, self._lines(entries, 2)[1:])
        start = self._events[place.first]
        if isinstance(start, yaml.MappingStartEvent) and start.flow_style:
            return self._in_braces(
                place.first, place.last, [f"{flow(each.name)}: {flow(each.body)}" for each in entries]
            )
        indent = _column(self._events[place.first + 1])
        return self._below(self._end(place.last), self._lines(entries, indent))

    def _whole(self, added: Mapping[str, Sequence[Entry]]) -> Piece:
        """Keys that the file has not, at its end."""
        start, last = self._events[0], self._next(0) - 1
        if isinstance(start, yaml.MappingStartEvent) and start.flow_style:
            written = [f"{key}: {flow({each.name: each.body for each in entries})}" for key, entries in added.items()]
            return self._in_braces(0, last, written)
        lines: list[str] = []
        column = _column(start)
        for key, entries in added.items():
            lines += ["", f"{' ' * column}{key}:"]
            lines += self._lines(entries, column + 2)[1:]
        return self._below(self._end(last), lines)

    def _lines(self, entries: Sequence[Entry], indent: int) -> list[str]:
        return [line for each in entries for line in ("", *block(each, indent))]

    def _end(self, last: int) -> int:
        """The end of what is written in a mapping: blocks end where the next thing begins, what is in them does not."""
        while isinstance(self._events[last], yaml.CollectionEndEvent) and not self._is_flow(last):
            last -= 1
        return _end_of(self._events[last])

    def _is_flow(self, last: int) -> bool:
        """Whether a collection ends with a brace or a bracket."""
        return _end_of(self._events[last]) > _start_of(self._events[last])

    def _below(self, at: int, lines: Sequence[str]) -> Piece:
        """Lines below the one in which a character stands; a text that ends in line breaks has them already."""
        text = self._break.join(lines)
        if at and self._text[at - 1] == "\n":
            return Piece(at, text + self._break)
        end = self._text.find("\n", at)
        if end < 0:
            return Piece(len(self._text), self._break + text + self._break)
        return Piece(end + 1, text + self._break)

    def _in_braces(self, first: int, last: int, written: Sequence[str]) -> Piece:
        """Entries before a closing brace, behind a comma where there are others."""
        empty = last == first + 1
        at = _start_of(self._events[last]) if empty else _end_of(self._events[last - 1])
        return Piece(at, ("" if empty else ", ") + ", ".join(written))


def _start_of(event: yaml.Event) -> int:
    return int(event.start_mark.index) if event.start_mark else 0


def _end_of(event: yaml.Event) -> int:
    return int(event.end_mark.index) if event.end_mark else 0


def _column(event: yaml.Event) -> int:
    return int(event.start_mark.column) if event.start_mark else 0


def _is_nothing(event: yaml.Event) -> bool:
    return (
        isinstance(event, yaml.ScalarEvent) and not event.style and event.value in ("", "~", "null") and not event.tag
    )


def _only_added(before: object, after: object, added: Mapping[str, Sequence[Entry]]) -> bool:
    """Whether the data is as it was, but for the entries, each at the end of its mapping."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    for key, entries in added.items():
        old, new = before.get(key), after.get(key)
        old = {} if old is None or isinstance(old, Plain) else old
        if not entries:
            continue
        if not isinstance(old, dict) or not isinstance(new, dict):
            return False
        if [*new] != [*old, *(each.name for each in entries)] or any(new[name] != old[name] for name in old):
            return False
    others = before.keys() - {key for key, entries in added.items() if entries}
    return all(before[key] == after.get(key) for key in others) and after.keys() <= before.keys() | added.keys()
