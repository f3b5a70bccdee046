"""Compares the rows of each table, copy against source: as of the restored instant where a column tells a row's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.deadline import MOST_S, Deadline
from dr_orchestrator.checks.deep.engine import Connect, Engine
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import Counted, Counts, Tolerance
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotMeasured, NotTheCopy, Stopped

SOURCE_S = 300.0
"""Real seconds that production may have to count one table: what takes longer is a burden on it."""


@dataclass(frozen=True)
class Pair:
    """The rows of a table in the copy and in the source; None where there is no such table, or nobody counted it."""

    table: str
    copy: int | None
    source: int | None
    tolerance: Tolerance
    as_of: str = ""

    @property
    def apart(self) -> int:
        """How many rows they lie apart."""
        return abs((self.copy or 0) - (self.source or 0))

    def __str__(self) -> str:
        less = (self.copy or 0) - (self.source or 0)
        apart = f"{abs(less):,} {'fewer' if less < 0 else 'more'} than {self.source:,}"
        return f"{self.table}: {counted(self.copy or 0, 'row')}, {apart}"


def perform(
    check: Counts, engine: Engine, connect: Connect, source: Connect, clock: Clock, instant: datetime | None
) -> CheckResult:
    """Count in the copy, then in the source; `instant` is what the copy was restored to."""
    deadline = Deadline(clock, check.within)
    with connect() as connection:
        tables = check.tables or tuple(Counted(name) for name in engine.tables(connection))
        ours = _counts(check, tables, engine, connection, deadline, instant)
    theirs, why, only = dict[str, int | None](), "the check does not say `against: source`", list[str]()
    if check.against_source:
        try:
            with source() as connection:
                theirs, why = _counts(check, tables, engine, connection, deadline, instant, SOURCE_S), ""
                only = [] if check.tables else sorted({*engine.tables(connection)} - {each.table for each in tables})
        except (Stopped, NotTheCopy):
            raise
        except DrillFault as fault:
            why = f"the source could not be counted: {fault.message}"
    pairs = [
        Pair(
            each.table,
            ours[each.table],
            theirs.get(each.table),
            each.tolerance or check.tolerance,
            _column(check, each),
        )
        for each in tables
    ]
    return judged(check, pairs, why, only)


def judged(check: Counts, pairs: Sequence[Pair], why: str = "", only: Sequence[str] = ()) -> CheckResult:
    """The result of the counts; `why` nothing was compared, `only` names tables that the source alone has."""
    missing = [f"{each.table} is not in the copy" for each in pairs if each.copy is None]
    gone = [each.table for each in pairs if not why and each.copy is not None and each.source is None]
    both = [each for each in pairs if each.copy is not None and each.source is not None]
    differ = [each for each in both if not each.tolerance.allows(each.copy or 0, each.source or 0)]
    empty = not any(each.copy for each in pairs)
    unsure = [why, *(f"{name} is not in the source" for name in gone)]
    unsure += [f"{', '.join(only)}: in the source alone, made since or lost"] if only else []
    unsure += ["no table holds a row"] if empty else []
    unsure = list(filter(None, unsure))
    outcome = Outcome.FAILED if missing or differ else Outcome.INCONCLUSIVE if unsure else Outcome.PASSED
    largest = sorted((each for each in both if each.apart), key=lambda each: -each.apart)
    said = [*missing, words.some([str(each) for each in largest]), *unsure]
    rows = counted(sum(each.copy or 0 for each in pairs), "row")
    said += [f"{counted(len(both), 'table')} compared, {rows} in the copy"]
    said += _as_now(both)
    figures = {"tables": {each.table: _figures(each) for each in pairs}, "source_only": list(only)}
    return words.result(check, outcome, words.joined(said), figures, proves=not empty)


def _as_now(pairs: Sequence[Pair]) -> list[str]:
    """That rows were counted as the source has them now, where no column told which are older than the instant."""
    now = sum(not each.as_of for each in pairs)
    return [f"{counted(now, 'table')} counted as the source is now: no `as-of` tells the age of rows"] if now else []


def _figures(pair: Pair) -> Mapping[str, Any]:
    return {"copy": pair.copy, "source": pair.source, "tolerance": str(pair.tolerance), "as_of": pair.as_of or None}


def _column(check: Counts, table: Counted) -> str:
    return table.as_of or check.as_of


def _counts(
    check: Counts,
    tables: Sequence[Counted],
    engine: Engine,
    connection: Any,
    deadline: Deadline,
    instant: datetime | None,
    most_s: float = MOST_S,
) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for each in tables:
        column = _column(check, each)
        if column and instant is None:
            raise NotMeasured(f"no restored instant is known that {each.table}.{column} could be held to")
        if deadline.left() <= 0:
            raise NotMeasured(f"the time was over after {len(found)} of {counted(len(tables), 'table')}")
        found[each.table] = engine.count(connection, each.table, column, instant, min(most_s, deadline.left_s()))
    return found
