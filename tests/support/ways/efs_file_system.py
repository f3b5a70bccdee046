"""The way to make a copy of an EFS file system."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.efs.models import efs_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.efs_file_system.lab.vaulted import back_up
from dr_orchestrator.resources.efs_file_system.restore import EfsFileSystem
from tests.support.elsewhere import ALIAS, AWAY, copied_points, mount
from tests.support.estate import REGION, SHARE, VAULT, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import OF_A_SETTING, POINT, SOURCE, Never, out_of_vault, without


def _copied(made: Estate) -> None:
    """Three points of the file system in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: back_up(VAULT.name, SHARE.id, at, AWAY, took=timedelta(minutes=2)))


def _backend(way: Way) -> Any:
    return efs_backends[ACCOUNT][way.copy.region]


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.client("efs").create_file_system(CreationToken=way.copy.id, Tags=tags)


def _remove(way: Way) -> None:
    backend = _backend(way)
    for each in [one for one in backend.file_systems_by_id.values() if one.creation_token == way.copy.id]:
        for target in list(each.iter_mount_targets()):
            backend._unmounted(target.mount_target_id)
        backend.delete_file_system(each.file_system_id)


def _targets(way: Way) -> tuple[str, ...]:
    found = _backend(way).file_systems_by_id.values()
    mine = (each for each in found if each.creation_token == way.copy.id)
    return tuple(one.mount_target_id for each in mine for one in each.iter_mount_targets())


def _described(made: Estate) -> dict[str, Any]:
    """All that EFS tells of the source but when it was weighed."""
    (told,) = made.client("efs").describe_file_systems(FileSystemId=SHARE.id)["FileSystems"]
    return {**told, "SizeInBytes": told["SizeInBytes"]["Value"]}


VAULTED = Spec(
    name="efs-vault",
    type=SHARE.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=SHARE,
    restorer=lambda way: EfsFileSystem(way.resource, way.selection, way.made.toolkit, VAULT),
    ask="StartRestoreJob",
    delete="DeleteFileSystem",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity(live["FileSystemArn"], live["FileSystemId"]),
    proving=("DescribeFileSystems",),
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=({"kind": "no-snapshot", "service": "backup"}, "no available recovery point of files in vault nightly"),
    paged={
        "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1),
        "efs.DescribeFileSystems": ("MaxItems", 1),
    },
    looks="DescribeFileSystems",
    changes=frozenset({"TagResource", "CreateMountTarget", "DeleteMountTarget", "SendCommand", "PutBackupPolicy"}),
    vault=VAULT,
    held=_targets,
    vanishes={
        SOURCE: lambda _: without(efs_backends[ACCOUNT][REGION].file_systems_by_id, SHARE.id),
        POINT: lambda point: out_of_vault(point, REGION),
    },
    full={
        "StartRestoreJob": ("LimitExceededException",),
        "CreateMountTarget": ("NoFreeAddressesInSubnet", "NetworkInterfaceLimitExceeded"),
    },
    refuses=OF_A_SETTING,
    mistaken=Never("an id of EFS says that it is a file system's: `dro check` refuses every other form"),
)
AWAY_VAULTED = replace(
    VAULTED,
    name="efs-vault-elsewhere",
    source=replace(SHARE, own={**SHARE.own, "mount": mount()}, to=Destination(AWAY, key=ALIAS, standing=True)),
    before=_copied,
    paged={},  # the listings are the same, of a region with fewer file systems
    vanishes={**VAULTED.vanishes, POINT: lambda point: out_of_vault(point, AWAY)},
)
WAYS = (VAULTED, AWAY_VAULTED)
