"""When exercises of people are due: the last that counts moves the date, a failed or inconclusive one does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.programme import period_end, period_start


@dataclass(frozen=True)
class Planned:
    """An exercise of people that is declared, and how often it is to be held."""

    kind: RaisedBy
    name: str
    title: str
    every: Frequency
    services: tuple[str, ...]
    file: str = ""


class Timely(StrEnum):
    """Where one stands in its period."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Turn:
    """A declared one with its records: the newest, the newest that counts, and by when the next has to be held."""

    planned: Planned
    standing: Timely
    until: datetime
    newest: Sat | None = None
    counting: Sat | None = None


def current(records: Iterable[Sat]) -> list[Sat]:
    """The records that no other supersedes, in their order."""
    told = list(records)
    superseded = {each.supersedes for each in told}
    return [each for each in told if each.id not in superseded]


def turn(planned: Planned, records: Iterable[Sat], now: datetime) -> Turn:
    """Where one stands at an instant, by the records of then, oldest first.

    It is due in the period after that in which the last that counts was held, and overdue once that has passed, too;
    where none ever counted, the period in which one was first tried has to see one. What is seeded was never tried.
    """
    own = [each for each in current(records) if (each.kind, each.name) == (planned.kind, planned.name)]
    own = sorted((each for each in own if each.ended <= now), key=lambda each: each.ended)
    counting = next((each for each in reversed(own) if each.counts), None)
    newest = own[-1] if own else None
    if counting is not None:
        first = period_end(planned.every, counting.ended)  # from here on it is due
        if now < first:
            return Turn(planned, Timely.DONE, period_end(planned.every, first), newest, counting)
        until = period_end(planned.every, first)
    else:
        began = next((each.ended for each in own if not each.seeded), now)
        until = period_end(planned.every, period_start(planned.every, began))
    standing = Timely.OVERDUE if now >= until else Timely.DUE
    return Turn(planned, standing, until, newest, counting)
