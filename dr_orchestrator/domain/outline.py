"""A run in outline: what it was to prove and how it ended, for lists, tallies and verdicts of many runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dr_orchestrator.domain.run import Closing, RunHeader
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit


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


def exit_code(runs: Iterable[Outlined], planned: int | None = None) -> Exit:
    """The exit code of runs: a possible leftover wins, then the worst verdict; a run without one is inconclusive."""
    listed = list(runs)
    closings = [run.closing for run in listed]
    if any(closing is None or closing.cleanup is not Cleanup.CLEAN for closing in closings):
        return Exit.LEFTOVERS
    verdicts = {closing.verdict for closing in closings if closing}
    for verdict, code in (
        (Verdict.ABORTED, Exit.ABORTED),
        (Verdict.FAILED, Exit.FAILED),
        (Verdict.INCONCLUSIVE, Exit.INCONCLUSIVE),
        (Verdict.PARTIAL, Exit.INCONCLUSIVE),
    ):
        if verdict in verdicts:
            return code
    return Exit.INCONCLUSIVE if not listed or (planned is not None and planned > len(listed)) else Exit.PASSED
