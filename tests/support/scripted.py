"""A connection that answers by a script, as a server of that engine would: for what no machine here has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.mysql import Rows

Answer = Sequence[tuple[Any, ...]] | EngineError


class Scripted:
    """Answers each statement by the first part of the script that it holds; what was `said` is kept."""

    def __init__(self, speech: Any, quote: Any, script: Mapping[str, Answer]) -> None:
        self.speech, self.quote, self.script = speech, quote, dict(script)
        self.said: list[str] = []
        self.given: list[tuple[Any, ...]] = []
        self.judged: dict[str, Any] = {}
        self.closed = False
        self.seconds: list[float] = []
        self.columns: tuple[str, ...] = ()

    def execute(self, statement: str, given: Sequence[Any] | None = None) -> Rows:
        text = re.sub(r"\s+", " ", statement).strip()
        self.said.append(text)
        self.given.append(tuple(given or ()))
        answer = next((each for part, each in self.script.items() if part in text), ())
        if isinstance(answer, EngineError):
            raise answer
        return Rows(list(answer), self.columns)

    def begin(self) -> None:
        self.undo()

    def undo(self) -> None:
        self.said.append("ROLLBACK")
        self.given.append(())

    def bound(self, seconds: float) -> None:
        self.seconds.append(seconds)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.begin()
        yield
        self.said.append("COMMIT")
        self.given.append(())

    def close(self) -> None:
        self.closed = True
