"""How far the machine's clock is from another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Skew:
    """How far the machine's clock is `ahead` of the other (below zero: behind), give or take the `error`."""

    ahead: timedelta
    error: timedelta

    @property
    def least(self) -> timedelta:
        """How wrong the clock is in any case."""
        return max(abs(self.ahead) - self.error, timedelta())

    def __str__(self) -> str:
        side = "behind" if self.ahead < timedelta() else "ahead of"
        return f"{abs(self.ahead).total_seconds():.2f} s (give or take {self.error.total_seconds():.2f} s) {side}"
