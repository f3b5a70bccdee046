"""A volume of the snapshot that AWS Backup keeps of it: what lies in a vault of a volume is a snapshot of EC2's.

No job makes the copy: a restore job takes no token and gives no tag, and names the volume only once it has ended. The
drill asks for the volume itself, as for any other (decision 55).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.backup.owned import OwnedPoints
from dr_orchestrator.aws.backup.vaults import Kept, VaultPoints
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.resources.ebs_volume.restore import EbsVolume
from dr_orchestrator.resources.ebs_volume.snapshots import Snapshots

_TYPE = "EBS"
"""AWS Backup's word for the type."""


class VaultSnapshots(Snapshots):
    """The snapshots that a vault keeps of a volume: known by its points, for a copied snapshot tells no volume."""

    thawed = (
        "AWS Backup takes one out of cold storage by a restore job (`temporaryRestoreDays`), which takes up to 3 days"
    )

    def __init__(self, api: Api, volume: str, store: str, vault: VaultPoints, of: Callable[[], Kept]) -> None:
        super().__init__(api, volume, store)
        self._owned = OwnedPoints(vault, of, "snapshot", "snap-[0-9a-f]+")

    def told(self) -> points.Told:
        """The words for where the vault has none."""
        return self._owned.told()

    def listed(self) -> list[Mapping[str, Any]]:
        """Those of them that this account has, whatever state they are in."""
        found = list[Mapping[str, Any]]()
        for ids in self._owned.ids():
            asked = [{"Name": "snapshot-id", "Values": ids}]
            every = self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked)
            found += [each for each in every if each.get("SnapshotId") in self._owned]
        return found

    def points(self) -> list[RecoveryPoint]:
        """Those that can be restored now, each no younger than its vault says: a copied snapshot tells when it was
        copied. NotRecoverable where there are points, and no snapshot that can be restored.
        """
        found = super().points()
        if not found:
            self._owned.none_there(self._volume)
        return [self._owned.as_kept(each) for each in found]

    def longest(self) -> timedelta | None:
        """How long it took at most until the vault had one whole, from the instant of its data."""
        found = self.points()
        return max((each.created_at - each.data_time for each in found if each.created_at), default=None)

    def passed_over(self, chosen: RecoveryPoint) -> Iterator[str]:
        """Likewise of the vault; and what it keeps that is no snapshot of this account's."""
        found = self.listed()
        yield from self._newer(found, chosen)
        yield from self._owned.passed_over({str(each["SnapshotId"]) for each in found})


class EbsFromVault(EbsVolume):
    """Restores a volume from the snapshots that a vault keeps of it."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit, vault: Vault) -> None:
        super().__init__(resource, selection, toolkit)
        self._vault = VaultPoints(vault, self._lie)
        self._snapshots: VaultSnapshots = VaultSnapshots(
            self._lie.account.api("ec2"), resource.id, resource.name, self._vault, self._of
        )

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every volume, and the vault."""
        vault = PreflightCheck("vault", lambda: f"{self._vault.look()}; the drill restores its snapshot itself")
        return [*super().preflight_checks(copy), vault]

    def _where(self) -> points.Told:
        return self._snapshots.told()

    def _of(self) -> Kept:
        """AWS Backup knows a volume by its ARN, of which an id is never used again."""
        self.described()
        return Kept(self._source(), _TYPE, self._resource.name)
