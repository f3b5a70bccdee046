"""The settings of a live file system, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.parity import KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.efs_file_system import file_system, mount_targets

_BY_DRILL = (file_system.NAMED,)


def _described(live: Live) -> Mapping[str, Any]:
    api = live.api("efs")
    by_id = live.name.startswith("fs-")
    found = file_system.described(api, live.name) if by_id else file_system.by_token(api, live.name)
    if found is None:
        raise NotMeasured(f"no file system {live.name}", call=file_system.CALL)
    return found


def _id(live: Live) -> str:
    return str(live.once(_described)["FileSystemId"])


def _of_file_system(live: Live) -> dict[str, str]:
    about = live.once(_described)
    rate = about.get("ProvisionedThroughputInMibps")
    named = [each for each in about.get("Tags") or () if each["Key"] not in _BY_DRILL]
    guarded = (about.get("FileSystemProtection") or {}).get("ReplicationOverwriteProtection")
    return {
        "performance-mode": str(about["PerformanceMode"]),
        "throughput-mode": str(about.get("ThroughputMode")) + (f", {rate:g} MiB/s" if rate else ""),
        "zones": file_system.zone(about) or "several",
        "encryption": str(about.get("KmsKeyId") or KEY_OF_AWS) if about.get("Encrypted") else NOT_ENCRYPTED,
        "overwrite-protection": words.on(guarded == "ENABLED"),
        "tags": words.tags(named),
    }


def _lifecycle(live: Live) -> dict[str, str]:
    told = live.api("efs").call("DescribeLifecycleConfiguration", FileSystemId=_id(live))
    rules = (f"{key} {value}" for each in told.get("LifecyclePolicies") or () for key, value in each.items())
    return {"lifecycle": words.listed(rules)}


def _backups(live: Live) -> dict[str, str]:
    try:
        told = live.api("efs").call("DescribeBackupPolicy", FileSystemId=_id(live))["BackupPolicy"]
    except NotFound:
        return {"automatic-backups": OFF}
    return {"automatic-backups": words.on(told.get("Status") in ("ENABLED", "ENABLING"))}


def _policy(live: Live) -> dict[str, str]:
    try:
        told = live.api("efs").call("DescribeFileSystemPolicy", FileSystemId=_id(live))
    except NotFound:
        return {"policy": NONE}
    return {"policy": words.policy(str(told.get("Policy") or ""), _id(live))}


def _access_points(live: Live) -> dict[str, str]:
    found = live.api("efs").pages("DescribeAccessPoints", "AccessPoints", FileSystemId=_id(live))
    return {"access-points": words.listed((each.get("RootDirectory") or {}).get("Path", "/") for each in found)}


def _mount_targets(live: Live) -> dict[str, str]:
    found = list(mount_targets.listed(live.api("efs"), _id(live)))
    return {"mount-targets": counted(len(found), "mount target")}


def _replication(live: Live) -> dict[str, str]:
    return {"replication": words.listed(replicated_to(live.api("efs"), _id(live)))}


def replicated_to(api: Any, id: str) -> list[str]:
    """The regions into which a file system is replicated; none where it is not, or is the target of another's."""
    try:
        found = list(api.pages("DescribeReplicationConfigurations", "Replications", FileSystemId=id))
    except NotFound:
        return []
    own = [each for each in found if each.get("SourceFileSystemId") == id]
    return [str(one["Region"]) for each in own for one in each.get("Destinations") or ()]


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "FileSystemId", _id(live))}


LOOKS = (
    Look(
        ("performance-mode", "throughput-mode", "zones", "encryption", "overwrite-protection", "tags"), _of_file_system
    ),
    Look(("lifecycle",), _lifecycle),
    Look(("automatic-backups",), _backups),
    Look(("policy",), _policy),
    Look(("access-points",), _access_points),
    Look(("mount-targets",), _mount_targets),
    Look(("replication",), _replication),
    Look(("alarms",), _alarms),
)
"""The looks at a live file system, a source or a copy."""
