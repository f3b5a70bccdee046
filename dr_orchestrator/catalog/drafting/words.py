"""Plain data -> YAML text, in the way in which drill files are written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDE = 118
"""The columns of a line, where it can be broken."""

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@+-]| (?=[A-Za-z0-9(]))*", re.ASCII)
_OTHERWISE = re.compile(r"(?:true|false|null|yes|no|on|off|y|n|nan|inf)", re.IGNORECASE)
"""The words that some reader of YAML takes for something else than text."""

_UNSEEN = re.compile(r"[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff0-\uffff]")


@dataclass(frozen=True)
class Anchored:
    """A value that others stand for."""

    name: str
    value: Any


@dataclass(frozen=True)
class Alias:
    """The value of an anchor, once more."""

    name: str


@dataclass(frozen=True)
class Entry:
    """An entry of a mapping: its name, its keys and values, and what people should know of it."""

    name: str
    body: Mapping[str, Any]
    comment: str = ""


def text(value: str) -> str:
    """Text as a scalar: without quotes where nobody takes it for anything else."""
    if _PLAIN.fullmatch(value) and not _OTHERWISE.fullmatch(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Anchored):
        return f"&{value.name} {flow(value.value)}"
    if isinstance(value, Alias):
        return f"*{value.name} "  # a comma may be part of its name
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def block(entry: Entry, indent: int) -> list[str]:
    """The lines of an entry, each of its values in a line of its own as far as it fits."""
    pad = " " * indent
    head = [f"{pad}# {line}" for line in filter(None, entry.comment.splitlines())]
    return [*head, f"{pad}{text(entry.name)}:", *_body(entry.body, indent + 2)]


def _body(body: Mapping[str, Any], indent: int) -> list[str]:
    lines: list[str] = []
    for key, value in body.items():
        lead = f"{' ' * indent}{text(key)}:"
        plain = value.value if isinstance(value, Anchored) else value
        anchor = f" &{value.name}" if isinstance(value, Anchored) else ""
        if isinstance(plain, list):
            lines += [f"{lead}{anchor}", *(line for each in plain for line in _item(each, indent + 2))]
        elif isinstance(plain, Mapping) and len(f"{lead} {flow(plain)}") > WIDE:
            lines += [f"{lead}{anchor}", *_body(plain, indent + 2)]
        else:
            lines.append(f"{lead} {flow(value)}".rstrip())
    return lines


def _item(value: Any, indent: int) -> list[str]:
    """An item of a list; a mapping that is too wide goes on in the lines below."""
    line = f"{' ' * indent}- {flow(value)}"
    if len(line) <= WIDE or not isinstance(value, Mapping):
        return [line.rstrip()]
    first, *more = _body(value, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *more]
