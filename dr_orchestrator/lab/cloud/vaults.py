"""The vaults of AWS Backup with what lies in them: moto has the vaults, and no recovery points.

What is there was put there by hand: nothing backs up, copies or restores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from moto.backup import urls
from moto.backup.models import BackupBackend, backup_backends
from moto.backup.responses import BackupResponse

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION

MOST = 1000
"""Items of a page, at most."""

_PATHS = {**urls.url_paths, "{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/$": urls.response.dispatch}


@dataclass(frozen=True)
class Kept:
    """A recovery point: of what, since when, and of which type."""

    arn: str
    of: str
    at: datetime
    number: int

    def told(self, vault: Any) -> dict[str, Any]:
        """Its place in a listing."""
        place = vault.backup_vault_arn.rpartition(":backup-vault:")[0]
        return {
            "RecoveryPointArn": f"{place}:recovery-point:{self.number:012d}",
            "BackupVaultName": vault.backup_vault_name,
            "BackupVaultArn": vault.backup_vault_arn,
            "ResourceArn": self.arn,
            "ResourceType": self.of,
            "Status": "COMPLETED",
            "CreationDate": self.at.timestamp(),
            "CompletionDate": self.at.timestamp(),
            "IsEncrypted": True,
        }


class Vaults(BackupBackend):
    """One account's vaults in one region."""

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=urls.url_bases, url_paths=_PATHS)

    def keep(self, vault: str, arn: str, of: str, at: datetime) -> None:
        """Put a recovery point into a vault that is there."""
        points = self._points.setdefault(vault, [])
        points.append(Kept(arn, of, at, len(points) + 1))
        self.vaults[vault].num_of_recovery_points = len(points)

    def kept(self, vault: str, after: datetime | None) -> Sequence[Kept]:
        """The points of a vault that were made later."""
        self.describe_backup_vault(vault)  # refuses one that is not there
        return [each for each in self._points.get(vault, ()) if after is None or each.at > after]

    @property
    def _points(self) -> dict[str, list[Kept]]:
        return cast(dict[str, list[Kept]], self.__dict__.setdefault("points", {}))  # moto empties what a backend holds


def vaults(region: str = REGION) -> Vaults:
    """The vaults of the lab's account in a region."""
    return cast(Vaults, backup_backends[ACCOUNT][region])


def _page(found: Sequence[Any], given: Mapping[str, str], key: str) -> str:
    first, most = int(given.get("nextToken") or 0), min(int(given.get("maxResults") or MOST), MOST)
    more = {"NextToken": str(first + most)} if len(found) > first + most else {}
    return json.dumps({key: found[first : first + most], **more})


def _given(self: BackupResponse) -> dict[str, str]:
    return {name: each[0] for name, each in self.querystring.items()}


def _list_points(self: BackupResponse) -> str:
    backend, given = cast(Vaults, self.backup_backend), _given(self)
    name = self.path.split("/backup-vaults/")[1].split("/")[0]
    after = given.get("createdAfter")
    since = datetime.fromisoformat(after.replace("Z", "+00:00")).astimezone(UTC) if after else None
    vault = backend.describe_backup_vault(name)
    return _page([each.told(vault) for each in backend.kept(name, since)], given, "RecoveryPoints")


def _list_vaults(self: BackupResponse) -> str:
    """moto tells all at once."""
    told = [each.to_list_dict() for each in self.backup_backend.list_backup_vaults()]
    return _page(told, _given(self), "BackupVaultList")


BACKENDS = ((backup_backends, Vaults),)
PATCHES = (
    (BackupResponse, "list_recovery_points_by_backup_vault", _list_points),
    (BackupResponse, "list_backup_vaults", _list_vaults),
)
