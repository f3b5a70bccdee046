"""Reads every block of a copy, in parallel, within a rate and a time; or a sample of them, with what it is worth."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
from typing import Any

from dr_orchestrator.checks.deep.book import Book, told
from dr_orchestrator.checks.deep.engine import Connect, Engine, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import drawn
from dr_orchestrator.errors import DrillFault, NotMeasured, NotTheCopy, Stopped
from dr_orchestrator.waiting.aside import all_aside
from dr_orchestrator.waiting.stops import leaving

LETTING_GO_S = 2.0
"""Real seconds that connections are given, at a stop, to take back what they asked for."""

LONGEST_APART = 2048
"""Blocks that one statement reads of what is read apart."""


def perform(check: WholeRead, engine: Engine, connect: Connect, clock: Clock, seed: int, what: str) -> CheckResult:
    """Read all that is there, or the sample that the seed draws, each block by exactly one connection."""
    with connect() as connection:
        survey = engine.survey(connection)
    book = Book(check, survey, clock)
    if check.sample:
        book.plan.extend(_sample(check, survey, seed))
    else:
        book.plan.extend(_stretches(survey.relations, survey.longest))
        book.apart.extend(_stretches(survey.apart, LONGEST_APART))
    book.planned = sum(stretch.size for stretch in (*book.plan, *book.apart))
    most = max(1, min(check.parallel, len(book.plan)))
    lanes = [partial(_lane, book, engine, connect, book.plan) for _ in range(most)]
    lanes += [partial(_lane, book, engine, connect, book.apart, apart=True)] if book.apart else []
    _perform(lanes, what)
    book.seconds = book.deadline.elapsed()
    return told(book, seed)


def _perform(lanes: Sequence[Callable[[], None]], what: str) -> None:
    """Perform all at once; where a stop ends the wait, each still takes back what it asked for, and lets go."""
    busy = threading.Semaphore(0)

    def let_go(lane: Callable[[], None]) -> None:
        try:
            lane()
        finally:
            busy.release()

    try:
        all_aside([partial(let_go, lane) for lane in lanes], at_once=len(lanes), what=what)
    except BaseException:
        ends = time.monotonic() + leaving.at_most(LETTING_GO_S)
        for _ in lanes:
            busy.acquire(timeout=max(0.0, ends - time.monotonic()))
        raise


def _sample(check: WholeRead, survey: Survey, seed: int) -> Iterator[Stretch]:
    if not survey.longest:
        raise NotMeasured("this version of the engine reads no single blocks", "read all of them: leave out `sample`")
    total = sum(each.blocks for each in survey.relations)
    yield from _blocks(survey.relations, drawn(total, check.sample, seed))


def _lane(book: Book, engine: Engine, connect: Connect, plan: deque[Stretch], *, apart: bool = False) -> None:
    """Read on one connection, one stretch after the other, while there is time and something left."""
    stretch: Stretch | None = None
    try:
        with connect() as connection, _reader(engine, connection, apart=apart) as reading:
            while book.deadline.left() > 0:
                try:
                    stretch = plan.popleft()
                except IndexError:
                    return
                book.take(reading, stretch)
                stretch = None
    except (Stopped, NotTheCopy):
        raise
    except Unread as why:
        if apart:
            book.never_apart = str(why)
        else:
            book.lost(str(why), stretch)
    except DrillFault as fault:
        book.lost(fault.message, stretch)


@contextmanager
def _reader(engine: Engine, connection: Any, *, apart: bool) -> Iterator[ReadStretch]:
    if not apart:
        yield engine.reader(connection)
        return
    with engine.reader_apart(connection) as reading:
        yield reading


def _stretches(relations: Iterable[Relation], longest: int) -> Iterator[Stretch]:
    for each in relations:
        size = longest or each.blocks
        for first in range(0, each.blocks, size or 1):
            yield Stretch(each, first, min(size, each.blocks - first))


def _blocks(relations: Sequence[Relation], numbers: Iterable[int]) -> Iterator[Stretch]:
    """The blocks of those numbers, counted through all relations."""
    ends = list(accumulate(each.blocks for each in relations))
    for number in numbers:
        index = bisect_right(ends, number)
        yield Stretch(relations[index], number - (ends[index] - relations[index].blocks), 1)
