"""Success criteria, fixed before an exercise starts, and how well each was met."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rating(StrEnum):
    """How well a criterion was met, by the scale of HSEEP."""

    PERFORMED = "P"
    SOME_CHALLENGES = "S"
    MAJOR_CHALLENGES = "M"
    UNABLE = "U"

    @property
    def met(self) -> bool:
        """Whether it was met: without challenges, or with some."""
        return self in (Rating.PERFORMED, Rating.SOME_CHALLENGES)

    @property
    def words(self) -> str:
        """The rating in full."""
        return _WORDS[self]


_WORDS = {
    Rating.PERFORMED: "performed without challenges",
    Rating.SOME_CHALLENGES: "performed with some challenges",
    Rating.MAJOR_CHALLENGES: "performed with major challenges",
    Rating.UNABLE: "unable to be performed",
}


@dataclass(frozen=True)
class Criterion:
    """A success criterion of an objective; where a critical one is not met the exercise has failed."""

    name: str
    objective: str
    success: str
    critical: bool = False
