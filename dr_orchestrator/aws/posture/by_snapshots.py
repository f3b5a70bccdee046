"""How what lies on volumes of EC2 is kept, alike for a volume and for a machine: as long as its oldest point, and by
vaults: a snapshot or an image that somebody copied does not tell what it is of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture import vaults
from dr_orchestrator.aws.posture.ground import Ground, gathered
from dr_orchestrator.domain.posture.facts import Elsewhere, Fact, Lock
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.errors import NotMeasured


class BySnapshots(ABC):
    """One volume or machine: `part` is what its ARN calls it, `points_of` what its points are called in words."""

    part = ""
    points_of = ""
    lists, describes = "", ""
    """The calls that list its points, and that describe it."""

    def __init__(self, ground: Ground, id: str) -> None:
        self._ground, self._id = ground, id

    @abstractmethod
    def _points(self) -> tuple[datetime, ...]:
        """The instants of those that can be restored at once, the oldest first."""

    @abstractmethod
    def _created_at(self) -> datetime | None:
        """When it was made; None where nobody tells."""

    def _kept(self, wanted: Wanted) -> timedelta | None:
        """As long as the oldest has been kept: who deletes them, and when, they do not tell."""
        points, made = self._points(), self._created_at()
        kept = self._ground.now - points[0] if points else timedelta()
        if kept < wanted.retention and made is not None and self._ground.now - made < wanted.retention:
            raise NotMeasured(f"it is younger than its {self.points_of} are to become", call=self.lists)
        return kept

    def _elsewhere(self, wanted: Wanted) -> Fact[tuple[Elsewhere, ...]]:
        """Those that vaults hold in other regions."""
        regions = [each for each in wanted.copy_in if each != self._ground.region]

        def vaulted(region: str) -> Iterator[Elsewhere]:
            return vaults.copies(self._ground, self._arn, self._created_at(), region)

        return gathered(self._ground, vaults.CALL, [partial(vaulted, region) for region in regions])

    def _lock(self, wanted: Wanted) -> Fact[Lock]:
        arn = self._ground.fact(self.describes, lambda: self._arn)
        regions = (self._ground.region, *wanted.copy_in)
        return vaults.locked(self._ground, arn, self._created_at(), regions, wanted.retention)

    @property
    def _arn(self) -> str:
        region = self._ground.region
        return f"arn:{partition(region)}:ec2:{region}:{self._ground.account.pinned}:{self.part}/{self._id}"
