"""Something that a service can be restored from."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.resource_type.traits import Traits


class PointKind(StrEnum):
    """A snapshot holds one instant; a continuous recovery point can be restored to any instant of its window."""

    SNAPSHOT = "snapshot"
    CONTINUOUS = "continuous"


@dataclass(frozen=True)
class RecoveryPoint:
    """A recovery point as chosen: what is restored, and the instant whose data it claims to hold.

    `data_time_source` names the API field that the instant was read from. `window_start` and `window_end` bound a
    continuous point. `reference` is the instant that loss is counted from where the drill asked for one. `store` is
    the resource that it is a recovery point of. `traits` are that resource's as the point holds it, where AWS tells
    them of the point: its source may have grown since, or have been upgraded.
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
    store: str = ""
    traits: Traits | None = field(default=None, compare=False, metadata={"kept": False})  # but with the source


@dataclass(frozen=True)
class WorstCase:
    """The largest loss that a disaster at the worst instant would have meant, and what that is read from.

    `loss` is the largest `gap` and, where it is known, the time that a backup took (`backup`): until then the one
    before is all there is. `p95` is the gap that 95 of 100 were within. Where it is not the `whole` history (a part is
    missing or unknown) it can show that an objective is missed, never that it is met.
    """

    loss: timedelta
    source: str
    gap: timedelta | None = None
    p95: timedelta | None = None
    backup: timedelta | None = None
    whole: bool = True


def largest_gap(data_times: Sequence[datetime], until: datetime) -> timedelta | None:
    """The longest span that a disaster could have lost, over a history of recovery points up to `until`.

    None where there is no history: nothing can be said, and nothing is guessed.
    """
    return max(gaps(data_times, until), default=None)


def gaps(data_times: Sequence[datetime], until: datetime) -> list[timedelta]:
    """The spans between successive recovery points, the last one up to `until`."""
    instants = [*sorted(data_times), until]
    return [later - earlier for earlier, later in itertools.pairwise(instants)]


def percentile(spans: Sequence[timedelta], share: float) -> timedelta | None:
    """The smallest span that at least this share of them is within (nearest rank); None where there are none."""
    ordered = sorted(spans)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
