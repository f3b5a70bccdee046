"""A tabletop as it was held: who came, what they did on each inject, what they decided, and whom they reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.kept import Judgement, Score
from dr_orchestrator.domain.exercise.roles import Cast
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.tabletop.plan import Tabletop


@dataclass(frozen=True)
class Delivered:
    """An inject as it went: when it came, what was done, and how long that took."""

    inject: str
    at: datetime
    action: str
    response: timedelta | None = None
    rating: Rating | None = None
    note: str = ""


@dataclass(frozen=True)
class Rated:
    """How well a criterion was met, by an evaluator's word."""

    criterion: str
    rating: Rating
    by: str
    note: str = ""


@dataclass(frozen=True)
class Decision:
    """A decision: between which options, and without which information."""

    what: str
    who: str
    at: datetime
    options: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """The declaration of the disaster: on which inject, when, by whom."""

    inject: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Answered:
    """The test of a contact: whether they were reached, and after how long."""

    contact: str
    reached: bool
    after: timedelta | None = None
    note: str = ""


@dataclass(frozen=True)
class Shortcoming:
    """A gap that people saw; `service` is whose it is, empty where it is everybody's."""

    name: str
    what: str
    severity: Severity
    owner: str
    service: str = ""


@dataclass(frozen=True)
class Sitting:
    """All that was written down of one; `mended` are gaps of earlier ones that it showed to be closed, and how."""

    name: str
    began: datetime
    ended: datetime
    rehearsal: bool
    attendance: Cast
    injects: tuple[Delivered, ...]
    ratings: tuple[Rated, ...]
    contacts: tuple[Answered, ...] = ()
    declared: Declaration | None = None
    decisions: tuple[Decision, ...] = ()
    questions: tuple[str, ...] = ()
    gaps: tuple[Shortcoming, ...] = ()
    mended: Mapping[str, str] = field(default_factory=dict)
    correction: str = ""


@dataclass(frozen=True)
class Conducted:
    """A tabletop that was held: the plan of that day, what was written down, and how it was judged."""

    plan: Tabletop
    sitting: Sitting
    judgement: Judgement
    score: Score

    @property
    def declared_after(self) -> timedelta | None:
        """How long after its beginning the disaster was declared; None where nobody did."""
        declared = self.sitting.declared
        return None if declared is None else declared.at - self.sitting.began

    @property
    def attended(self) -> int:
        """How many people took part, each once, however they are spelt."""
        people: list[str] = []
        for each in (holder.person for holders in self.sitting.attendance.values() for holder in holders):
            if not any(same(each, known) or each == known for known in people):
                people.append(each)
        return len(people)
