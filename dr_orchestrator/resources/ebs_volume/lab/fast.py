"""Fast snapshot restore: what it takes until it is set up, and the credits of which each volume takes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.lab.cloud.lifecycle import Timeline, passing
from dr_orchestrator.lab.cloud.world import world

_ENABLING, _OPTIMIZING_PER_TIB = 60.0, 3600.0
"""Lab seconds: docs.aws.amazon.com/ebs/latest/userguide/manage-fsr-enable.html, 60 minutes a TiB."""

ENABLED = "enabled"
_MOST = 10.0


@dataclass
class Fast:
    """A snapshot that is restored fast in a zone: its GiB, the states of that, and the credits of its bucket.

    The bucket is empty at first: docs.aws.amazon.com/ebs/latest/userguide/volume-creation-credits.html.
    """

    snapshot: str
    zone: str
    gib: int
    timeline: Timeline
    filled: datetime
    credits: float = 0.0

    def take(self) -> bool:
        """Take a credit for a volume that is made now; False where there is none, or it is not set up yet."""
        now = world().now()
        if self.timeline.at(now) != ENABLED:
            return False
        an_hour = min(_MOST, 1024 / max(1, self.gib))
        came = an_hour * max(0.0, (now - self.filled).total_seconds()) / 3600
        self.credits, self.filled = min(max(1.0, an_hour), self.credits + came), now
        if self.credits < 1:
            return False
        self.credits -= 1
        return True

    def told(self, owner: str) -> dict[str, Any]:
        """Its place in a listing."""
        where = {"SnapshotId": self.snapshot, "AvailabilityZone": self.zone, "OwnerId": owner}
        return {**where, "State": self.timeline.at(world().now())}


def set_up(snapshot: str, zone: str, gib: int) -> Fast:
    """Begin to have a snapshot restored fast in a zone."""
    took = [("enabling", _ENABLING), ("optimizing", _OPTIMIZING_PER_TIB * gib / 1024)]
    timeline = passing(took, ENABLED)
    return Fast(snapshot, zone, gib, timeline, timeline.ends)
