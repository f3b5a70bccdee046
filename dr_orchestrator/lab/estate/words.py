"""The look of sample data as an estate file writes it: words with the row's number in them, in turn, or digested."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_PLACE = re.compile(r"\{([^{}]*)\}")
_TURN = re.compile(r"(\d{1,9})\.\.(\d{1,9})")


@dataclass(frozen=True)
class Turn:
    """The whole numbers from `first` to `last`, one after the other, and again."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


Piece = str | Turn
NUMBER, DIGEST, AT, DATE = "{n}", "{md5}", "{at}", "{date}"
"""The places that a value may have, beside `{1..40}`: these pieces are no text of anybody's, which has no braces."""


@dataclass(frozen=True)
class Words:
    """A value of each row: the pieces of one text, or several texts in turn."""

    pieces: tuple[Piece, ...] = ()
    in_turn: tuple[str, ...] = ()

    def of(self, number: int, at: datetime) -> str:
        """The value of the row of a number, from 1 on, that was made at an instant."""
        if self.in_turn:
            return self.in_turn[number % len(self.in_turn)]
        return "".join(_of(piece, number, at) for piece in self.pieces)

    def longest(self, rows: int) -> int:
        """The characters of the longest value that so many rows can have."""
        if self.in_turn:
            return max(map(len, self.in_turn))
        widest = [
            str(each.last) if isinstance(each, Turn) else _of(each, rows, datetime.max.replace(tzinfo=UTC))
            for each in self.pieces
        ]
        return sum(map(len, widest))


def _of(piece: Piece, number: int, at: datetime) -> str:
    if isinstance(piece, Turn):
        return str(piece.first + number % piece.length)
    if piece == DIGEST:
        return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return {NUMBER: str(number), AT: at.isoformat(), DATE: f"{at:%Y/%m/%d}"}.get(piece, piece)


def read(written: str | Sequence[str], places: Sequence[str] = (NUMBER, DIGEST, AT, DATE)) -> Words:
    """The words that a text stands for, or a list of texts; ValueError, with the place in it, where there is no such.

    `places` are those that may be used, beside the numbers in turn.
    """
    if not isinstance(written, str):
        return Words(in_turn=tuple(written))
    pieces: list[Piece] = []
    end = 0
    for found in _PLACE.finditer(written):
        pieces += [written[end : found.start()], _placed(found, places)]
        end = found.end()
    pieces.append(written[end:])
    if alone := next((each for each in pieces[::2] if isinstance(each, str) and set(each) & set("{}")), ""):
        raise ValueError(alone)
    return Words(tuple(each for each in pieces if each != ""))


def _placed(found: re.Match[str], places: Sequence[str]) -> Piece:
    turn = _TURN.fullmatch(found[1])
    if turn and int(turn[1]) < int(turn[2]):
        return Turn(int(turn[1]), int(turn[2]))
    if found[0] not in places:
        raise ValueError(found[0])
    return found[0]
