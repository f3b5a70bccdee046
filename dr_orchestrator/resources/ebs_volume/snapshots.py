"""The snapshots of a volume: which can be restored, and what is told of those that cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.resource_type import Traits
from dr_orchestrator.domain.resource_type.traits import gib
from dr_orchestrator.errors import NotRecoverable

CALL = "ec2:DescribeSnapshots"
AT = "StartTime"
"""The instant whose blocks a snapshot holds, however long it takes to be complete."""


ENABLED = "enabled"
"""The state of fast restore in which volumes are made whole: while it is set up they gain little by it."""


class Snapshots:
    """The snapshots of a volume that this account owns, as they are listed when first asked for."""

    thawed = "a snapshot is restored from the archive by `aws ec2 restore-snapshot-tier`, which takes up to 3 days"
    """How one is taken out of the archive."""

    def __init__(self, api: Api, volume: str, store: str) -> None:
        """`store` is the name of the resource that they are of."""
        self._api, self._volume, self._store = api, volume, store

    def listed(self) -> list[Mapping[str, Any]]:
        """All of them, whatever state they are in."""
        of = [{"Name": "volume-id", "Values": [self._volume]}]
        return list(self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=of))

    def points(self) -> list[RecoveryPoint]:
        """Those that can be restored now; NotRecoverable where there are some, and none can."""
        found = self.listed()
        usable = [each for each in found if not unusable(each)]
        if found and not usable:
            newest = max(found, key=lambda each: each[AT])
            told = f"none of the {counted(len(found), 'snapshot')} of {self._volume} can be restored"
            raise NotRecoverable(f"{told}: the newest, {newest['SnapshotId']}, {unusable(newest)}", self.thawed, CALL)
        return [self._point(each) for each in usable]

    def described(self, id: str) -> Mapping[str, Any]:
        """One of them; NotRecoverable where it is listed no more."""
        for each in self.listed():
            if each["SnapshotId"] == id:
                return each
        raise NotRecoverable(f"snapshot {id} of {self._volume} is there no more", call=CALL)

    def longest(self) -> timedelta | None:
        """How long one took at most, of those of which EC2 tells."""
        spans = [each["CompletionTime"] - each[AT] for each in self.listed() if each.get("CompletionTime")]
        return max(spans, default=None)

    def passed_over(self, chosen: RecoveryPoint) -> Iterator[str]:
        """Those that are newer than the chosen one and cannot be restored, and why."""
        yield from self._newer(self.listed(), chosen)

    def _newer(self, found: Iterable[Mapping[str, Any]], chosen: RecoveryPoint) -> Iterator[str]:
        for each in sorted(found, key=lambda each: each[AT], reverse=True):
            if each[AT] > chosen.data_time and (why := unusable(each)):
                yield f"{each['SnapshotId']} of {each[AT]:%Y-%m-%d %H:%M} UTC {why}"

    def _point(self, snapshot: Mapping[str, Any]) -> RecoveryPoint:
        return RecoveryPoint(
            id=str(snapshot["SnapshotId"]),
            kind=PointKind.SNAPSHOT,
            data_time=snapshot[AT],
            data_time_source=AT,
            created_at=snapshot.get("CompletionTime") or snapshot[AT],
            encrypted=snapshot.get("Encrypted"),
            size_gib=snapshot.get("VolumeSize"),
            store=self._store,
            traits=Traits(size=gib(snapshot.get("VolumeSize"))),
        )


def unusable(snapshot: Mapping[str, Any]) -> str:
    """Why a snapshot cannot be restored now; empty where it can."""
    state = snapshot.get("State")
    if state == "pending":
        return f"is not complete: {snapshot.get('Progress') or 'not begun'}"
    if state != "completed":
        why = f", {snapshot['StateMessage']}" if snapshot.get("StateMessage") else ""
        return f"is in the state '{state}'{why}"
    if snapshot.get("StorageTier") == "archive" and not snapshot.get("RestoreExpiryTime"):
        return "lies in the archive"
    return ""


def fast(api: Api, snapshot: str, zone: str) -> tuple[str, ...]:
    """The states of fast restore of a snapshot in a zone: none where it is not set up there."""
    asked = [{"Name": "snapshot-id", "Values": [snapshot]}, {"Name": "availability-zone", "Values": [zone]}]
    found = api.pages("DescribeFastSnapshotRestores", "FastSnapshotRestores", Filters=asked)
    return tuple(str(each["State"]) for each in found if each["State"] != "disabled")


def credits(gib: int) -> int:
    """How many volumes may be restored fast from one snapshot at a time: the size of its bucket of credits."""
    return max(1, min(10, 1024 // max(1, gib)))
