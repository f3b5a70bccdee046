"""The look at the posture as a flow run performs it: what it tells, and how the flow run ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.posture.ruling import LEVELS, exit_code, shortfalls, summary
from dr_orchestrator.errors import DroError, Exit, UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.posture import looking, publishing


class FallsShort(DroError):
    """A look found what it is to fail for; `dro posture --last` tells it all."""


@dataclass(frozen=True)
class Done:
    """A look in a flow run: its sentence, how many shortfalls, and what the flow run fails with, if anything."""

    told: str
    short: int
    fault: FallsShort | None = None


def look(here: App, services: Sequence[str], fail_on: str) -> Done:
    """Look, keep what was seen, write the page."""
    if fail_on not in LEVELS:
        raise UsageError(f"no severity '{fail_on}'", f"one of: {', '.join(LEVELS)}")
    rows = looking.look(here, services).rows
    publishing.publish(here)
    code, told = exit_code(rows, fail_on), summary(rows)
    fault = None if code is Exit.PASSED else FallsShort(told, "`dro posture --last` tells more")
    if fault is not None:
        fault.exit_code = code
    return Done(told, len(shortfalls(rows)), fault)
