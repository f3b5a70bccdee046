"""A reviewer's word on a document, and the review as it was judged by it and by the machine's look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dr_orchestrator.domain.exercise.kept import Judgement
from dr_orchestrator.domain.review.looking import Look
from dr_orchestrator.domain.review.plan import Review
from dr_orchestrator.domain.tabletop.sitting import Shortcoming


class Says(StrEnum):
    """A reviewer's answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The answer to a question, by its name."""

    question: str
    says: Says
    note: str = ""


@dataclass(frozen=True)
class Signed:
    """All that a reviewer signs; `changes` is a link to what was changed, or `none`."""

    by: str
    look: str
    answers: tuple[Answer, ...]
    changes: str
    next_review: date
    defects: tuple[Shortcoming, ...] = ()
    mended: Mapping[str, str] = field(default_factory=dict)
    correction: str = ""


@dataclass(frozen=True)
class Reviewed:
    """A review that was signed: its declaration of that day, the look, the reviewer's word, and how it was judged."""

    plan: Review
    look: Look
    signed: Signed
    judgement: Judgement
