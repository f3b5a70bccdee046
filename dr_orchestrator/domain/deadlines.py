"""The policy of how long a finding may stay open, by the tier of its service and its severity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.domain.finding import Severity

_DAY = timedelta(days=1)
_DEFAULT = (
    (7 * _DAY, 30 * _DAY, 90 * _DAY),
    (14 * _DAY, 45 * _DAY, 90 * _DAY),
    (30 * _DAY, 90 * _DAY, 180 * _DAY),
    (60 * _DAY, 120 * _DAY, 180 * _DAY),
)


def usual(tier: int) -> dict[Severity, timedelta]:
    """The time that a tier has where its policy says none, by severity; of tiers beyond 3 as of 3."""
    return dict(zip(Severity, _DEFAULT[min(tier, len(_DEFAULT) - 1)], strict=True))


@dataclass(frozen=True)
class Deadlines:
    """How long findings of each declared tier may stay open; of a tier that nobody declared nothing is known."""

    within: Mapping[int, Mapping[Severity, timedelta]] = field(default_factory=dict)

    def due(self, tier: int | None, severity: Severity, since: datetime) -> datetime | None:
        """When a finding that was raised then is due; None where nobody says."""
        span = self.within.get(tier, {}).get(severity) if tier is not None else None
        return None if span is None else since + span
