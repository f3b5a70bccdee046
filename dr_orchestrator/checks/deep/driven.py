"""The questions of deep checks that are alike for engines whose statements are bounded by their drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dr_orchestrator.checks.deep.engine import CutShort, Fact, Relation, Stretch, Unread
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.waiting.driven import CUT, GONE, EngineError


def answer(connection: Any, statement: str) -> int:
    """Say a statement that was judged to read alone, and take its whole answer."""
    try:
        return len(connection.execute(statement).fetchall())
    except EngineError as error:
        if error.code != CUT:
            raise
        raise CutShort(error.words) from error


def unread(error: EngineError, stretch: Stretch, within_s: float) -> Unread:
    """The word on a stretch that was not read; a connection that ended said not a word of the data."""
    if error.code == GONE:
        raise error
    if error.code == CUT:
        return Unread(f"{stretch} was not read within {within_s:.0f} s")
    return Unread(f"{stretch}: {error.words}")


def each(
    about: str,
    by: str,
    tables: list[Relation],
    left_s: Callable[[], float],
    look: Callable[[Relation, float], list[str]],
) -> Fact:
    """The word of the engine on one table after the other, while there is time; `by` names what it is asked by."""
    wrong: list[str] = []
    for done, table in enumerate(tables):
        if (seconds := left_s()) <= 0:
            left = f"the time was over after {done} of {counted(len(tables), 'table')}"
            return Fact(about, left, tuple(wrong), asked=False)
        try:
            wrong += look(table, seconds)
        except EngineError as error:
            if error.code == GONE:
                raise
            late = f"{table.name} was not checked within {seconds:.0f} s"
            told = late if error.code == CUT else f"{table.name}: {error.words}"
            return Fact(about, told, tuple(wrong), asked=False)
    told = f"{by} found {counted(len(tables), 'table')} sound"
    return Fact(about, told, tuple(wrong), of_data=bool(tables))


def asked(about: str, ask: Callable[[], Fact]) -> Iterator[Fact]:
    """One fact; what the engine refuses to tell was not asked."""
    try:
        yield ask()
    except EngineError as error:
        if error.code == GONE:
            raise
        yield Fact(about, error.words, asked=False)
