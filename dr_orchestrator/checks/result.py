"""The results that every check makes of its observation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.drill import Check
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotTheCopy, Stopped, without_secrets


def judged(
    check: Check, expected: str, observed: str, held: bool, figures: Mapping[str, Any] | None = None
) -> CheckResult:
    """A result whose claim held or did not; `figures` are what was measured."""
    outcome = Outcome.PASSED if held else Outcome.FAILED
    return CheckResult(check.name, expected, observed, outcome, check.mandatory, figures=dict(figures or {}))


def timed(check: Check, expected: str, clock: Clock, perform: Callable[[], CheckResult]) -> CheckResult:
    """Perform a check and time it; what it cannot find out makes it inconclusive, with the reason.

    NotTheCopy where it met something else in the copy's place: then no other check is performed. A stop passes on.
    """
    started = clock.monotonic()
    try:
        result = perform()
    except (NotTheCopy, Stopped):
        raise
    except DrillFault as fault:
        result = CheckResult(check.name, expected, fault.message, Outcome.INCONCLUSIVE, check.mandatory)
    except Exception as error:  # noqa: BLE001 - a check that crashes must not keep the others from running
        told = without_secrets(f"the check crashed: {type(error).__name__}: {error}")
        result = CheckResult(check.name, expected, told, Outcome.INCONCLUSIVE, check.mandatory)
    return replace(result, duration=timedelta(seconds=clock.monotonic() - started))


def instant(value: object) -> datetime:
    """Read an instant written as a timestamp, ISO 8601 text or Unix seconds; ValueError where it is none."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    text = str(value)
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
