"""The account of what was read of a copy, whoever read it; and what that comes to, in words and figures."""

from __future__ import annotations

import math
import threading
from collections import deque
from datetime import timedelta
from typing import Any

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.deadline import Deadline
from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Stretch, Survey, Unread
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import CONFIDENCE, unseen
from dr_orchestrator.domain.verdict import Outcome

SLOWEST_S = 300.0
"""Real seconds in which the blocks of one statement must have come."""


class Book:
    """All that is to be read (`plan`, and `apart` by one connection alone), and what was read so far, whoever read it.

    `never_apart` is why nothing apart can be read, `ended` why a connection read no more.
    """

    def __init__(self, check: WholeRead, survey: Survey, clock: Clock) -> None:
        self.check, self.survey, self.deadline = check, survey, Deadline(clock, check.within)
        self.damaged: list[str] = []
        self.unread: list[str] = []
        self.ended: list[str] = []
        self.read: list[Stretch] = []
        self.plan, self.apart = deque[Stretch](), deque[Stretch]()
        self.planned, self.seconds, self.never_apart = 0, 0.0, ""
        self._clock, self._bytes, self._lock = clock, 0, threading.Lock()

    def take(self, reading: ReadStretch, stretch: Stretch) -> None:
        """Read a stretch, write down what came of it, and wait for the rate."""
        within = self.deadline.left_s()
        if stretch.blocks != stretch.relation.blocks or self.survey.longest:
            within = min(within, SLOWEST_S)
        try:
            reading(stretch, within)
        except Damaged as damage:
            self._note(self.damaged, str(damage))
        except Unread as why:
            self._note(self.unread, str(why))
        else:
            with self._lock:
                self.read.append(stretch)
                self._bytes += stretch.size
                due = self._bytes / (self.check.rate * words.MB) if self.check.rate else 0.0
            early = min(due - self.deadline.elapsed(), self.deadline.left())
            if early > 0:
                self._clock.sleep(early)

    def lost(self, why: str, stretch: Stretch | None) -> None:
        """Note that a connection ended, and what it was reading with it; where that was nothing, others may go on."""
        self._note(self.unread if stretch else self.ended, f"{stretch}: {why}" if stretch else why)

    def _note(self, notes: list[str], told: str) -> None:
        with self._lock:
            notes.append(told)


def told(book: Book, seed: int) -> CheckResult:
    """The result of reading a copy: damaged fails, what is left unread could not be told."""
    read = sum(stretch.size for stretch in book.read)
    waiting = [*book.plan, *(() if book.never_apart else book.apart)]
    why = book.ended[0] if book.ended and book.deadline.left() > 0 else "the time was over"
    unread = [*book.unread, *([f"{why}, with {counted(len(waiting), 'piece')} left"] if waiting else [])]
    rate = read / words.MB / book.seconds if book.seconds > 0 else None
    figures = _figures(book, read, rate) | {"damaged": book.damaged[:100], "unread": unread[:100]}
    if book.damaged:
        outcome = Outcome.FAILED
    elif unread or not book.read or (book.check.whole and not figures["whole"]):
        outcome = Outcome.INCONCLUSIVE
    else:
        outcome = Outcome.PASSED
    said = [f"{len(book.damaged)} damaged: {words.some(book.damaged)}"] if book.damaged else []
    said += [_sampled(book, seed, figures) if book.check.sample else _read(book, read)]
    said += [f"at {rate:,.1f} MB/s"] if rate is not None else []
    said += [f"not read: {words.some(unread)}"] if unread else []
    said += _left(book, figures)
    figures["beside"] = list(book.survey.beside)
    if book.survey.beside:
        said.append(f"not read, so the copy is not known to be whole: {words.some(book.survey.beside)}")
    return words.result(book.check, outcome, ", ".join(said), figures)


def _figures(book: Book, read: int, rate: float | None) -> dict[str, Any]:
    never = sum(stretch.size for stretch in book.apart) if book.never_apart else 0
    asked = book.planned - never
    unread = book.damaged or book.unread or book.plan or book.survey.beside
    whole = not (book.check.sample or unread) and bool(book.read)
    return {
        "tables": sum(not each.index for each in book.survey.relations),
        "bytes": asked,
        "bytes_read": read,
        "share": read / asked if asked else None,
        "seconds": book.seconds,
        "mb_per_s": rate,
        "parallel": book.check.parallel,
        "whole": whole and (not book.apart or bool(book.never_apart)),
    }


def _read(book: Book, read: int) -> str:
    if not book.read:
        return "no table holds a block" if not book.planned else "nothing was read"
    share = math.floor(10_000 * read / book.planned) / 100 if book.planned else 100.0
    tables = counted(sum(not each.index for each in book.survey.relations), "table")
    return f"{words.megabytes(read)} of {tables} ({share:g} %) read in {_took(book)}"


def _sampled(book: Book, seed: int, figures: dict[str, Any]) -> str:
    """The worth of a sample: without a damage at most so many of all blocks can be, at that confidence."""
    total, read = sum(each.blocks for each in book.survey.relations), len(book.read)
    figures |= {"blocks": total, "sampled": read, "seed": seed, "confidence": CONFIDENCE}
    apart = " of tables, with what their rows keep elsewhere," if book.survey.apart or book.survey.left else ""
    said = f"{read:,} of {counted(total, 'block')}{apart} (seed {seed}) read in {_took(book)}"
    if book.damaged or book.unread or not read:
        return said
    most = unseen(total, read)
    figures |= {"at_most_damaged": most, "at_most_share": most / total}
    share = f"{most:,} of all ({100 * most / total:.3g} %)"
    return f"{said}: with {CONFIDENCE * 100:g} % confidence at most {share} are damaged"


def _left(book: Book, figures: dict[str, Any]) -> list[str]:
    """The indexes that nothing here can read by their blocks."""
    left, why = list(book.survey.left), book.survey.why
    if book.never_apart:
        left, why = [*left, *book.survey.apart], book.never_apart
    if book.check.sample:
        left = [*left, *book.survey.apart] if not book.never_apart else left
        why = why or "a sample is of tables alone"
    figures["indexes_left"] = len(left)
    figures["bytes_left"] = sum(each.size for each in left)
    return [f"indexes not read ({len(left)}, {words.megabytes(figures['bytes_left'])}): {why}"] if left else []


def _took(book: Book) -> str:
    return format_duration(timedelta(seconds=book.seconds))
