"""Times a statement of the team's own: cold runs told apart, the others by their percentile against a limit.

Times are real seconds, whatever the pace of the drill's clock: a lab's databases are real, too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.engine import Connect, CutShort, Engine
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import AnswersWithin
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import percentile, rank
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured

MOST = timedelta(seconds=290)
"""The most that a limit may be: a statement that takes longer is ended."""


class Runs:
    """The times of a statement: those of its first runs, and of the others.

    `cut` is how many were ended by the time that a statement may take.
    """

    def __init__(self) -> None:
        self.cold: list[float] = []
        self.warm: list[float] = []
        self.rows = self.cut = 0


def perform(check: AnswersWithin, engine: Engine, connect: Connect, source: Connect, clock: Clock) -> CheckResult:
    """Time it in the copy; in the source, too, where that is what it is held against."""
    with connect() as connection:
        ours = _timed(check, engine, connection, clock)
        engine.data_read(connection, check.sql)
    limit, theirs = check.limit, None
    if check.against_source:
        with source() as connection:
            theirs = _timed(check, engine, connection, clock)
        if theirs.cut:
            raise NotMeasured("the source did not answer within the time that a statement may take")
        limit = min(timedelta(seconds=check.factor * percentile(theirs.warm, check.p)), MOST)
    return judged(check, ours, limit or timedelta(), theirs)


def judged(check: AnswersWithin, ours: Runs, limit: timedelta, theirs: Runs | None = None) -> CheckResult:
    """Hold the percentile of the warm runs against the limit, which it may reach."""
    found = timedelta(seconds=percentile(ours.warm, check.p))
    figures: dict[str, Any] = {
        "p": check.p,
        "percentile_s": found.total_seconds(),
        "limit_s": limit.total_seconds(),
        "cold_s": ours.cold,
        "warm_s": ours.warm,
        "rows": ours.rows,
        "source_s": theirs.warm if theirs else None,
    }
    cold = f"cold {words.latency(timedelta(seconds=max(ours.cold)))}" if ours.cold else ""
    said = [
        f"p{check.p} of {counted(len(ours.warm), 'run')} {words.latency(found)}, limit {words.latency(limit)}",
        cold,
    ]
    said += [counted(ours.rows, "row")]
    if theirs:
        said += [f"the source's own p{check.p} is {words.latency(limit / check.factor)}"]
    said += [f"{counted(ours.cut, 'run')} ended by the time that a statement may take"] if ours.cut else []
    outcome = Outcome.PASSED if found <= limit else Outcome.FAILED
    return words.result(check, outcome, words.joined(said), figures)


def _timed(check: AnswersWithin, engine: Engine, connection: Any, clock: Clock) -> Runs:
    runs, late = Runs(), 0
    for number in range(check.cold + check.times):
        began = clock.monotonic()
        try:
            runs.rows = engine.answer(connection, check.sql)
        except CutShort:
            runs.cut += 1
            late += number >= check.cold
        took = (clock.monotonic() - began) / clock.pace
        (runs.cold if number < check.cold else runs.warm).append(took)
        if late > check.times - rank(check.times, check.p):
            break  # the percentile is one of these, however the others go: nobody waits for this so many times
    return runs
