"""A copy is read in parallel, within a rate and a time; what was not read is told, and is never whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.checks.deep import reading
from dr_orchestrator.checks.deep.engine import Damaged, ReadStretch, Relation, Stretch, Survey, Unread
from dr_orchestrator.domain.proof import WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted, NotMeasured, NotTheCopy
from tests.support.fakes import FakeClock

MB = 1_000_000
ORDERS, BIG = Relation("orders", 1, 10, 10 * MB), Relation("big", 2, 100, 100 * MB)
INDEX, EMPTY = Relation("by_id", 3, 5, 5 * MB, index=True), Relation("empty", 4, 0, 0)
READ = WholeRead("whole", timedelta(hours=1))


class Blocks:
    """An engine whose blocks take a time each, and some of which are not well."""

    def __init__(self, survey: Survey, seconds: float = 0.0) -> None:
        self.surveyed, self.seconds, self.clock = survey, seconds, FakeClock()
        self.read: list[Stretch] = []
        self.wrong: dict[str, Exception] = {}
        self.apart: Exception | None = None
        self.lock = threading.Lock()

    def survey(self, connection: Any) -> Survey:
        return self.surveyed

    def reader(self, connection: Any) -> ReadStretch:
        return self._read

    @contextmanager
    def reader_apart(self, connection: Any) -> Iterator[ReadStretch]:
        if self.apart:
            raise self.apart
        yield self._read

    def _read(self, stretch: Stretch, within_s: float) -> None:
        self.clock.sleep(self.seconds * stretch.blocks)
        if wrong := self.wrong.get(str(stretch)):
            raise wrong
        with self.lock:
            self.read.append(stretch)


Connects = Callable[[], AbstractContextManager[Any]]


def performed(engine: Blocks, check: WholeRead = READ, connect: Connects = nullcontext, seed: int = 1) -> CheckResult:
    return reading.perform(check, engine, connect, engine.clock, seed, "blocks")  # type: ignore[arg-type]


def numbers(stretches: list[Stretch]) -> list[tuple[str, int]]:
    each = [(one.relation.name, one.first + block) for one in stretches for block in range(one.blocks)]
    assert len(set(each)) == len(each), "a block was read twice"
    return sorted(each)


def test_each_block_is_read_once() -> None:
    """Of tables in pieces, of what is read apart by one connection, of an empty table none."""
    engine = Blocks(Survey((ORDERS, BIG, EMPTY), apart=(INDEX,), longest=7))
    result = performed(engine)
    assert numbers(engine.read) == [(each.name, n) for each in (BIG, INDEX, ORDERS) for n in range(each.blocks)]
    assert result.outcome is Outcome.PASSED
    assert (result.figures["bytes_read"], result.figures["share"], result.figures["whole"]) == (115 * MB, 1.0, True)


def test_the_rate_is_kept() -> None:
    """However fast the blocks come: MB by the drill's clock."""
    engine = Blocks(Survey((BIG,), longest=1))
    result = performed(engine, replace(READ, rate=10, parallel=1))
    assert result.figures["seconds"] == pytest.approx(10)
    assert result.figures["mb_per_s"] == pytest.approx(10)


def test_what_is_unread_at_the_end_of_the_time_could_not_be_told() -> None:
    """Its share is: nothing was found wrong, and the copy is not whole."""
    engine = Blocks(Survey((BIG,), longest=1), seconds=60)
    result = performed(engine, replace(READ, within=timedelta(minutes=40), parallel=1))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert (result.figures["share"], result.figures["whole"]) == (0.4, False)
    assert "(40 %)" in result.observed
    assert "the time was over, with 60 pieces left" in result.observed


def test_damage_fails_and_the_rest_is_read() -> None:
    """The others are read all the same, and the place is told."""
    engine = Blocks(Survey((ORDERS,), longest=1))
    engine.wrong = {"orders, block 4": Damaged("orders, block 4: invalid page")}
    result = performed(engine)
    assert result.outcome is Outcome.FAILED
    assert "1 damaged: orders, block 4: invalid page" in result.observed
    assert len(engine.read) == 9
    assert not result.figures["whole"]


def test_what_may_not_be_read_could_not_be_told() -> None:
    """A right that is missing is no failure of the data."""
    engine = Blocks(Survey((ORDERS,)))
    engine.wrong = {"orders": Unread("orders: permission denied")}
    result = performed(engine)
    assert (result.outcome, result.figures["whole"]) == (Outcome.INCONCLUSIVE, False)
    assert "nothing was read" in result.observed
    assert "not read: orders: permission denied" in result.observed


def test_no_block_at_all_proves_nothing() -> None:
    """A database without tables, or with empty ones alone, is not whole: it may be the wrong one."""
    for survey in (Survey(()), Survey((EMPTY,))):
        result = performed(Blocks(survey))
        assert (result.outcome, result.figures["whole"]) == (Outcome.INCONCLUSIVE, False)
        assert result.observed.startswith("no table holds a block")


def test_what_cannot_be_read_apart_is_told() -> None:
    """Tables are whole without their indexes; how much was left, and why, is in the words and the figures."""
    engine = Blocks(Survey((ORDERS,), apart=(INDEX,)))
    engine.apart = Unread("the login may not make it")
    result = performed(engine)
    assert (result.outcome, result.figures["whole"], result.figures["share"]) == (Outcome.PASSED, True, 1.0)
    assert "indexes not read (1, 5.0 MB): the login may not make it" in result.observed
    left = performed(Blocks(Survey((ORDERS,), left=(INDEX,), why="there is no extension")))
    assert "indexes not read (1, 5.0 MB): there is no extension" in left.observed


def test_a_connection_that_is_lost_takes_one_piece_with_it() -> None:
    """The other connections read on; what was lost could not be told."""
    engine = Blocks(Survey((BIG,), longest=10))
    engine.wrong = {"big, block 0 to 9": NotMeasured("the server went away")}
    result = performed(engine, replace(READ, parallel=2))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "not read: big, block 0 to 9: the server went away" in result.observed
    assert len(engine.read) == 9


def test_a_connection_that_is_never_made_is_not_missed() -> None:
    """Others read all the same; where none is made that is why nothing was read, and no time that was over."""
    connects = iter([nullcontext(), _lost(), nullcontext()])
    engine = Blocks(Survey((BIG,), longest=10))
    assert performed(engine, replace(READ, parallel=2), lambda: next(connects)).outcome is Outcome.PASSED
    connects = iter([nullcontext(), _lost(), _lost()])
    refused = performed(engine, replace(READ, parallel=2), lambda: next(connects))
    assert refused.outcome is Outcome.INCONCLUSIVE
    assert "not read: the server went away, with 10 pieces left" in refused.observed


@contextmanager
def _lost() -> Iterator[None]:
    raise NotMeasured("the server went away")
    yield


@pytest.mark.parametrize("error", [Aborted("stopped"), NotTheCopy("production")])
def test_a_stop_and_a_stranger_end_it(error: Exception) -> None:
    """Neither is taken for something that was found out."""
    engine = Blocks(Survey((ORDERS,)))
    engine.wrong = {"orders": error}
    with pytest.raises(type(error)):
        performed(engine)


def test_a_sample_draws_blocks_of_all_tables() -> None:
    """The same seed draws the same, another one others; each says what it is worth, and is not whole."""
    sampled = replace(READ, sample=40)
    first, again, other = (Blocks(Survey((ORDERS, BIG, EMPTY), longest=7)) for _ in range(3))
    results = [performed(first, sampled), performed(again, sampled), performed(other, sampled, seed=2)]
    assert numbers(first.read) == numbers(again.read) != numbers(other.read)
    assert {name for name, _ in numbers(first.read)} == {"orders", "big"}
    for result in results:
        assert (result.outcome, result.figures["whole"], result.figures["sampled"]) == (Outcome.PASSED, False, 40)
        assert "with 95 % confidence at most 6 of all (5.45 %) are damaged" in result.observed


def test_a_sample_of_more_than_there_is_reads_all() -> None:
    """Then nothing is left to doubt, though an index might be."""
    result = performed(Blocks(Survey((ORDERS,), longest=1)), replace(READ, sample=99))
    assert (result.figures["sampled"], result.figures["at_most_damaged"]) == (10, 0)


def test_a_sample_with_unread_blocks_promises_nothing() -> None:
    """What may not be read is not drawn by chance."""
    engine = Blocks(Survey((ORDERS,), longest=1))
    engine.wrong = {"orders, block 4": Unread("denied")}
    result = performed(engine, replace(READ, sample=99))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "at_most_damaged" not in result.figures


def test_an_engine_that_reads_no_single_blocks_gives_no_sample() -> None:
    """NotMeasured, with what to write instead."""
    with pytest.raises(NotMeasured, match="no single blocks"):
        performed(Blocks(Survey((ORDERS,))), replace(READ, sample=2))
