"""Restores a snapshot of a volume into a volume beside production, which a machine of the drills reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.machines import carrying
from dr_orchestrator.aws.machines.bringing import BroughtSnapshot
from dr_orchestrator.aws.machines.carrying import Bringing, Held
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import place_of, usable
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import NotApplicable, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.ebs_volume import snapshots, volume
from dr_orchestrator.resources.ebs_volume.attaching import Attaching
from dr_orchestrator.resources.ebs_volume.name import NAMED, SNAPSHOT
from dr_orchestrator.resources.ebs_volume.reader import Reader
from dr_orchestrator.resources.ebs_volume.traits import traits

CALLED = "a volume named"
QUOTA = frozenset({"VolumeLimitExceeded", "MaxIOPSLimitExceeded", "InsufficientVolumeCapacity"})
"""The errors of EC2 where it has no place for a volume now, and may have one later."""


class EbsVolume:
    """Restores a volume from the snapshots that this account has of it."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit) -> None:
        """Without a selection it can choose nothing, and only takes copies down."""
        place = place_of(resource)
        self._resource, self._home = resource, toolkit
        self._toolkit = toolkit if place is None else toolkit.at(place)
        self._selection = selection or Selection()
        self._to = carrying.wanted(resource)
        self._bringing = Bringing(BroughtSnapshot, SNAPSHOT, resource, self._to, toolkit) if self._to else None
        self._lie = toolkit if place is None or self._to is not None else self._toolkit
        self._api, self._beside = self._toolkit.account.api("ec2"), toolkit.account.api("ec2")
        self._snapshots = snapshots.Snapshots(self._lie.account.api("ec2"), resource.id, resource.name)
        self._reader = Reader(self._toolkit.account, str(resource.own.get("reader") or ""))
        self.attaching = Attaching(self._toolkit, self._reader, self._proven)

    @property
    def there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        return self._toolkit

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, snapshot, key, the machine that reads the copy, and whether the copy's name is free."""
        return [
            PreflightCheck("source", self._look_at_source),
            PreflightCheck("snapshot", self._look_at_snapshot),
            *self._look_there(copy),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            PreflightCheck("key", self._look_at_key, must=False),
            PreflightCheck("reader", self._reader.look),
            PreflightCheck("fast restore", self._look_at_fast, must=False),
        ]

    def _look_at_source(self) -> str:
        source = self.described()
        return (
            f"volume {self._resource.id}, {source['VolumeType']}, {source['Size']} GiB in {source['AvailabilityZone']}"
        )

    def _look_at_snapshot(self) -> str:
        point = self.choose()
        told = [f"{point.id} of {point.data_time:%Y-%m-%d %H:%M} UTC, {point.size_gib} GiB"]
        return "; ".join([*told, *(f"newer, but {each}" for each in self._snapshots.passed_over(point))])

    def _look_at_name(self, copy: Copy) -> str:
        found = self._found(copy)
        return self._toolkit.proofs.name_is_free(copy, volume.live(found, copy) if found else None, CALLED)

    def _look_at_key(self) -> str:
        told = self._snapshots.described(self.choose().id)
        key = told.get("KmsKeyId") if told.get("Encrypted") else None
        return keys.usable(self._lie.account, key, self._source(), "the snapshot is not encrypted")

    def _look_there(self, copy: Copy) -> Iterator[PreflightCheck]:
        """The looks besides, where the copy does not stand beside its source."""
        if (to := self._resource.to) is not None and to.standing:
            yield PreflightCheck("region", lambda: usable(self._home, self._resource, to))
        elif self._bringing is not None:
            yield from self._bringing.looks(copy, lambda: self._held(self.choose()))

    def _held(self, point: RecoveryPoint) -> Held:
        told = self._snapshots.described(point.id)
        key = str(told.get("KmsKeyId") or "")
        return Held(point.id, bool(told.get("Encrypted")), (key,) if key else ())

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:
        """The copies by which a snapshot comes to where the drill's copy is to stand; none where that is beside it."""
        return self._bringing.parts(copy, self._held(point)) if self._bringing else ()

    def _from(self, point: RecoveryPoint, copy: Copy) -> str:
        """The snapshot that is restored: the chosen one, or what was brought of it."""
        return self._bringing.origin(copy) if self._bringing else point.id

    def _look_at_fast(self) -> str:
        if self._to is not None:
            raise NotApplicable("no fast restore is set up for a snapshot that is still to be copied")
        return self._fast(self.choose())

    def _fast(self, point: RecoveryPoint) -> str:
        """Whether the blocks of a snapshot are there at once, in words."""
        states = snapshots.fast(self._api, point.id, self._reader.zone)
        if not states:
            return f"not set up for {point.id} in {self._reader.zone}: blocks come from S3 as they are first read"
        told = f"fast restore of {point.id} is {states[0]} in {self._reader.zone}"
        if states[0] != snapshots.ENABLED:
            return f"{told}: until it is {snapshots.ENABLED}, blocks come from S3 as they are first read"
        return f"{told}; its bucket holds {snapshots.credits(point.size_gib or 1)} credits at most, one a volume"

    def billed(self, name: str = "") -> Billed:
        """Its storage; of a copy that stands, its own."""
        about = self.described()
        if name:
            about = self._named(name)
        return Billed(storage_gib=Decimal(about.get("Size") or 0), besides=carrying.charged(self._resource))

    def _named(self, name: str) -> Mapping[str, Any]:
        asked = [{"Name": f"tag:{NAMED}", "Values": [name]}]
        found = next(iter(self._api.pages("DescribeVolumes", "Volumes", Filters=asked)), None)
        if found is None:
            raise NotMeasured(f"no volume named {name}", call=volume.CALL)
        known: Mapping[str, Any] = found
        return known

    def choose(self) -> RecoveryPoint:
        """The snapshot that the selection means, of those that can be restored now."""
        self.described()
        return points.choose(self._snapshots.points(), self._selection, self._toolkit, self._where())

    def _where(self) -> points.Told:
        """Where snapshots are looked for, and what to do where there is none."""
        hint = "does Data Lifecycle Manager, or AWS Backup, take snapshots of it in this account and region?"
        return points.Told(self._resource.id, snapshots.CALL, hint)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between snapshots, up to now, and the longest that one took to be complete."""
        taken = [point.data_time for point in self._snapshots.points()]
        born = self.described().get("CreateTime")
        times = points.rhythm(taken, until, 0, born)
        took = points.took(self._snapshots.longest) if times else None
        return points.worst_case(times, until, took, unseen=points.unseen(times, until, 0, born))

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a volume of the snapshot beside the machine that reads it; one that this run made is adopted."""
        if (found := self._found(copy)) is None:
            wanted = {key: value for key, value in self._wanted(point, copy).items() if value is not None}
            found = self._toolkit.ask(lambda: self._api.call("CreateVolume", **wanted), QUOTA)
        self._toolkit.proofs.adopt(copy, volume.live(found, copy), CALLED)
        return Asked(self._identity(found))

    def _wanted(self, point: RecoveryPoint, copy: Copy) -> dict[str, Any]:
        """Everything that a volume would else take from a default, and the token by which EC2 makes one alone."""
        source, worn = self.described(), {**copy.tags, NAMED: copy.id}
        kind = source["VolumeType"]
        return {
            "ClientToken": copy.id,
            "SnapshotId": self._from(point, copy),
            "AvailabilityZone": self._reader.zone,
            "VolumeType": kind,
            "Iops": source.get("Iops") if kind in ("gp3", "io1", "io2") else None,
            "Throughput": source.get("Throughput") if kind == "gp3" else None,
            "VolumeInitializationRate": self._resource.own.get("initialization_rate"),
            "MultiAttachEnabled": False,
            "TagSpecifications": [
                {"ResourceType": "volume", "Tags": [{"Key": key, "Value": value} for key, value in worn.items()]}
            ],
        }

    def ready(self, copy: Copy) -> Ready:
        """Wait until the volume is there, then attach it to the machine that reads it."""
        seen = self._toolkit.wait_until_ready(volume.feed(self._api, self._toolkit), copy, volume.STATES)
        self._toolkit.proofs.adopt(copy, volume.live(seen.detail, copy), CALLED)
        self._toolkit.proofs.same(copy, str(seen.detail["VolumeId"]))
        self.attaching.attach(copy)
        return Ready(words=self._told(seen.detail))

    def _told(self, found: Mapping[str, Any]) -> str:
        how = "its blocks are all there: fast restore had a credit" if found.get("FastRestored") else ""
        rate = found.get("VolumeInitializationRate")
        asked = f"its blocks are fetched at {rate} MiB/s" if rate else ""
        return f"attached to {self._reader.id}; {how or asked or 'its blocks come from S3 as they are first read'}"

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: a volume is all that is made."""
        return ()

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that nothing but the drills' machine has it, encrypted where its source is."""
        found = self._found(copy)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=volume.CALL)
        self._toolkit.proofs.same(copy, str(found["VolumeId"]))
        held = [str(each.get("InstanceId")) for each in volume.attachments(found)]
        if held != [self._reader.id] or found.get("MultiAttachEnabled"):
            raise NotRecoverable(
                f"{copy.id} is attached to {', '.join(held) or 'nothing'}, not to {self._reader.id} alone"
            )
        self._reader.look()
        if self.described().get("Encrypted") and not found.get("Encrypted"):
            raise NotRecoverable(f"{copy.id} is not encrypted, and its source is")
        key = f"encrypted with {found['KmsKeyId']}" if found.get("KmsKeyId") else "not encrypted, as its source"
        return Seen(f"in {found['AvailabilityZone']}, attached to {self._reader.id} of the drills alone, {key}")

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When EC2 began to make the volume."""
        found = self._found(copy)
        source = f"{volume.CALL}: CreateTime"
        return [ServerTime(copy.id, "creating", found["CreateTime"], source)] if found else []

    def destroy(self, copy: Copy) -> CopyState:
        """Take the volume off the machine and delete it, each once it is proven to be this run's copy."""
        self._toolkit.proofs.intended(copy)
        if self._toolkit.describe_confirmed(lambda: self._found(copy)) is None:
            return self._toolkit.never_created(copy)
        self.attaching.detach(copy)
        self._toolkit.retry_while(lambda: self._prove_and_delete(copy), "IncorrectState")
        self._toolkit.wait_until_gone(volume.feed(self._api, self._toolkit), copy, gone(volume.STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        found = self._proven(copy)
        if found is None or found["State"] == "deleting":
            return  # going, or gone: what was wanted
        try:
            self._api.call("DeleteVolume", VolumeId=found["VolumeId"])
        except NotFound:
            return

    def _proven(self, copy: Copy) -> Mapping[str, Any] | None:
        """The volume of a copy, proven to be this run's: from then on the guard lets what is done to its id through."""
        if (found := self._found(copy)) is None:
            return None
        self._toolkit.proofs.prove(copy, volume.live(found, copy))
        self._toolkit.account.guard.vouch(replace(copy, id=str(found["VolumeId"]), parent=copy.id))
        return found

    def described(self) -> Mapping[str, Any]:
        """The source as EC2 describes it; NotRecoverable where it is not there."""
        if (source := volume.described(self._beside, self._resource.id)) is None:
            hint = f"is it in {self._beside.region}, in this account?"
            told = f"no volume {self._resource.id} in {self._beside.region}"
            raise NotRecoverable(told, hint, volume.CALL)
        self._home.context.described(self._resource, traits(source))
        return source

    def _found(self, copy: Copy) -> Mapping[str, Any] | None:
        record = self._toolkit.proofs.record(copy)
        return volume.copy_of(self._api, copy, record.identity.unique_id if record and record.identity else "")

    def _identity(self, found: Mapping[str, Any]) -> Identity:
        id = str(found["VolumeId"])
        return Identity(volume.arn(self._toolkit.account, id), id)

    def _source(self) -> str:
        return volume.arn(self._home.account, self._resource.id)
