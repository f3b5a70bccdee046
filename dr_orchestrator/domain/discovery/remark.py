"""The things that a look at the estate tells people, and leaves to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of remarks, in the order in which they are told."""

    REFUSED = "refused"
    UNPLACED = "of no service"
    CONTESTED = "claimed twice"
    VANISHED = "vanished"
    MOVED = "moved"
    DIFFERS = "differs"
    FILLABLE = "gap that can be filled"
    PART = "part of another"
    UNFIT = "cannot be drilled"
    EMPTY = "holds nothing"
    ELSEWHERE = "not looked at"
    OURS = "copies of drills"


@dataclass(frozen=True)
class Remark:
    """A thing that is told: of what, what, and what to do about it."""

    kind: Kind
    subject: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}" + (f" ({self.hint})" if self.hint else "")
