"""EBS with durations, and with what EC2 refuses and moto lets pass: tokens, zones, states, and blocks of snapshots."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any, cast

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import Snapshot, Volume, VolumeAttachment

from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines.disk import disk_of

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

    def create_snapshot(self, volume_id: str, *args: Any, **given: Any) -> Snapshot:
        """As moto, which completes each at once; with what lies on the volume, encrypted as that is."""
        made: Any = super().create_snapshot(volume_id, *args, **given)
        volume = self.get_volume(volume_id)
        made.disk, made.encrypted, made.kms_key_id = disk_of(volume), volume.encrypted, volume.kms_key_id
        made.completion_time = made.start_time + timedelta(minutes=4)
        return cast(Snapshot, made)


def _settle(made: VolumeAttachment) -> None:
    if made.status == "attaching":
        made.status = "attached"


def _status(self: Any) -> str:
    """A volume's state by now."""
    if self.attachment:
        return "in-use"
    timeline = self.__dict__.get("timeline")
    return str(timeline.at(world().now())) if timeline else "available"


PATCHES = ((Volume, "status", property(_status)),)
