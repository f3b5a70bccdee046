"""A text of SQL as its words, apart from what stands in quotes and comments, so narrowly that no server sees more.

What two servers, or two settings of one, might read differently is not read at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import dataclass


class Unread(ValueError):
    """A text that nobody may know how a server reads."""


@dataclass(frozen=True)
class Word:
    """A word, or one of `(`, `)`, `.`, `,`, `;` and `@`: in upper case, but as it stands where it is a name in quotes.

    `depth` is how many brackets it stands in.
    """

    text: str
    depth: int
    quoted: bool = False


@dataclass(frozen=True)
class Dialect:
    """The quotes of an engine: those around values and those around names; its words; whether comments hold others."""

    values: re.Pattern[str]
    names: re.Pattern[str]
    word: re.Pattern[str]
    nested: bool


def _quotes(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in forms), re.DOTALL | re.IGNORECASE)


_TEXT = r"N?'(?:[^']|'')*'"
SQL_SERVER = Dialect(
    _quotes(_TEXT),
    _quotes(r'"(?:[^"]|"")*"', r"\[(?:[^\]]|\]\])*\]"),
    re.compile(r"(?:[^\W\d]|[@#])[\w$#@]*"),
    nested=True,
)
ORACLE = Dialect(
    _quotes(
        *(rf"N?Q'\{begin}.*?\{end}'" for begin, end in ("[]", "{}", "()", "<>")),
        r"N?Q'(?P<by>[^\s\[{(<']).*?(?P=by)'",
        _TEXT,
    ),
    _quotes(r'"[^"]*"'),
    re.compile(r"[^\W\d][\w$#]*"),
    nested=False,
)
POSTGRES = Dialect(
    _quotes(
        r"E'(?:[^'\\]|''|\\.)*'",
        r"[NBX]?'(?:[^'\\]|''|\\(?!'))*'",  # a setting says what a backslash is there, so that before a quote is unread
        r"\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$",
    ),
    _quotes(r'"(?:[^"]|"")*"'),
    re.compile(r"[^\W\d][\w$]*"),
    nested=True,
)
_NUMBER = re.compile(r"(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w$#@])", re.IGNORECASE)
_BEGINS = re.compile(r"\.?\d")
_LINE = re.compile(r"--[^\n]*")
_SPACE = re.compile(r"[ \t\r\n]+")
_EDGE = re.compile(r"/\*|\*/")
_OPENS = re.compile(r"['\"]|(?:N?Q|U&)['\"]|\$(?!\d)", re.IGNORECASE)
"""Quotes that end nowhere, or whose names and values are written in escapes of Unicode's."""


def words(text: str, dialect: Dialect) -> list[Word]:
    """The words of a text, in their order; Unread where it is not certain which they are."""
    if text.splitlines() != text.replace("\r\n", "\n").split("\n")[: len(text.splitlines())] or "\0" in text:
        raise Unread("it has a line that not everybody ends there")
    found, depth = list[Word](), 0
    for each, quoted in _parts(text, dialect):
        depth -= each == ")" and not quoted
        if depth < 0:
            break
        found.append(Word(each if quoted else unicodedata.normalize("NFKC", each).upper(), depth, quoted))
        depth += each == "(" and not quoted
    if depth:
        raise Unread("its brackets are not even")
    return found


def _parts(text: str, dialect: Dialect) -> Iterator[tuple[str, bool]]:
    """The words and marks of a text, and whether each is a name in quotes."""
    at = 0
    while at < len(text):
        if text.startswith("/*", at):
            at = _after_comment(text, at, nested=dialect.nested)
        elif skipped := next(filter(None, (each.match(text, at) for each in (_SPACE, _LINE, dialect.values))), None):
            at = skipped.end()
        elif name := dialect.names.match(text, at):
            yield name[0][1:-1], True
            at = name.end()
        else:
            at = yield from _plain(text, at, dialect)


def _plain(text: str, at: int, dialect: Dialect) -> Generator[tuple[str, bool], None, int]:
    """A word, a number or a mark at a place; what comes of it is where it ends."""
    if _OPENS.match(text, at) or (text[at] == "[" and dialect is SQL_SERVER):
        raise Unread(f"nobody knows where its quote ends: {text[at : at + 20]!r}")
    if _BEGINS.match(text, at):
        number = _NUMBER.match(text, at)
        if number is None:
            raise Unread(f"a number ends where a word begins: {text[at : at + 20]!r}")
        return number.end()
    if word := dialect.word.match(text, at):
        yield word[0], False
        return word.end()
    if not (text[at].isascii() and text[at].isprintable()):
        raise Unread(f"it has a character that is no SQL: {text[at]!r}")
    if text[at] in "().,;@":
        yield text[at], False
    return at + 1


def _after_comment(text: str, at: int, *, nested: bool) -> int:
    depth = 0
    for edge in _EDGE.finditer(text, at):
        if edge[0] == "/*":
            depth += nested or not depth
        elif not (depth := depth - 1):
            return edge.end()
    raise Unread("a comment does not end")
