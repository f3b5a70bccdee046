"""The automatic backups of a copy: EFS has them on by itself for what is kept in one zone, and nobody wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, Denied, NotFound

# docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html, Backup: "Default is false. However, if you specify an
# AvailabilityZoneName, the default is true."
_ON = ("ENABLED", "ENABLING")


def on(api: Api, id: str) -> bool:
    """Whether a file system is backed up by itself."""
    try:
        told: Mapping[str, Any] = api.call("DescribeBackupPolicy", FileSystemId=id).get("BackupPolicy") or {}
    except NotFound:
        return False
    return told.get("Status") in _ON


def switch_off(api: Api, id: str) -> str:
    """Switch them off for a copy that is proven; the words on it, empty where they were off."""
    try:
        if not on(api, id):
            return ""
        api.call("PutBackupPolicy", FileSystemId=id, BackupPolicy={"Status": "DISABLED"})
    except Denied as denied:
        return f"whether EFS backs the copy up by itself is not known, or could not be ended: {denied.message}"
    return "its automatic backups, which EFS had on by itself, were switched off"
