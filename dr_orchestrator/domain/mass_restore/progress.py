"""How far a large-incident drill is, and when each wave will be settled, by what it has shown so far itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True)
class Lane:
    """A container: its wave, and how long it took; `began` is when it was begun, None of one that waits."""

    wave: int
    began: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Expected:
    """When a wave will be settled: as the shortest container of this drill took, the mean, and the longest; `shown` is
    of how many that is known.
    """

    earliest: datetime
    likely: datetime
    latest: datetime
    shown: int


def expected(lanes: Sequence[Lane], at_once: int, now: datetime) -> Mapping[int, Expected | None]:
    """When each wave that is not settled will be; None until a container has shown how long one takes.

    Waves come one after the other, so many containers of one at once. Waits for a release are not in it: nobody knows
    them.
    """
    took = [each.ended - each.began for each in lanes if each.began is not None and each.ended is not None]
    open_waves = sorted({each.wave for each in lanes if each.ended is None})
    if not took:
        return dict.fromkeys(open_waves)
    spans = (min(took), sum(took, timedelta()) / len(took), max(took))
    ends = [now] * len(spans)
    found: dict[int, Expected | None] = {}
    for wave in open_waves:
        left = [each for each in lanes if each.wave == wave and each.ended is None]
        ends = [end + _lasts(left, at_once, span, now) for end, span in zip(ends, spans, strict=True)]
        found[wave] = Expected(ends[0], ends[1], ends[2], len(took))
    return found


def _lasts(left: Sequence[Lane], at_once: int, span: timedelta, now: datetime) -> timedelta:
    """How long what is left of a wave lasts, where each container takes so long."""
    running = [max(timedelta(), span - (now - each.began)) for each in left if each.began is not None]
    waiting = sum(each.began is None for each in left)
    return max(running, default=timedelta()) + span * ceil(waiting / max(1, at_once))
