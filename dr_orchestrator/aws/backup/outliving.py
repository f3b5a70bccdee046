"""The recovery points that AWS Backup took of a copy while it stood: they outlive it, and no drill deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.backup import locks
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound
from dr_orchestrator.domain.counted import counted

TOLD = 5
"""Recovery points that are told with how long they are kept, at most: each is a call. The others are named."""


class Outliving:
    """The recovery points that AWS Backup has of copies, in a region of an account."""

    def __init__(self, api: Api, now: datetime) -> None:
        self._api, self._now = api, now
        self._vaults: dict[str, str] = {}

    def left_of(self, arn: str) -> str:
        """The words on the recovery points of an ARN; empty where there are none. Denied where nobody may ask."""
        # without that, those of the services themselves are listed, too: an instance's own snapshots, say
        given = {"ResourceArn": arn, "ManagedByAWSBackupOnly": True}
        try:
            found = [*self._api.pages("ListRecoveryPointsByResource", "RecoveryPoints", **given)]
        except NotFound:
            return ""
        if not found:
            return ""
        found.sort(key=lambda each: str(each["RecoveryPointArn"]))
        told = [*(self._told(each) for each in found[:TOLD]), *(_named(each) for each in found[TOLD:])]
        return f"{counted(len(found), 'recovery point')} of it: {'; '.join(told)}"

    def _told(self, point: Mapping[str, Any]) -> str:
        vault = str(point.get("BackupVaultName") or "")
        return f"{_named(point)}, {self._lock(vault)}, {self._kept(vault, str(point['RecoveryPointArn']))}"

    def _kept(self, vault: str, arn: str) -> str:
        """Until when AWS Backup keeps it."""
        try:
            told = self._api.call("DescribeRecoveryPoint", BackupVaultName=vault, RecoveryPointArn=arn) if vault else {}
        except (Denied, NotFound) as fault:
            return f"kept for how long is not known ({fault.message})"
        ends = (told.get("CalculatedLifecycle") or {}).get("DeleteAt")
        return f"kept until {ends:%Y-%m-%d %H:%M} UTC" if ends else "kept until somebody deletes it"

    def _lock(self, vault: str) -> str:
        if vault not in self._vaults:
            self._vaults[vault] = self._lock_of(vault)
        return self._vaults[vault]

    def _lock_of(self, vault: str) -> str:
        try:
            lock = locks.of(self._api.call("DescribeBackupVault", BackupVaultName=vault) if vault else {}, self._now)
        except (Denied, NotFound) as fault:
            return f"whose lock is not known ({fault.message})"
        return f"{lock.why}: nobody can delete it before" if lock.holds else lock.why


def _named(point: Mapping[str, Any]) -> str:
    return f"{point['RecoveryPointArn']} ({point.get('Status')}) in vault {point.get('BackupVaultName') or 'unnamed'}"
