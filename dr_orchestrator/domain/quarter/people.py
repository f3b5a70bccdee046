"""Exercises of people in a quarter: plain rows, whatever their kind, and what they come to together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from dr_orchestrator.domain.verdict import Verdict

UNREAD = "cannot be read"
"""The kind and the standing of a file with mistakes, by whose name it stands."""


@dataclass(frozen=True)
class PeopleRow:
    """An exercise of people that was held in the quarter, or one that is declared and was not.

    `kind` is its kind in words. `at` is when it ended, and `verdict` its verdict; both are None where it was not held,
    and `standing` tells whether it should have been: done, due or overdue. `answered` are the times in which contacts
    answered, of `asked` that were tried. `gaps` are those that are open by now. What is `simulated` is no evidence, and
    what is `seeded` besides was never held. `correction` is why it is told otherwise than it first was; empty where it
    is not.
    """

    kind: str
    name: str
    at: datetime | None = None
    verdict: Verdict | None = None
    score: str = ""
    attended: int = 0
    asked: int = 0
    answered: tuple[timedelta, ...] = ()
    gaps: int = 0
    simulated: bool = False
    standing: str = ""
    seeded: bool = False
    correction: str = ""


@dataclass(frozen=True)
class People:
    """All of them together; rehearsals are counted in nothing."""

    planned: int
    held: int
    overdue: int
    asked: int
    reached: int
    median: timedelta | None
    gaps: int


def together(rows: Sequence[PeopleRow]) -> People:
    """The sums of some rows: of each name once what is declared, overdue and open."""
    rows = [each for each in rows if each.standing != UNREAD]
    real = [each for each in rows if not each.simulated]
    held = [each for each in real if each.at is not None]
    answered = [span for each in held for span in each.answered]
    by_name = {(each.kind, each.name): each for each in rows}
    return People(
        planned=len(by_name),
        held=len({(each.kind, each.name) for each in held}),
        overdue=sum(each.standing == "overdue" for each in by_name.values()),
        asked=sum(each.asked for each in held),
        reached=len(answered),
        median=timedelta(seconds=median(map(timedelta.total_seconds, answered))) if answered else None,
        gaps=sum(each.gaps for each in by_name.values()),
    )
