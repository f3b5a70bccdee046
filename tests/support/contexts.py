"""Contexts of runs that tell a test what they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import LeaseLost
from dr_orchestrator.runner import RunContext


class Driven:
    """A drive that a test stops, or hands to another process."""

    def __init__(
        self,
        stopped: Callable[[], None] = lambda: None,
        elsewhere: Callable[[], bool] = lambda: False,
        run: str = "r",
    ) -> None:
        self._stopped, self._elsewhere, self._run = stopped, elsewhere, run

    def raise_if_stopped(self) -> None:
        self._stopped()

    def raise_if_lost(self) -> None:
        if self._elsewhere():
            raise LeaseLost.to_another(self._run)

    def before_write(self, makes: bool) -> None:
        self.raise_if_lost()

    def driven_elsewhere(self) -> bool:
        return self._elsewhere()


@dataclass
class ToldContext(RunContext):
    """A run's context without a run: what it is told goes into lists."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    delays: list[tuple[SegmentKind, str, float]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    templates: list[Made] = field(default_factory=list)

    def observe(self, copy: Copy, state: str) -> None:
        self.seen.append((copy.id, state))

    def delayed(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        self.delays.append((kind, reason, seconds))

    def derived(self, made: Made) -> None:
        self.templates.append(made)

    def asked_again(self, what: str) -> None:
        self.again.append(what)


class telling(RunContext):  # noqa: N801 - reads as a verb
    """A context that only notes which call was throttled, and for how long."""

    def __init__(self, clock: Clock, told: list[tuple[str, float]]) -> None:
        super().__init__("r", clock)
        self._told = told

    def delayed(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        self._told.append((reason.removesuffix(" was throttled"), seconds))
