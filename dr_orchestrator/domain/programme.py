"""The calendar: quarters, exercises, and which drills are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_orchestrator.domain.drill import Drill, Every
from dr_orchestrator.domain.verdict import Verdict

_MONTHS = {Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


@dataclass(frozen=True)
class Exercise:
    """Runs for a purpose: a quarter's drills or a game day. `planned` names every drill it means to run."""

    id: str
    title: str
    purpose: str
    quarter: str
    started_at: datetime
    planned: tuple[str, ...]
    left_out: Mapping[str, str]
    at_once: int
    simulated: bool
    pace: float
    engine: str
    ended_at: datetime | None = None
    verdict: Verdict | None = None


def quarter_of(instant: datetime) -> str:
    """The calendar quarter (UTC) of an instant: `2026-Q4`."""
    utc = instant.astimezone(UTC)
    return f"{utc.year}-Q{(utc.month - 1) // 3 + 1}"


def period_start(every: Every, instant: datetime) -> datetime:
    """When the period that an instant lies in began: a drill passed since then is not due again."""
    utc, months = instant.astimezone(UTC), _MONTHS[every]
    return datetime(utc.year, (utc.month - 1) // months * months + 1, 1, tzinfo=UTC)


def due(
    drills: Iterable[Drill], last_green: Mapping[str, datetime], now: datetime
) -> tuple[list[Drill], dict[str, str]]:
    """Split drills into those due now, tier 0 first, and those left out with the reason.

    `last_green` holds each drill's newest passed run on real AWS; a simulated run proves nothing and is not in it.
    """
    chosen: list[Drill] = []
    left_out: dict[str, str] = {}
    for drill in drills:
        passed = last_green.get(drill.name)
        if passed is not None and passed >= period_start(drill.every, now):
            left_out[drill.name] = f"passed on {passed:%Y-%m-%d}, due once a {drill.every}"
        else:
            chosen.append(drill)
    return sorted(chosen, key=lambda drill: (drill.service.tier.number, drill.service.name, drill.name)), left_out
