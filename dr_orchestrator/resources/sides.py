"""A store of the lost region and what stands of it in the other, compared while both are written to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sides import DIFFERENT, LOST, MOVING, STALE, STRANGE, UNKNOWN, Compared, Settled
from dr_orchestrator.errors import NotMeasured

AGAIN_S = 10.0
"""Drill seconds after which is looked again at what was not alike: most replication takes no longer."""

LEAST_APART_S = 5.0
"""Drill seconds between the first look at a thing and its last, at least: one look tells of nothing that it stays."""

MOST_AGAIN = 1_000
"""So many are looked at again one by one; of more nobody knows whether they were on their way."""


class Sides(Protocol):
    """One store as it stands in two regions."""

    def look(self) -> str:
        """Look at either side before anything is lost, and tell of it; NotRecoverable where there is none."""

    def compare(self, check: SameInBoth) -> Compared:
        """Compare them whole, and look again, for so long as the check says, at what is not alike."""


@dataclass(frozen=True)
class Pair:
    """One thing on either side, None where it is not there; `same` is None where that cannot be told."""

    here: Hashable
    there: Hashable
    same: bool | None

    @property
    def apart(self) -> str:
        """How the two are apart, by the name of the finding."""
        if self.same is None:
            return UNKNOWN
        return STRANGE if self.here is None else LOST if self.there is None else DIFFERENT


@dataclass
class _Seen:
    """All looks at one thing, and the instants of the first and the last of them."""

    pairs: list[Pair]
    first: float
    last: float

    @property
    def long_enough(self) -> bool:
        """Whether it was seen twice, and so far apart that what is the same in both is no coincidence."""
        return len(self.pairs) > 1 and self.last - self.first >= LEAST_APART_S

    def verdict(self, *, counts: bool) -> str:
        """How the two are apart after all looks, by the name of the finding."""
        if not self.long_enough:
            return UNKNOWN
        here, there = ({getattr(each, side) for each in self.pairs} for side in ("here", "there"))
        if len(here) == 1 and len(there) == 1:
            return self.pairs[-1].apart
        if min(len(here), len(there)) > 1 or here & there or any(each.same is None for each in self.pairs):
            return MOVING
        stayed = here if len(here) == 1 else there
        if None in stayed:
            return self.pairs[-1].apart
        return MOVING if counts else STALE


def settled(
    apart: Mapping[str, Callable[[], Pair]], clock: Clock, within: timedelta, *, counts: bool = False
) -> Settled:
    """Look again at each thing that was not alike, by its name, until it is or the time is over; twice at least.

    Where one side took on what the other was seen to hold before, it follows, and is alike; where one moved and the
    other stayed all the time at what it alone holds, that one follows nothing. Of what moved otherwise, and was never
    seen alike, nobody knows. Of `counts` it is known of none that moved: as many as before are not the same.
    """
    looks = dict(list(apart.items())[:MOST_AGAIN])
    found = Settled(len(looks))
    found.named[UNKNOWN] = list(apart)[MOST_AGAIN:]
    began, seen = clock.monotonic(), dict[str, _Seen]()
    while looks:
        for name, look in list(looks.items()):
            pair, now = look(), clock.monotonic()
            before = seen.setdefault(name, _Seen([], now, now))
            if pair.same or (not counts and _follows(pair, before.pairs)):
                found.alike += 1
                del looks[name]
            before.pairs.append(pair)
            before.last = now
        left = within.total_seconds() - (clock.monotonic() - began)
        again = LEAST_APART_S if any(not seen[name].long_enough for name in looks) else 0.0
        if not looks or max(left, again) <= 0:
            break
        clock.sleep(min(AGAIN_S, max(left, again)))
    for name in looks:
        found.named.setdefault(seen[name].verdict(counts=counts), []).append(name)
    return found


def _follows(pair: Pair, before: Sequence[Pair]) -> bool:
    """Whether one side has become what the other was seen to be at an earlier look: its absence tells nothing."""
    if not before:
        return False
    last, here, there = before[-1], {each.here for each in before}, {each.there for each in before}
    led = pair.there is not None and pair.there != last.there and pair.there in here
    return led or (pair.here is not None and pair.here != last.here and pair.here in there)


class BothSides:
    """Performs the checks that compare stores of two regions, each of the store that it names."""

    def __init__(self, sides: Mapping[str, Sides]) -> None:
        """`sides` are by the logical ids of the stores."""
        self._sides = sides

    def perform(self, check: SameInBoth, copy: Copy) -> CheckResult:
        """Compare the two; the environment of the run has no part in it."""
        if check.store not in self._sides:
            raise NotMeasured(f"nothing of {copy.id} stands in both regions under the name of {check.store}")
        return self._sides[check.store].compare(check).result(check)
