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
from dr_orchestrator.domain.sides import DIFFERENT, LOST, MOVING, STRANGE, UNKNOWN, Compared, Settled
from dr_orchestrator.errors import NotMeasured

AGAIN_S = 10.0
"""Drill seconds after which is looked again at what was not alike: most replication takes no longer."""

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


def settled(apart: Mapping[str, Callable[[], Pair]], clock: Clock, within: timedelta) -> Settled:
    """Look again at each thing that was not alike, by its name, until it is or the time is over.

    What changed meanwhile and was never seen alike is moving: of that nobody knows. Where one side took on what the
    other was seen to hold before, it follows, and is alike.
    """
    looks = dict(list(apart.items())[:MOST_AGAIN])
    found = Settled(len(looks))
    found.named[UNKNOWN] = list(apart)[MOST_AGAIN:]
    began, seen = clock.monotonic(), dict[str, list[Pair]]()
    while looks:
        for name, look in list(looks.items()):
            pair, before = look(), seen.setdefault(name, [])
            if pair.same or _follows(pair, before):
                found.alike += 1
                del looks[name]
            before.append(pair)
        left = within.total_seconds() - (clock.monotonic() - began)
        if left <= 0 or not looks:
            break
        clock.sleep(min(AGAIN_S, left))
    for name in looks:
        pairs = seen[name]
        moved = len({(each.here, each.there) for each in pairs}) > 1
        found.named.setdefault(MOVING if moved else pairs[-1].apart, []).append(name)
    return found


def _follows(pair: Pair, before: Sequence[Pair]) -> bool:
    """Whether one side has become what the other was seen to be at an earlier look."""
    if not before:
        return False
    last, here, there = before[-1], {each.here for each in before}, {each.there for each in before}
    return (pair.there != last.there and pair.there in here) or (pair.here != last.here and pair.here in there)


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
