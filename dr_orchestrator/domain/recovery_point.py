"""Something that a service can be restored from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PointKind(StrEnum):
    """A snapshot holds one instant; a continuous recovery point can be restored to any instant of its window."""

    SNAPSHOT = "snapshot"
    CONTINUOUS = "continuous"


@dataclass(frozen=True)
class RecoveryPoint:
    """A recovery point as chosen: what is restored, and the instant whose data it claims to hold.

    `data_time_source` names the API field that the instant was read from. `window_start` and `window_end` bound a
    continuous point. `reference` is the instant that loss is counted from where the drill asked for one.
    """

    id: str
    kind: PointKind
    data_time: datetime
    data_time_source: str
    created_at: datetime | None = None
    encrypted: bool | None = None
    size_gib: int | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    reference: datetime | None = None


@dataclass(frozen=True)
class WorstCase:
    """The largest loss that a disaster at the worst instant would have meant, and what that is read from."""

    loss: timedelta
    source: str


def largest_gap(data_times: Sequence[datetime], until: datetime) -> timedelta | None:
    """The longest span that a disaster could have lost, over a history of recovery points up to `until`.

    None where there is no history: nothing can be said, and nothing is guessed.
    """
    instants = [*sorted(data_times), until]
    return max((later - earlier for earlier, later in itertools.pairwise(instants)), default=None)
