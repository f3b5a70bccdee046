"""YAML text -> the parser's events, bounded in depth and number before anything is built from them."""

from __future__ import annotations

import re

import yaml

MOST_NODES = 20_000
DEEPEST = 50

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", re.DOTALL)


class Stop(Exception):
    """The text cannot be read any further."""

    def __init__(self, line: int, message: str, fix: str) -> None:
        super().__init__(message)
        self.line, self.message, self.fix = line, message, fix


def too_deep(line: int) -> Stop:
    """The stop at what is nested too deeply, be it written so or made so by aliases."""
    return Stop(line, f"is nested deeper than {DEEPEST} levels", "write it flat")


def line_of(event: yaml.Event) -> int:
    """The line that an event begins on."""
    return event.start_mark.line + 1 if event.start_mark else 1


def events(text: str) -> list[yaml.Event]:
    """The parser's events. They come one by one, so that depth and number are bounded before anything is built."""
    found: list[yaml.Event] = []
    depth = documents = read = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            read = event.end_mark.index if event.end_mark else read
            _bound(event, len(found), depth, documents)
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                found.append(event)
    except yaml.YAMLError as wrong:
        raise _deep(wrong, text, depth, read) or _syntax(wrong, text) from wrong
    if not documents:
        raise Stop(1, "is empty", "declare something in it, or remove it")
    return found


def _bound(event: yaml.Event, number: int, depth: int, documents: int) -> None:
    line = line_of(event)
    if documents > 1:
        raise Stop(line, "a second document begins here", "keep one document to a file")
    if depth > DEEPEST:
        raise too_deep(line)
    if number >= MOST_NODES:
        raise Stop(line, f"holds more than {MOST_NODES:,} values", "split the file")


def _deep(wrong: yaml.YAMLError, text: str, depth: int, read: int) -> Stop | None:
    """The stop of a text that is too deep for us where the parser, which looks ahead, gave up on it before we saw."""
    mark = getattr(wrong, "problem_mark", None)
    if mark is None:
        return None
    ahead = _QUOTED.sub("", text[read : mark.index])
    for sign in ahead:
        depth += (sign in "[{") - (sign in "]}")
        if depth > DEEPEST:
            return too_deep(mark.line + 1)
    return None


def _syntax(wrong: yaml.YAMLError, text: str) -> Stop:
    mark = getattr(wrong, "problem_mark", None)
    if mark is None:  # a character that YAML forbids: only its position is known
        line = text.count("\n", 0, getattr(wrong, "position", 0)) + 1
        return Stop(line, "a control character is not legal in YAML", "remove it, or escape it inside quotes")
    lines = text.splitlines() or [""]
    line = min(mark.line + 1, len(lines))  # what is missing at the end is missing on the last line
    written = lines[line - 1]
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Stop(line, "the line is indented with a tab", "indent with spaces")
    problem = getattr(wrong, "problem", None) or "is not YAML"
    return Stop(line, f"is not YAML: {problem}", "look at this line and the one before it")


def targets(stream: list[yaml.Event]) -> dict[int, int]:
    """For each alias the index of the event that it stands for."""
    anchors: dict[str, int] = {}
    found: dict[int, int] = {}
    for index, event in enumerate(stream):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            if anchor not in anchors:
                raise Stop(line_of(event), f"the alias *{anchor} has no anchor", f"write &{anchor} first")
            found[index] = anchors[anchor]
        elif anchor:
            anchors[anchor] = index
    return found
