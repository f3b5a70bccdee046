"""A run in outline: what it was to prove and how it ended, for lists, tallies and verdicts of many runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dr_orchestrator.domain.run import Closing, RunHeader


class Outlined(Protocol):
    """The facts that lists, tallies and verdicts read of a run, be it whole or an outline."""

    @property
    def header(self) -> RunHeader:
        """The facts that are known when it opens."""

    @property
    def closing(self) -> Closing | None:
        """How it ended; None while it is open."""


@dataclass(frozen=True)
class Outline:
    """A run without its steps, checks and copies: nothing can be taken down by it, and nothing judged."""

    header: RunHeader
    closing: Closing | None = None


@dataclass(frozen=True)
class Lasted:
    """How long an earlier run of a drill took: its recovery, and the whole of it."""

    recovery: timedelta
    whole: timedelta
