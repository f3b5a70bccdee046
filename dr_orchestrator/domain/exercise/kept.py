"""Records of tabletops and reviews as they are kept: each once, a corrected one beside the one that it supersedes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.exercise.criteria import Criterion, Rating
from dr_orchestrator.domain.findings.by_exercise import Gap, Held, Shown
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.verdict import Verdict


@dataclass(frozen=True)
class Score:
    """How many of the criteria were met, how many were rated, and the lowest rating; None where none was given."""

    met: int
    rated: int
    of: int
    lowest: Rating | None = None

    @property
    def words(self) -> str:
        """The share of those that were met, and the lowest rating."""
        lowest = f", lowest {self.lowest}" if self.lowest else ""
        return f"{self.met} of {self.of} met{lowest}"


def scored(criteria: tuple[Criterion, ...], ratings: dict[str, Rating]) -> Score:
    """The score of some ratings, by criterion."""
    given = [ratings[each.name] for each in criteria if each.name in ratings]
    scale = list(Rating)
    lowest = max(given, key=scale.index, default=None)
    return Score(sum(each.met for each in given), len(given), len(criteria), lowest)


@dataclass(frozen=True)
class Judgement:
    """The verdict on an exercise of people, why, what it showed to be wrong, and what it showed to hold."""

    verdict: Verdict
    reasons: tuple[str, ...]
    gaps: tuple[Gap, ...]
    shown: frozenset[Shown]


@dataclass(frozen=True)
class Sat:
    """The facts of a record that lists show; `sitting` tells which of those of a name it is of.

    `digest` is of what was recorded. `correction` is why it supersedes the record of the id `supersedes`; both are
    empty for the first of a sitting. What is simulated, a rehearsal, is evidence of nothing.
    """

    id: str
    kind: RaisedBy
    name: str
    title: str
    sitting: str
    digest: str
    began: datetime
    ended: datetime
    simulated: bool
    verdict: Verdict
    score: str
    attended: int
    asked: int
    reached: int
    gaps: int
    recorded_at: datetime
    recorded_by: str
    correction: str = ""
    supersedes: str = ""

    @property
    def counts(self) -> bool:
        """Whether it moves the date by which the next one is due."""
        return self.verdict.green and not self.simulated

    @property
    def seeded(self) -> bool:
        """Whether it was never held, and is of a made-up history."""
        return self.simulated and self.recorded_by == SEEDED


def held(of: Sat, judgement: Judgement, corrects: frozenset[str] = frozenset()) -> Held:
    """The record to whoever follows findings up; `corrects` are those of its sitting that it supersedes."""
    whole = (of.kind, of.id, of.name, of.began, of.ended, of.simulated)
    return Held(*whole, judgement.gaps, judgement.shown, corrects)


def still_open(judgement: Judgement, later: frozenset[Shown]) -> Judgement:
    """The judgement without the gaps that a later sitting showed mended: a record that comes late reopens nothing."""
    mended = {(rule, subject) for _, rule, subject in later}
    left = tuple(each for each in judgement.gaps if (each.rule, each.subject) not in mended)
    return Judgement(judgement.verdict, judgement.reasons, left, judgement.shown)
