"""The points of a vault that are a service's own things: images and snapshots of EC2, by the ids that EC2 gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.aws import points
from dr_orchestrator.aws.backup.vaults import LISTING, Kept, VaultPoints
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.errors import NotRecoverable

_MOST_ASKED = 200
"""Values that EC2 takes in one filter."""


class OwnedPoints:
    """The points that a vault keeps of a resource, each a thing of EC2's, as they were listed last.

    `part` is the kind of that thing, as it is called in words and in ARNs, `id` the pattern of its id. Whoever made it
    and wherever it was copied, the vault says of what it is: a copy tells neither its machine nor its volume.
    """

    def __init__(self, vault: VaultPoints, of: Callable[[], Kept], part: str, id: str) -> None:
        self._vault, self._of, self._part = vault, of, part
        self._arn = re.compile(rf"arn:[a-z-]+:ec2:[^:]*::{part}/({id})")
        self._kept: dict[str, RecoveryPoint] = {}
        self._foreign: list[str] = []

    def told(self) -> points.Told:
        """The words for where the vault has none."""
        return self._vault.restorable(self._of())[1]

    def ids(self) -> Iterator[list[str]]:
        """The ids of them, listed anew, in portions that EC2 takes in one filter."""
        held = [(each, self._arn.fullmatch(each.id)) for each in self._vault.restorable(self._of())[0]]
        self._foreign = [each.id for each, thing in held if thing is None]
        self._kept = {thing[1]: each for each, thing in held if thing is not None}
        wanted = list(self._kept)
        for start in range(0, len(wanted), _MOST_ASKED):
            yield wanted[start : start + _MOST_ASKED]

    def __contains__(self, id: object) -> bool:
        return id in self._kept

    def at(self, id: str) -> datetime:
        """The instant that the vault tells of one of them."""
        return self._kept[id].data_time

    def as_kept(self, made: RecoveryPoint) -> RecoveryPoint:
        """A point as EC2 tells it, no younger than its vault says, nor there any earlier: what was copied tells when it
        was copied.
        """
        kept = self._kept[made.id]
        at, source = min((each.data_time, each.data_time_source) for each in (made, kept))
        there = max(filter(None, (made.created_at, kept.created_at)), default=None)
        return replace(made, data_time=at, data_time_source=f"{source}, in a vault", created_at=there)

    def passed_over(self, there: Collection[str]) -> Iterator[str]:
        """The points that are nothing of those that EC2 has `there`."""
        for id in [*(each for each in self._kept if each not in there), *self._foreign]:
            yield f"{id} is no {self._part} of this account's, or there no more"

    def none_there(self, of: str) -> None:
        """NotRecoverable where the vault has points, and EC2 has nothing of them."""
        if lacking := [*self._kept, *self._foreign]:
            told = f"the vault keeps {counted(len(lacking), 'point')} of {of}, and EC2 has no {self._part} of them"
            hint = (
                f"{self._part}s of another account, and points of an air-gapped vault, are restored by no drill: copy"
            )
            raise NotRecoverable(f"{told}: {lacking[-1]}", f"{hint} one into a vault of this account", LISTING)
