"""The vaults of AWS Backup with what lies in them: moto has the vaults, and no recovery points.

What is there was put there by hand: nothing backs up or copies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.exceptions import BackupClientError
from moto.backup.models import BackupBackend, backup_backends
from moto.backup.responses import BackupResponse

from dr_orchestrator.lab.cloud.vaulting import Kept, Restores
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world

MOST = 1000
"""Items of a page, at most."""

_NAMED = "aws/efs/automatic-backup-vault|[^/]+"
"""The names of vaults: AWS itself gives one of them slashes."""

_VAULT = f"/backup-vaults/(?P<vault>{_NAMED})"
_POINT = f"{_VAULT}/recovery-points/(?P<point>.+?)"
_PATHS = {
    **urls.url_paths,
    **dict.fromkeys(
        (
            *(f"{{0}}{_VAULT}{ending}$" for ending in ("", "/recovery-points/", "/access-policy")),
            *(f"{{0}}{_POINT}{ending}$" for ending in ("", "/restore-metadata")),
            "{0}/account-settings$",
            *("{0}/restore-jobs", "{0}/restore-jobs/", "{0}/resources/(?P<arn>.+)/recovery-points/$"),
            *(f"{{0}}/restore-jobs/(?P<job>[^/]+){ending}$" for ending in ("", "/metadata", "/validations")),
        ),
        urls.response.dispatch,
    ),
}
RESTORES: Mapping[str, Restores] = {}
"""How what a type has is restored, by AWS Backup's word for the type; the lab's types say.

Where that word is of several, it is followed by the one that the ARNs of those have for them: "RDS:cluster".
"""

START = "backup:StartRestoreJob"
AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"


def restores_of(of: str, arn: str) -> Restores | None:
    """How a thing is restored of which AWS Backup says that type; None of what the lab restores nothing of."""
    return RESTORES.get(f"{of}:{':'.join(arn.split(':')[5:6])}", RESTORES.get(of))


class Vaults(BackupBackend):
    """One account's vaults in one region."""

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=urls.url_bases, url_paths=_PATHS)

    def keep(self, vault: str, arn: str, of: str, at: datetime, point: str = "", **more: Any) -> Kept:
        """Put a recovery point into a vault that is there; `point` is its ARN, else AWS Backup's own of the next."""
        points, there = self._points.setdefault(vault, []), self.vaults[vault]
        place = there.backup_vault_arn.rpartition(":backup-vault:")[0]
        named = point or f"{place}:recovery-point:{vault}-{len(points) + 1:012d}"
        restores = restores_of(of, arn)
        metadata, held = (restores.metadata(arn), restores.holds(arn, at)) if restores else ({}, None)
        kept = Kept(named, arn, of, at, metadata, held=held, **more)
        points.append(kept)
        there.num_of_recovery_points = len(points)
        return kept

    def change(self, point: str, **to: Any) -> None:
        """Have a recovery point be otherwise: in cold storage, expired."""
        for points in self._points.values():
            points[:] = [replace(each, **to) if each.point == point else each for each in points]

    def share(self, vault: str, with_account: str) -> None:
        """Make a vault one that is logically air-gapped, and let another account restore from it."""
        there: Any = self.vaults[vault]
        there.vault_type, there.shared_with = AIR_GAPPED, with_account

    def of(self, name: str, account: str | None = None) -> tuple[Vaults, Any]:
        """A vault, with those that it is among: of this account, or of another that shares it."""
        if not account or account == self.account_id:
            return self, self.describe_backup_vault(name)  # refuses one that is not there
        other = cast(Vaults, backup_backends[account][self.region_name])
        found: Any = other.vaults.get(name)
        if found is None or getattr(found, "shared_with", "") != self.account_id:
            raise BackupClientError("AccessDeniedException", f"Vault {name} of {account} is not shared.")
        return other, found

    def kept(self, vault: str, after: datetime | None) -> Sequence[Kept]:
        """The points of a vault that were made later."""
        return [each for each in self._points.get(vault, ()) if after is None or each.at > after]

    def point(self, arn: str) -> Kept:
        """The recovery point of an ARN, in any vault that can be restored from here."""
        found = next((each for each in self._within_reach() if each.point == arn), None)
        if found is None:
            raise BackupClientError("ResourceNotFoundException", f"No recovery point {arn}.")
        return found

    def forbids(self, point: str) -> bool:
        """Whether the policy of the vault that a point lies in denies everybody to restore."""
        held = [name for name, points in self._points.items() if any(each.point == point for each in points)]
        return any(getattr(self.vaults[name], "forbids_restores", False) for name in held)

    def _within_reach(self) -> Iterator[Kept]:
        for backend in (self, *self._sharing()):
            for name, points in backend._points.items():
                if backend is self or getattr(backend.vaults[name], "shared_with", "") == self.account_id:
                    yield from points

    def _sharing(self) -> list[Vaults]:
        others = [each for account, each in backup_backends.items() if account != self.account_id]
        return [cast(Vaults, each[self.region_name]) for each in others if self.region_name in each]

    def of_resource(self, arn: str) -> list[tuple[Kept, str]]:
        """All points of one thing, each with the vault that it lies in."""
        return [(each, name) for name in self.vaults for each in self.kept(name, None) if each.arn == arn]

    @property
    def selected(self) -> dict[str, list[dict[str, Any]]]:
        """The selections of plans, by the ids of these."""
        return cast(dict[str, list[dict[str, Any]]], self.__dict__.setdefault("selections", {}))

    @property
    def opted(self) -> dict[str, bool]:
        """The types that AWS Backup looks after in the region, or does not, by its words; of others it does."""
        return cast(dict[str, bool], self.__dict__.setdefault("opted_in", {}))

    @property
    def _points(self) -> dict[str, list[Kept]]:
        return cast(dict[str, list[Kept]], self.__dict__.setdefault("points", {}))  # moto empties what a backend holds


def vaults(region: str = REGION, account: str = ACCOUNT) -> Vaults:
    """The vaults of an account, the lab's where no other is named, in a region."""
    return cast(Vaults, backup_backends[account][region])


def page(found: Sequence[Any], asked: Mapping[str, str], key: str) -> str:
    """The part of a listing that a call asks for, by its query."""
    first, most = int(asked.get("nextToken") or 0), min(int(asked.get("maxResults") or MOST), MOST)
    more = {"NextToken": str(first + most)} if len(found) > first + most else {}
    return json.dumps({key: found[first : first + most], **more})


def instant(written: str) -> datetime:
    """An instant of a query."""
    return datetime.fromisoformat(written.replace("Z", "+00:00")).astimezone(UTC)


def given(self: BackupResponse) -> dict[str, str]:
    """The query of a call, by its names."""
    return {name: each[0] for name, each in self.querystring.items()}


def _named(self: BackupResponse) -> str:
    """The vault that a call names in its path."""
    found = re.search(_VAULT, unquote(self.path))
    return found["vault"] if found else ""


def _list_points(self: BackupResponse) -> str:
    asked = given(self)
    name = _named(self)
    backend, vault = cast(Vaults, self.backup_backend).of(name, asked.get("backupVaultAccountId"))
    after, arn = asked.get("createdAfter"), asked.get("resourceArn")
    known = [each for each in backend.kept(name, instant(after) if after else None) if arn in (None, each.arn)]
    found = [each for each in known if not world().faults.pretends("no-snapshot", "backup", each.arn)]
    return page([each.told(vault) for each in found], asked, "RecoveryPoints")


def _described(self: BackupResponse) -> tuple[Any, Kept]:
    """The vault and the point that a call names in its path."""
    found = re.search(_POINT + "(?:/restore-metadata)?$", unquote(self.path))
    if found is None:
        raise BackupClientError("ResourceNotFoundException", f"No recovery point in {self.path}.")
    name, point = found["vault"], found["point"]
    backend, vault = cast(Vaults, self.backup_backend).of(name, given(self).get("backupVaultAccountId"))
    for each in backend.kept(name, None):
        if each.point == point:
            return vault, each
    raise BackupClientError("ResourceNotFoundException", f"No recovery point {point} in {name}.")


def _describe_point(self: BackupResponse) -> str:
    vault, point = _described(self)
    return json.dumps({**point.told(vault), "StorageClass": point.stored, "EncryptionKeyArn": vault.encryption_key_arn})


def _metadata(self: BackupResponse) -> str:
    vault, point = _described(self)
    told = {"BackupVaultArn": vault.backup_vault_arn, "RecoveryPointArn": point.point, "ResourceType": point.of}
    return json.dumps({**told, "RestoreMetadata": dict(point.metadata)})


def _describe_vault(self: BackupResponse) -> str:
    """moto tells neither its kind nor whether it is locked."""
    name = _named(self)
    _, vault = cast(Vaults, self.backup_backend).of(name, given(self).get("backupVaultAccountId"))
    return json.dumps({**vault.to_list_dict(), "VaultType": getattr(vault, "vault_type", "BACKUP_VAULT")})


def _list_vaults(self: BackupResponse) -> str:
    """moto tells all at once."""
    told = [each.to_list_dict() for each in self.backup_backend.list_backup_vaults()]
    return page(told, given(self), "BackupVaultList")


def _policy(self: BackupResponse) -> str:
    """That of a vault which forbids everybody to restore, as AWS makes the one of EFS's automatic backups."""
    name = _named(self)
    _, vault = cast(Vaults, self.backup_backend).of(name)
    if not getattr(vault, "forbids_restores", False):
        raise BackupClientError("ResourceNotFoundException", f"Vault {name} has no policy.")
    denied = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": [START, "backup:DeleteRecoveryPoint"]}
    told = {"BackupVaultName": name, "BackupVaultArn": vault.backup_vault_arn}
    return json.dumps({**told, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [denied]})})


BACKENDS = ((backup_backends, Vaults),)
PATCHES = (
    (BackupResponse, "list_recovery_points_by_backup_vault", _list_points),
    (BackupResponse, "list_backup_vaults", _list_vaults),
    (BackupResponse, "describe_backup_vault", _describe_vault),
    (BackupResponse, "get_backup_vault_access_policy", _policy),
    (BackupResponse, "describe_recovery_point", _describe_point),
    (BackupResponse, "get_recovery_point_restore_metadata", _metadata),
)
