"""EFS with durations, and with what it refuses and moto lets pass: states, zones, and mount targets that are going."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from moto.efs.exceptions import EFSError, FileSystemInUse
from moto.efs.models import EFSBackend, FileSystem, MountTarget, efs_backends

from dr_orchestrator.lab.cloud.lifecycle import Timeline, passing, settled
from dr_orchestrator.lab.cloud.world import ACCOUNT, world

CREATE, MOUNT, UNMOUNT, DELETE = 15.0, 90.0, 120.0, 20.0
"""Lab seconds that each takes."""

_GIB = 1024**3
_HIDDEN = ("Disk", "Gib")


class FileSystems(EFSBackend):
    """One account's EFS in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.efs.urls")

    @property
    def replications(self) -> list[dict[str, Any]]:
        """The replications that were set up by hand."""
        return cast("list[dict[str, Any]]", self.__dict__.setdefault("replicated", []))

    def create_file_system(self, creation_token: str, *args: Any, **given: Any) -> FileSystem:
        """As moto, which has it at once and as of the machine's own time."""
        made: Any = super().create_file_system(creation_token, *args, **given)
        made.creation_time = world().now().timestamp()
        made._timeline = passing([("creating", CREATE)], "available")
        return cast(FileSystem, made)

    def create_mount_target(self, file_system_id: str, *args: Any, **given: Any) -> MountTarget:
        """As moto, in time, of a file system that is there, and in its zone where it is kept in one alone."""
        of: Any = self.file_systems_by_id.get(file_system_id)
        if of is not None and state(of) != "available":
            raise EFSError("IncorrectFileSystemLifeCycleState", f"File system '{file_system_id}' is {state(of)}.")
        subnet = str(given.get("subnet_id") or (args[0] if args else ""))
        zone = next(
            (
                one.availability_zone
                for each in self.ec2_backend.subnets.values()
                for one in each.values()
                if one.id == subnet
            ),
            "",
        )
        if of is not None and of.availability_zone_name and zone and zone != of.availability_zone_name:
            raise EFSError("AvailabilityZonesMismatch", f"'{file_system_id}' is not kept in {zone}.")
        made: Any = super().create_mount_target(file_system_id, *args, **given)
        fate = world().faults.fate("efs", "CreateMountTarget", file_system_id)
        made._timeline = passing([("creating", MOUNT)], "available", fate)
        return cast(MountTarget, made)

    def delete_mount_target(self, mount_target_id: str) -> None:
        """Deleting takes its time: until then the file system is in use."""
        found: Any = self.mount_targets_by_id.get(mount_target_id)
        if found is None or state(found) == "deleting":
            if found is None:
                super().delete_mount_target(mount_target_id)  # which refuses
            return
        found._timeline = passing([("deleting", UNMOUNT)], "deleted")
        world().agenda.at(found._timeline.ends, lambda: self._unmounted(mount_target_id))

    def _unmounted(self, mount_target_id: str) -> None:
        if mount_target_id in self.mount_targets_by_id:
            super().delete_mount_target(mount_target_id)

    def delete_file_system(self, file_system_id: str) -> None:
        """Deleting takes its time, and is refused while a mount target is there, going or not."""
        found: Any = self.file_systems_by_id.get(file_system_id)
        if found is None:
            super().delete_file_system(file_system_id)  # which refuses
        if found.number_of_mount_targets:
            raise FileSystemInUse("Must delete all mount targets before deleting file system.")
        if state(found) != "deleting":
            found._timeline = passing([("deleting", DELETE)], "deleted")
            world().agenda.at(found._timeline.ends, lambda: self._forget(file_system_id))

    def _forget(self, file_system_id: str) -> None:
        if file_system_id in self.file_systems_by_id:
            super().delete_file_system(file_system_id)


def state(of: Any) -> str:
    """The state of a file system or a mount target by now."""
    timeline: Timeline = of.__dict__.setdefault("_timeline", settled("available"))
    return timeline.at(world().now())


def _told(self: Any) -> dict[str, Any]:
    """As moto, with its state by now and its metered size; what lies in it is nobody's to be told."""
    told: dict[str, Any] = _told_by_moto(self)
    told = {key: value for key, value in told.items() if key not in _HIDDEN and value is not None}
    size, now = int(float(self.__dict__.get("gib", 0)) * _GIB), world().now().timestamp()
    sizes = {"Value": size, "ValueInIA": 0, "ValueInStandard": size, "Timestamp": now}
    guarded = {"ReplicationOverwriteProtection": "ENABLED"}
    return {**told, "LifeCycleState": state(self), "SizeInBytes": sizes, "FileSystemProtection": guarded}


def _target_told(self: Any) -> dict[str, Any]:
    return {**_target_told_by_moto(self), "LifeCycleState": state(self)}


def file_systems(region: str) -> FileSystems:
    """The file systems of the lab's account in a region."""
    return cast(FileSystems, efs_backends[ACCOUNT][region])


def by_region() -> Mapping[str, FileSystems]:
    """All of the lab's account."""
    return cast("Mapping[str, FileSystems]", dict(efs_backends[ACCOUNT].items()))


_told_by_moto, _target_told_by_moto = FileSystem.info_json, MountTarget.info_json

PATCHES = ((FileSystem, "info_json", _told), (MountTarget, "info_json", _target_told))
