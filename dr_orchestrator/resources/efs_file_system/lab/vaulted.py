"""The recovery points that AWS Backup keeps of file systems, and how it makes a new one of such a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from moto.backup.models import backup_backends
from moto.efs.exceptions import EFSError
from moto.efs.models import efs_backends
from moto.kms.models import kms_backends

from dr_orchestrator.lab.cloud.lifecycle import MINUTE, passing
from dr_orchestrator.lab.cloud.vaulting import TAKES, Kept, Passing, Restores
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.lab.machines.disk import Disk, disk_of
from dr_orchestrator.resources.efs_file_system.lab.backend import FileSystems, file_systems
from dr_orchestrator.resources.efs_file_system.name import FOLDER

_BASE, _PER_GIB = 11 * MINUTE, 40.0
"""Lab seconds that a job takes: most files are small, and it goes through them one by one."""

_OF_AWS = "arn:aws:kms:{region}:{account}:key/0e0f5a5a-0000-4000-8000-000000000efs"


@dataclass(frozen=True)
class _Held:
    """The content of a recovery point: files, and how much they weigh."""

    disk: Disk
    gib: float


def back_up(
    vault: str,
    id: str,
    at: datetime | None = None,
    region: str = REGION,
    account: str = ACCOUNT,
    took: timedelta = TAKES,
) -> Kept:
    """Keep a file system in a vault, as of an instant; its files were written until just before that.

    `region` and `account` are those of the vault, into which it was copied where they are others, within what it `took`
    altogether.
    """
    at, found = at or world().now(), cast(Any, file_systems(REGION).file_systems_by_id[id])
    there = cast(Vaults, backup_backends[account][region])
    kept = there.keep(vault, found.file_system_arn, "EFS", at, gib=max(1, round(found.gib)), took=took)
    disk = replace(disk_of(found), at=at - timedelta(seconds=40))
    _points()[kept.point] = _Held(disk, found.gib)
    return kept


def held(point: str) -> Disk:
    """The files that a recovery point holds."""
    return _points()[point].disk


def hold(point: str, disk: Disk) -> None:
    """Have a recovery point hold other files."""
    points = _points()
    points[point] = replace(points[point], disk=disk)


def copy(point: str, to: str) -> None:
    """Have another recovery point hold what this one does."""
    points = _points()
    points[to] = points[point]


def _points() -> dict[str, _Held]:
    """The contents of the points of all vaults, by their ARNs."""
    points: dict[str, _Held] = file_systems(REGION).__dict__.setdefault("kept_points", {})
    return points


def _metadata(arn: str) -> Mapping[str, str]:
    found = file_systems(REGION).file_systems_by_id.get(arn.rpartition("/")[2])
    if found is None:
        return {}
    key = {"KmsKeyId": found.kms_key_id} if found.kms_key_id else {}
    told = {"file-system-id": found.file_system_id, "Encrypted": str(bool(found.encrypted)).lower(), **key}
    return {**told, "PerformanceMode": found.performance_mode}


def _restore(point: Kept, metadata: Mapping[str, str]) -> Passing:
    """A new file system, which is to be seen at once; its files are in a folder, and there at the end.

    It is made where the vault of the point is, in the account that has it restored.
    """
    if metadata["newFileSystem"] != "true":
        raise EFSError("InvalidParameterValueException", "The lab restores into nothing that is there.")
    region, account, of = point.point.split(":")[3], point.into or ACCOUNT, _points()[point.point]
    backend = cast(FileSystems, efs_backends[account][region])
    encrypted, key = metadata["Encrypted"] == "true", metadata.get("KmsKeyId")
    made: Any = backend.create_file_system(
        metadata["CreationToken"],
        metadata.get("PerformanceMode", "generalPurpose"),
        encrypted,
        (_arn(key, region, account) if key else _OF_AWS.format(region=region, account=account)) if encrypted else "",
        "bursting",
        0,
        metadata.get("availabilityZoneName", "") if metadata.get("singleAzFilesystem") == "true" else "",
        False,
        [],
    )
    made.gib = 0.0
    making = Passing(made.file_system_arn, passing([("RUNNING", _BASE + of.gib * _PER_GIB)], "COMPLETED"))
    folder = f"/{FOLDER}{world().now():%Y-%m-%dT%H-%M-%S}-108Z"
    world().agenda.at(making.ends, lambda: _fill(made, of, folder))
    return making


def _fill(made: Any, of: _Held, folder: str) -> None:
    made.disk, made.gib = of.disk.below(folder), of.gib


def _arn(key: str, region: str, account: str) -> str:
    found: Any = kms_backends[account][region]
    return str(found.describe_key(key).arn)


VAULTED = {"EFS": Restores(_metadata, _restore, ("newFileSystem", "Encrypted", "CreationToken"))}
