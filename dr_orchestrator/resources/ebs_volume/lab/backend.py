"""EBS with durations, and with what EC2 refuses and moto lets pass: tokens, zones, states, and blocks of snapshots."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, cast

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import Snapshot, Volume, VolumeAttachment
from moto.ec2.utils import random_snapshot_id
from moto.kms.models import kms_backends

from dr_orchestrator.lab.cloud.lifecycle import BRING_BASE, BRING_PER_GIB, PEND, passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines import sharing
from dr_orchestrator.lab.machines.disk import disk_of
from dr_orchestrator.lab.machines.first_reads import comes
from dr_orchestrator.resources.ebs_volume.lab.fast import Fast, set_up

CREATE, DELETE, ATTACH, DETACH = 12.0, 8.0, 6.0, 5.0
"""Lab seconds that each takes."""


class Volumes(EC2Backend):
    """One account's EC2 in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.ec2.urls")

    @property
    def tokens(self) -> dict[str, tuple[tuple[Any, ...], Volume]]:
        """The volumes that were made under a token, and what was asked for."""
        return cast("dict[str, tuple[tuple[Any, ...], Volume]]", self.__dict__.setdefault("made_by_token", {}))

    @property
    def fast(self) -> dict[tuple[str, str], Fast]:
        """The snapshots that are restored fast, by themselves and the zone."""
        return cast("dict[tuple[str, str], Fast]", self.__dict__.setdefault("restored_fast", {}))

    @property
    def default_key(self) -> str:
        """The key under which EBS encrypts by default, where it does: its own, until another is given."""
        return str(self.__dict__.get("key_by_default", sharing.OF_EBS))

    @default_key.setter
    def default_key(self, key: str) -> None:
        self.__dict__["key_by_default"] = key

    def restore_fast(self, snapshot: str, zone: str) -> Fast:
        """Have a snapshot be restored fast in a zone; one that is already goes on being."""
        size = int(cast(Any, self.snapshots[snapshot]).volume.size)
        return self.fast.setdefault((snapshot, zone), set_up(snapshot, zone, size))

    def first_reads(self, made: Any, rate: int | None) -> None:
        """Have the blocks of a volume that was made of a snapshot be there, where that was restored fast; else come as
        they are read, or by themselves at so many MiB a second.
        """
        if not made.snapshot_id:
            return
        fast = self.fast.get((str(made.snapshot_id), str(made.availability_zone)))
        made.fast_restored = fast is not None and fast.take()
        if not made.fast_restored:
            comes(made, int(made.size), rate)

    def create_volume(self, *args: Any, **given: Any) -> Volume:
        """As moto; with what its snapshot holds, encrypted as that is."""
        made: Any = super().create_volume(*args, **given)
        snapshot = self.snapshots.get(str(made.snapshot_id))
        if snapshot is not None:
            made.disk, made.kms_key_id = disk_of(snapshot), snapshot.kms_key_id
        return cast(Volume, made)

    def once(self, token: str, asked: tuple[Any, ...], made: Volume) -> None:
        """Have a volume that was just made pass its states, under a token that makes no other."""
        self.tokens[token] = asked, made
        fate = world().faults.fate("ec2", "CreateVolume", token)
        cast(Any, made).timeline = passing([("creating", CREATE)], "available", fate)

    def delete_volume(self, volume_id: str) -> Volume:
        """Deleting takes its time, and is refused while the volume is made or attached."""
        volume: Any = self.get_volume(volume_id)
        if volume.status in ("creating", "deleting"):
            raise EC2ClientError("IncorrectState", f"Volume '{volume_id}' is in the '{volume.status}' state.")
        if volume.attachment:
            return super().delete_volume(volume_id)  # which refuses
        volume.timeline = passing([("deleting", DELETE)], "deleted")
        world().agenda.at(volume.timeline.ends, lambda: self._forget(volume_id))
        return cast(Volume, volume)

    def _forget(self, volume_id: str) -> None:
        self.volumes.pop(volume_id, None)

    def attach_volume(
        self, volume_id: str, instance_id: str, device_path: str, delete_on_termination: bool = False
    ) -> VolumeAttachment | None:
        """As moto, in time, to a machine of the volume's zone alone, and under a name that is free there."""
        volume, instance = self.get_volume(volume_id), self.get_instance(instance_id)
        if volume.attachment or volume.status != "available":
            code = "VolumeInUse" if volume.attachment else "IncorrectState"
            raise EC2ClientError(code, f"Volume '{volume_id}' is in the '{volume.status}' state.")
        if volume.availability_zone != instance._placement.zone:
            raise EC2ClientError("InvalidVolume.ZoneMismatch", f"'{volume_id}' is not in the zone of '{instance_id}'")
        if device_path in instance.block_device_mapping:
            told = f"Invalid value '{device_path}' for unixDevice. Attachment point {device_path} is already in use"
            raise EC2ClientError("InvalidParameterValue", told)
        made = super().attach_volume(volume_id, instance_id, device_path, delete_on_termination)
        if made is not None and not world().hurried:
            made.status = "attaching"
            world().agenda.at(world().now() + timedelta(seconds=ATTACH), lambda: _settle(made))
        return made

    def detach_volume(self, volume_id: str, instance_id: str, device_path: str) -> VolumeAttachment:
        """As moto, in time; no machine need be named."""
        del instance_id, device_path
        volume = self.get_volume(volume_id)
        held = volume.attachment
        if held is None:
            raise EC2ClientError("IncorrectState", f"Volume '{volume_id}' is in the 'available' state.")
        held.status = "detaching"

        def end() -> None:
            if volume.attachment is held:
                super(Volumes, self).detach_volume(volume_id, held.instance.id, held.device)

        world().agenda.at(world().now() + timedelta(seconds=DETACH), end)
        return held

    def copy_snapshot(
        self, source_snapshot_id: str, source_region: str, description: str, kms_key_id: str | None
    ) -> Snapshot:
        """As moto, in time, under a key of this region, of this account's or of what is shared with it, where EBS
        encrypts by default under that one at least; of a copy EC2 tells no volume.
        """
        copied: Any = sharing.snapshot(self, source_region, source_snapshot_id)
        if copied is None:
            raise EC2ClientError("InvalidSnapshot.NotFound", f"The snapshot '{source_snapshot_id}' does not exist.")
        if copied.status != "completed":
            raise EC2ClientError("IncorrectState", f"The snapshot '{source_snapshot_id}' is {copied.status}.")
        if copied.encrypted and not kms_key_id:
            raise EC2ClientError("InvalidParameterDependency", "A key of this region is needed.")
        key = self._key(kms_key_id or (self.default_key if self.ebs_encryption_by_default else None))
        encrypted = bool(copied.encrypted or key)
        made: Any = Snapshot(self, random_snapshot_id(), copied.volume, description, encrypted, kms_key_id=key)
        self.snapshots[made.id], made.disk = made, disk_of(copied)
        of_no_volume(made)
        took = [("pending", PEND + BRING_BASE + BRING_PER_GIB * int(made.volume.size))]
        fate = world().faults.fate("ec2", "CopySnapshot", description or "")
        made.timeline = passing(took, "completed", fate)
        return cast(Snapshot, made)

    def _key(self, key: str | None) -> str | None:
        """The ARN of a key of this region, by which it is named; refused where there is none."""
        if not key:
            return None
        if key == sharing.OF_EBS:
            return sharing.key_of_ebs(self)
        try:
            return str(kms_backends[self.account_id][self.region_name].describe_key(key).arn)
        except Exception as lacking:
            raise EC2ClientError("InvalidKMSKey.NotFound", f"The key '{key}' does not exist") from lacking

    def add_create_volume_permission(self, snapshot_id: str, user_ids: list[str], groups: list[str]) -> None:
        """As moto; nothing is shared that is encrypted with a key of AWS's own."""
        sharing.refuse_to_share(self, self.get_snapshot(snapshot_id))
        super().add_create_volume_permission(snapshot_id, user_ids, groups)

    def create_snapshot(self, volume_id: str, *args: Any, **given: Any) -> Snapshot:
        """As moto, which completes each at once; with what lies on the volume, encrypted as that is."""
        made: Any = super().create_snapshot(volume_id, *args, **given)
        volume = self.get_volume(volume_id)
        made.disk, made.encrypted, made.kms_key_id = disk_of(volume), volume.encrypted, volume.kms_key_id
        made.completion_time = made.start_time + timedelta(minutes=4)
        return cast(Snapshot, made)


def of_no_volume(made: Any) -> None:
    """Have a snapshot tell no volume, as EC2 does of one that was copied."""
    made.volume = copy(made.volume)
    made.volume.id = "vol-ffffffff"


def _settle(made: VolumeAttachment) -> None:
    if made.status == "attaching":
        made.status = "attached"


def _status(self: Any) -> str:
    """A volume's state by now."""
    if self.attachment:
        return "in-use"
    timeline = self.__dict__.get("timeline")
    return str(timeline.at(world().now())) if timeline else "available"


def _status_of_snapshot(self: Any) -> str:
    """A snapshot's state by now: moto completes each at once."""
    timeline = self.__dict__.get("timeline")
    return str(timeline.at(world().now())) if timeline else str(self.__dict__.get("status", "completed"))


def _progress(self: Any) -> str:
    timeline = self.__dict__.get("timeline")
    return f"{timeline.percent(world().now())}%" if timeline else "100%"


def _completed(self: Any) -> datetime | None:
    timeline = self.__dict__.get("timeline")
    if timeline is None:
        return cast("datetime | None", self.__dict__.get("completion_time"))
    return cast(datetime, timeline.ends) if world().now() >= timeline.ends else None


def _kept(name: str) -> Callable[[Any, Any], None]:
    """The setting of it by hand, which is told again where nothing passes."""
    return lambda self, value: self.__dict__.__setitem__(name, value)


PATCHES = (
    (Volume, "status", property(_status)),
    (Snapshot, "status", property(_status_of_snapshot, _kept("status"))),
    (Snapshot, "progress", property(_progress)),
    (Snapshot, "completion_time", property(_completed, _kept("completion_time"))),
)
