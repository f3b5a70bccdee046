"""The images of an instance: which can be started, the instant that each holds, and what is told of those that cannot.

Whoever made them: by hand, Data Lifecycle Manager and AWS Backup all do it by CreateImage, of which EC2 keeps the
instance that it was made of. What was copied from another region keeps none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance import machine

CALL, SNAPSHOTS = "ec2:DescribeImages", "ec2:DescribeSnapshots"
AT = "StartTime"
"""The instant whose blocks a snapshot holds; that of an image is the earliest of its snapshots'."""


@dataclass(frozen=True)
class Image:
    """An image with the snapshots that it is made of."""

    about: Mapping[str, Any]
    snapshots: tuple[Mapping[str, Any], ...]
    attached: Mapping[str, datetime] = field(default_factory=dict)
    """The volumes of its source by device, and since when each is attached there."""
    kept: datetime | None = None
    """The instant that a vault tells of it: the snapshots of a copy tell when they were copied."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.about["ImageId"])

    @property
    def devices(self) -> tuple[Mapping[str, Any], ...]:
        """The volumes that it starts with; what an instance loses with its host has none."""
        return tuple(each for each in self.about.get("BlockDeviceMappings") or () if each.get("Ebs"))

    @property
    def at(self) -> datetime | None:
        """The instant that all that it holds is from, at the latest loss; None where no snapshot of it is there."""
        return min((each[AT] for each in self.snapshots), default=None)

    @property
    def gib(self) -> int:
        """The size of its volumes together."""
        sizes = {each["SnapshotId"]: each["VolumeSize"] for each in self.snapshots}
        held = (each["Ebs"] for each in self.devices)
        return sum(int(each.get("VolumeSize") or sizes.get(each.get("SnapshotId"), 0)) for each in held)

    def unusable(self) -> str:
        """Why it cannot be started now; empty where it can."""
        state = self.about.get("State")
        if state == "pending":
            return "is not complete"
        if state != "available":
            why = (self.about.get("StateReason") or {}).get("Message", "")
            return f"is in the state '{state}'{f', {why}' if why else ''}"
        if self.about.get("RootDeviceType", "ebs") != "ebs":
            return "starts from an instance store, of which no snapshot is kept"
        return self._without_snapshots() or self._without_volumes()

    def _without_volumes(self) -> str:
        """Whether it lacks a volume that the source had already as it was made: what it recovers is not the whole."""
        held = {str(each.get("DeviceName")) for each in self.devices}
        made = min(filter(None, (self.at, self.kept)), default=None)
        lacking = sorted(each for each, since in self.attached.items() if made and since < made and each not in held)
        return f"is incomplete: it lacks the volume {lacking[0]} of its source" if lacking else ""

    def _without_snapshots(self) -> str:
        known = {each["SnapshotId"] for each in self.snapshots}
        wanted = [str(each["Ebs"].get("SnapshotId") or "") for each in self.devices]
        if lacking := [each for each in wanted if each and each not in known]:
            return f"lacks snapshot {lacking[0]}, which is not this account's, or there no more"
        if broken := [each for each in self.snapshots if each.get("State") != "completed"]:
            return f"is made of snapshot {broken[0]['SnapshotId']}, which is '{broken[0].get('State')}'"
        archived = [each for each in self.snapshots if each.get("StorageTier") == "archive"]
        if archived:
            return f"is made of snapshot {archived[0]['SnapshotId']}, which lies in the archive"
        return "" if wanted and self.at else "holds no snapshot"


class Images:
    """The images of an instance that this account owns: listed anew where points are asked for, and at no other time
    while what is asked of was in the last listing.
    """

    def __init__(self, api: Api, instance: str, store: str, beside: Api) -> None:
        """`store` is the name of the resource that they are of; the machine is `beside`, they where they lie."""
        self._api, self._beside, self._instance, self._store = api, beside, instance, store
        self._last: list[Image] | None = None

    def listed(self) -> list[Image]:
        """All of them, whatever state they are in, as EC2 tells them now."""
        of_it = list(self._of_machine())
        owned = self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"]) if of_it else ()
        theirs = attached(machine.described(self._beside, self._instance)) if of_it else {}
        self._last = of_snapshots(of_it, owned, theirs)
        return self._last

    def _of_machine(self) -> Iterator[Mapping[str, Any]]:
        of = [{"Name": "source-instance-id", "Values": [self._instance]}]
        for each in self._api.pages("DescribeImages", "Images", Owners=["self"], Filters=of):
            if each.get("SourceInstanceId") == self._instance:
                yield each

    def _seen(self) -> list[Image]:
        return self.listed() if self._last is None else self._last

    def points(self) -> list[RecoveryPoint]:
        """Those that can be started now; NotRecoverable where there are some, and none can."""
        found = self.listed()
        usable = [each for each in found if not each.unusable()]
        if found and not usable:
            newest = max(found, key=_made)
            told = f"none of the {counted(len(found), 'image')} of {self._instance} can be started"
            hint = "make one: `aws ec2 create-image --no-reboot`, or by Data Lifecycle Manager or AWS Backup"
            raise NotRecoverable(f"{told}: the newest, {newest.id}, {newest.unusable()}", hint, CALL)
        return [self._point(each) for each in usable]

    def described(self, id: str) -> Image:
        """One of them; NotRecoverable where it is listed no more."""
        for look in (self._seen, self.listed):
            for each in look():
                if each.id == id:
                    return each
        raise NotRecoverable(f"image {id} of {self._instance} is there no more", call=CALL)

    def longest(self) -> timedelta | None:
        """How long one took at most, of those of whose snapshots EC2 tells."""
        every = (each for image in self._seen() for each in image.snapshots)
        return max((each["CompletionTime"] - each[AT] for each in every if each.get("CompletionTime")), default=None)

    def passed_over(self, chosen: RecoveryPoint) -> Iterator[str]:
        """Those that were made after the chosen one and cannot be started, and why."""
        found = self._seen()
        made = next((_made(each) for each in found if each.id == chosen.id), "")
        for each in sorted(found, key=_made, reverse=True):
            if _made(each) > made and (why := each.unusable()):
                yield f"{each.id} of {_made(each)} {why}"

    def _point(self, image: Image) -> RecoveryPoint:
        if (taken := image.at) is None:
            raise NotRecoverable(f"{image.id} holds no snapshot", call=CALL)
        done = [each.get("CompletionTime") or each[AT] for each in image.snapshots]
        return RecoveryPoint(
            id=image.id,
            kind=PointKind.SNAPSHOT,
            data_time=taken,
            data_time_source=f"{AT} of the earliest snapshot in it",
            created_at=max(done),
            encrypted=all(bool(each.get("Encrypted")) for each in image.snapshots),
            size_gib=image.gib,
            store=self._store,
        )


def attached(source: Mapping[str, Any] | None) -> dict[str, datetime]:
    """The volumes of a machine by device, and since when each is attached to it."""
    held = (source or {}).get("BlockDeviceMappings") or ()
    return {
        str(each["DeviceName"]): each["Ebs"]["AttachTime"] for each in held if (each.get("Ebs") or {}).get("AttachTime")
    }


def of_snapshots(
    found: list[Mapping[str, Any]], owned: Any, attached: Mapping[str, datetime] = MappingProxyType({})
) -> list[Image]:
    """The images of one machine with their snapshots, of those that the account owns; `attached` are its volumes."""
    known = {each["SnapshotId"]: each for each in owned}

    def of(image: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        held = (each.get("Ebs") or {} for each in image.get("BlockDeviceMappings") or ())
        return tuple(known[each["SnapshotId"]] for each in held if each.get("SnapshotId") in known)

    return [Image(each, of(each), attached) for each in found]


def _made(image: Image) -> str:
    return str(image.about.get("CreationDate") or "")
