"""The vaults of AWS Backup in a region: what lies in them of each resource, and whether they are locked for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.backup import locks
from dr_orchestrator.aws.posture.ground import Ground, Shared
from dr_orchestrator.domain.posture.facts import Elsewhere, Fact, Known, Lock, Unknown
from dr_orchestrator.domain.posture.points import format_days

CALL = "backup:ListRecoveryPointsByBackupVault"
BACK = timedelta(days=40)
"""How far back is looked: what counts is the newest, and an older one keeps no promise."""


@dataclass(frozen=True)
class Vaulted:
    """A recovery point of a resource in a vault; `locked` is whether nobody can take it away, `why` in words.

    `kept` is for how long: after that AWS deletes it, locked or not; None is for ever.
    """

    vault: str
    at: datetime
    locked: bool
    why: str
    kept: timedelta | None = None


Contents = Mapping[str, Sequence[Vaulted]]
"""The recovery points by the ARN of what they are of."""


def of_region(ground: Ground) -> Callable[[str], Contents]:
    """The contents of all vaults of a region, whatever they are of: one listing a vault serves every type."""

    def ask(region: str) -> Contents:
        found: dict[str, list[Vaulted]] = {}
        for vault in ground.listed("backup", "ListBackupVaults", "BackupVaultList", region):
            if vault.get("NumberOfRecoveryPoints") == 0:
                continue
            for arn, point in _points(ground, region, vault):
                found.setdefault(arn, []).append(point)
        return found

    made: Callable[[str], Contents] = ground.shared.setdefault("vaults", Shared(ask))
    return made


def copies(ground: Ground, arn: str, since: datetime | None, region: str) -> Iterator[Elsewhere]:
    """The copy of a resource's backups in the vaults of another region; `since` is when it was made."""
    if found := _own(of_region(ground)(region), arn, since):
        newest = max(found, key=lambda each: each.at)
        yield Elsewhere(region, f"in vault {newest.vault} of {region}", newest.at)


def locked(
    ground: Ground, arn: Fact[str], since: datetime | None, regions: Sequence[str], wanted: timedelta
) -> Fact[Lock]:
    """Whether a vault that is locked for good, in any of the regions, holds the resource's backups, and how new.

    The newest counts of those that are kept for as long as `wanted`, if there are any.
    """
    if not isinstance(arn, Known):
        return arn
    found: list[Vaulted] = []
    lacking: Unknown | None = None
    for region in regions:
        told = ground.fact(CALL, lambda region=region: of_region(ground)(region))  # type: ignore[misc]
        if isinstance(told, Known):
            found += _own(told.value, arn.value, since)
        elif isinstance(told, Unknown):
            lacking = lacking or told
    return Known(_lock(found, wanted), CALL, lacking) if found or lacking is None else lacking


def _own(told: Contents, arn: str, since: datetime | None) -> Sequence[Vaulted]:
    """The recovery points of a resource: an ARN is made of its name, which may have been another's before."""
    return [each for each in told.get(arn, ()) if since is None or each.at >= since]


def _lock(found: Sequence[Vaulted], wanted: timedelta) -> Lock:
    if held := [each for each in found if each.locked]:
        long = [each for each in held if each.kept is None or each.kept >= wanted]
        newest = max(long or held, key=lambda each: each.at)
        return Lock(True, f"in vault {newest.vault}, {newest.why}{_until(newest.kept)}", newest.at, newest.kept)
    if found:
        newest = max(found, key=lambda each: each.at)
        return Lock(False, f"vault {newest.vault} holds it, {newest.why}")
    return Lock(False, "no vault holds it, and whoever may delete its backups can")


def _points(ground: Ground, region: str, vault: Mapping[str, Any]) -> Iterator[tuple[str, Vaulted]]:
    name, lock = str(vault["BackupVaultName"]), locks.of(vault, ground.now)
    given = {"BackupVaultName": name, "ByCreatedAfter": ground.now - BACK}
    for each in ground.listed("backup", "ListRecoveryPointsByBackupVault", "RecoveryPoints", region, **given):
        if each.get("Status") == "COMPLETED" and each.get("CreationDate"):
            kept = _kept(each, each["CreationDate"])
            yield str(each.get("ResourceArn")), Vaulted(name, each["CreationDate"], lock.holds, lock.why, kept)


def _kept(point: Mapping[str, Any], since: datetime) -> timedelta | None:
    """How long a recovery point is kept, by its lifecycle, or else by when AWS says that it deletes it."""
    if (days := int((point.get("Lifecycle") or {}).get("DeleteAfterDays") or 0)) > 0:
        return timedelta(days=days)
    ends = (point.get("CalculatedLifecycle") or {}).get("DeleteAt")
    return None if ends is None else max(ends - since, timedelta())


def _until(kept: timedelta | None) -> str:
    return "" if kept is None else f", where it is kept for {format_days(kept)}"
