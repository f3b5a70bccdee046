"""What an engine says, how long it takes and how much it counts: judged alike of every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.checks.deep import answers, counts, integrity
from dr_orchestrator.checks.deep.counts import Pair
from dr_orchestrator.checks.deep.engine import CutShort, Fact, Inventory
from dr_orchestrator.domain.proof import AnswersWithin, Counted, Counts, Integrity, Tolerance
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted, NotMeasured
from tests.support.fakes import FakeClock

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
NONE = Tolerance()


class Engine:
    """An engine that says what it is told; a connection is the name of a side."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.facts: list[Fact] = [Fact("indexes", "no index is invalid")]
        self.held: dict[str, Inventory] = {}
        self.rows: dict[str, dict[str, int]] = {"copy": {}, "source": {}}
        self.takes: dict[str, Iterator[float]] = {}
        self.asked: list[tuple[str, str, str, datetime | None]] = []
        self.reads_data = True

    def proofs(self, connection: str, left_s: Any) -> Iterator[Fact]:
        yield from self.facts

    def inventory(self, connection: str) -> Inventory:
        return self.held[connection]

    def tables(self, connection: str) -> Sequence[str]:
        return sorted(self.rows[connection])

    def count(self, connection: str, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        self.asked.append((connection, table, as_of, instant))
        self.clock.sleep(60)
        return self.rows[connection].get(table)

    def answer(self, connection: str, statement: str) -> int:
        seconds = next(self.takes[connection])
        self.clock.sleep(seconds * self.clock.pace)
        if seconds >= 300:
            raise CutShort
        return 3

    def data_read(self, connection: str, statement: str) -> None:
        if not self.reads_data:
            raise NotMeasured("it reads no table of the copy")


def copy() -> AbstractContextManager[str]:
    return nullcontext("copy")


def source() -> AbstractContextManager[str]:
    return nullcontext("source")


@contextmanager
def unreachable(error: Exception = NotMeasured("no route to production")) -> Iterator[str]:  # noqa: B008
    raise error
    yield ""


def never() -> AbstractContextManager[str]:
    raise AssertionError("production was asked without the team's word")


# Integrity.


def proven(check: Integrity, engine: Engine, beside: Any = never) -> CheckResult:
    return integrity.perform(check, engine, copy, beside, engine.clock)  # type: ignore[arg-type]


def test_nothing_wrong_passes_and_what_was_not_asked_is_told() -> None:
    """What the engine cannot tell is said, and does not fail it; production is not asked."""
    engine = Engine()
    engine.facts.append(Fact("amcheck", "the server has no extension amcheck", asked=False))
    result = proven(Integrity("i"), engine)
    assert result.outcome is Outcome.PASSED
    assert result.observed == "no index is invalid; amcheck not asked: the server has no extension amcheck"
    assert result.figures["not_asked"] == {"amcheck": "the server has no extension amcheck"}


@pytest.mark.parametrize("require", [("amcheck",), ("amcheck", "checksums")])
def test_what_must_be_asked_and_was_not_leaves_it_open(require: tuple[str, ...]) -> None:
    """Never green because nobody looked."""
    engine = Engine()
    engine.facts.append(Fact("amcheck", "none", asked=False))
    assert proven(Integrity("i", require=require), engine).outcome is Outcome.INCONCLUSIVE


def test_an_engine_that_tells_nothing_leaves_it_open() -> None:
    """None of it asked, none of it proven."""
    engine = Engine()
    for engine.facts in ([], [Fact("indexes", "denied", asked=False)]):
        assert proven(Integrity("i"), engine).outcome is Outcome.INCONCLUSIVE


def test_what_is_wrong_fails_whatever_else_was_asked() -> None:
    """The first few are told one by one, and all are in the figures."""
    engine = Engine()
    engine.facts = [
        Fact("indexes", "sound", tuple(f"index {n} is invalid" for n in range(7))),
        Fact("x", "y", asked=False),
    ]
    result = proven(Integrity("i", require=("x",)), engine)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("7 wrong: index 0 is invalid; ")
    assert "and 2 more" in result.observed
    assert len(result.figures["wrong"]) == 7


AGAINST = Integrity("i", against_source=True)
SAME = Inventory({"plpgsql": "1.0"}, {"public.ids": 5})


@pytest.mark.parametrize(
    ("theirs", "wrong"),
    [
        (SAME, ""),
        (Inventory({"plpgsql": "1.0"}, {"public.ids": 99}), ""),
        (Inventory({"plpgsql": "1.1"}), "extension plpgsql is 1.0, and 1.1 in the source"),
        (Inventory({"plpgsql": "1.0", "postgis": "3"}), "extension postgis is missing, and 3 in the source"),
        (Inventory(sequences={"public.ids": 4}), "sequence public.ids stands at 5, ahead of the source's 4"),
        (Inventory(sequences={"public.ids": None}), "sequence public.ids stands at 5, ahead of the source's start"),
        (Inventory(sequences={"public.more": 1}), "sequence public.more is missing"),
    ],
)
def test_extensions_and_sequences_are_held_against_the_source(theirs: Inventory, wrong: str) -> None:
    """A source that has gone on is ahead; a copy never is."""
    engine = Engine()
    engine.held = {"copy": SAME, "source": theirs}
    result = proven(AGAINST, engine, source)
    assert result.outcome is (Outcome.FAILED if wrong else Outcome.PASSED)
    assert wrong in result.observed


@pytest.mark.parametrize(("theirs", "outcome"), [(5, Outcome.PASSED), (4, Outcome.FAILED)])
def test_a_sequence_may_be_as_far_ahead_as_recovery_leaves_it(theirs: int, outcome: Outcome) -> None:
    """A restored server goes on behind the values that were logged beforehand; what is further on is wrong."""
    engine = Engine()
    engine.held = {
        "copy": Inventory(sequences={"public.ids": 38}, leaps={"public.ids": 33}),
        "source": Inventory(sequences={"public.ids": theirs}),
    }
    assert proven(AGAINST, engine, source).outcome is outcome


def test_a_source_that_cannot_be_read_leaves_it_open() -> None:
    """The engine's own word is told all the same; a stop is a stop."""
    engine = Engine()
    engine.held = {"copy": SAME}
    result = proven(AGAINST, engine, unreachable)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "source not asked: no route to production" in result.observed
    with pytest.raises(Aborted):
        proven(AGAINST, engine, lambda: unreachable(Aborted("stopped")))


# Answers.

FAST = AnswersWithin("a", "SELECT 1 FROM t", timedelta(seconds=1), times=10, cold=2, p=90)


def answered(check: AnswersWithin, engine: Engine, ours: list[float], theirs: list[float] | None = None) -> CheckResult:
    engine.takes = {"copy": iter(ours), "source": iter(theirs or [])}
    beside = source if theirs is not None else never
    return answers.perform(check, engine, copy, beside, engine.clock)  # type: ignore[arg-type]


def test_the_percentile_of_the_warm_runs_is_judged() -> None:
    """Cold ones are told apart; nine of ten within the limit are p90, and the limit itself is kept."""
    passed = answered(FAST, Engine(), [9, 8, *[0.1] * 8, 1.0, 7])
    assert (passed.outcome, passed.figures["percentile_s"]) == (Outcome.PASSED, 1.0)
    assert passed.figures["cold_s"] == pytest.approx([9, 8])
    assert "p90 of 10 runs 1 s, limit 1 s; cold 9 s; 3 rows" in passed.observed
    assert answered(FAST, Engine(), [0, 0, *[0.1] * 8, 1.01, 7]).outcome is Outcome.FAILED


def test_a_statement_that_reads_no_table_says_nothing() -> None:
    """It would be as fast in an empty database."""
    engine = Engine()
    engine.reads_data = False
    with pytest.raises(NotMeasured, match="no table"):
        answered(FAST, engine, [0.1] * 12)


def test_the_source_is_the_limit_where_the_team_says_so() -> None:
    """So many times its own percentile; it is timed in the same way."""
    check = replace(FAST, limit=None, against_source=True, factor=2.0)
    passed = answered(check, Engine(), [9, 9, *[0.2] * 10], [9, 9, *[0.1] * 10])
    assert (passed.outcome, passed.figures["limit_s"]) == (Outcome.PASSED, pytest.approx(0.2))
    assert "the source's own p90 is 100 ms" in passed.observed
    assert answered(check, Engine(), [9, 9, *[0.21] * 10], [9, 9, *[0.1] * 10]).outcome is Outcome.FAILED
    with pytest.raises(NotMeasured, match="the source did not answer"):
        answered(check, Engine(), [0.1] * 12, [300.0] * 12)


def test_what_takes_too_long_is_not_waited_for_again_and_again() -> None:
    """Once the percentile is sure to be missed; a cold run that is ended is no run that is judged."""
    failed = answered(FAST, Engine(), [0, 0, 300, 300])
    assert failed.outcome is Outcome.FAILED
    assert "2 runs ended by the time that a statement may take" in failed.observed
    assert answered(FAST, Engine(), [300, 0, *[0.1] * 10]).outcome is Outcome.PASSED


# Counts.

COUNTS = Counts("c", against_source=True)


def counted(check: Counts, engine: Engine, beside: Any = source, instant: datetime | None = NOW) -> CheckResult:
    return counts.perform(check, engine, copy, beside, engine.clock, instant)  # type: ignore[arg-type]


def sides(copy: dict[str, int], source: dict[str, int]) -> Engine:
    engine = Engine()
    engine.rows = {"copy": copy, "source": source}
    return engine


def test_equal_counts_pass_and_prove_data() -> None:
    """Every ordinary table, where none is named."""
    result = counted(COUNTS, sides({"a": 3, "b": 0}, {"a": 3, "b": 0}))
    assert (result.outcome, result.proves_data) == (Outcome.PASSED, True)
    assert "2 tables compared, 3 rows in the copy" in result.observed


def test_a_difference_beyond_its_tolerance_fails_and_the_largest_is_told_first() -> None:
    """By rows or by share; a table's own tolerance goes before the check's."""
    engine = sides({"a": 90, "b": 995, "c": 7}, {"a": 100, "b": 1000, "c": 7})
    assert counted(replace(COUNTS, tolerance=Tolerance(10)), engine).outcome is Outcome.PASSED
    assert counted(replace(COUNTS, tolerance=Tolerance(share=0.1)), engine).outcome is Outcome.PASSED
    own = tuple(Counted(name, Tolerance(4) if name == "b" else None) for name in "abc")
    result = counted(replace(COUNTS, tables=own, tolerance=Tolerance(10)), engine)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("a: 90 rows, 10 fewer than 100; b: 995 rows, 5 fewer than 1,000")


def test_rows_up_to_the_restored_instant_are_counted_on_both_sides() -> None:
    """Where a column tells their age; else the source is told to be as it is now."""
    engine = sides({"a": 3, "b": 3}, {"a": 3, "b": 3})
    tables = (Counted("a", as_of="created"), Counted("b"))
    result = counted(replace(COUNTS, tables=tables, as_of=""), engine)
    assert [each for each in engine.asked if each[1] == "a"] == [
        (side, "a", "created", NOW) for side in ("copy", "source")
    ]
    assert "1 table counted as the source is now" in result.observed
    with pytest.raises(NotMeasured, match=r"a\.created"):
        counted(replace(COUNTS, tables=tables), engine, instant=None)


def test_a_table_that_one_side_lacks() -> None:
    """One that the copy lacks is lost; one that the source alone has may have been made since."""
    named = replace(COUNTS, tables=(Counted("a"), Counted("b")))
    lost = counted(named, sides({"a": 1}, {"a": 1, "b": 1}))
    assert (lost.outcome, lost.observed.split(";")[0]) == (Outcome.FAILED, "b is not in the copy")
    dropped = counted(named, sides({"a": 1, "b": 1}, {"a": 1}))
    assert (dropped.outcome, "b is not in the source" in dropped.observed) == (Outcome.INCONCLUSIVE, True)
    made = counted(COUNTS, sides({"a": 1}, {"a": 1, "b": 1}))
    assert (made.outcome, "b: in the source alone" in made.observed) == (Outcome.INCONCLUSIVE, True)


def test_no_row_at_all_passes_nothing() -> None:
    """Empty as the source may be, an empty copy proves nothing."""
    result = counted(COUNTS, sides({"a": 0}, {"a": 0}))
    assert (result.outcome, result.proves_data) == (Outcome.INCONCLUSIVE, False)


def test_without_the_teams_word_the_copy_alone_is_counted() -> None:
    """Production is not asked; the copy's figures are told, and that nothing was compared."""
    result = counted(replace(COUNTS, against_source=False), sides({"a": 3}, {}), never)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "the check does not say `against: source`" in result.observed
    assert result.figures["tables"]["a"]["copy"] == 3


def test_a_source_that_cannot_be_counted_leaves_it_open() -> None:
    """Likewise; and a stop is a stop."""
    result = counted(COUNTS, sides({"a": 3}, {}), unreachable)
    assert (result.outcome, "no route to production" in result.observed) == (Outcome.INCONCLUSIVE, True)
    with pytest.raises(Aborted):
        counted(COUNTS, sides({"a": 3}, {}), lambda: unreachable(Aborted("stopped")))


def test_the_time_of_the_counting_ends() -> None:
    """What was not counted then is not guessed."""
    engine = sides(dict.fromkeys("abcdef", 1), {})
    with pytest.raises(NotMeasured, match="after 3 of 6 tables"):
        counted(replace(COUNTS, within=timedelta(minutes=3)), engine)


def test_a_missing_table_on_both_sides_is_missing() -> None:
    """What is named and is nowhere is not taken for equal."""
    assert counts.judged(COUNTS, [Pair("a", None, None, NONE), Pair("b", 1, 1, NONE)]).outcome is Outcome.FAILED
