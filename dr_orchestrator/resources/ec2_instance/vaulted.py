"""An instance started of the image that AWS Backup keeps of it: what lies in a vault of a machine is an image of EC2's.

No job makes the copy: a restore job takes no token, names nothing before it has ended, and gives no tag as the machine
starts. The drill starts the image itself, closed off as any other (decision 55).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
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
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.images import Image, Images
from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance

_TYPE = "EC2"
"""AWS Backup's word for the type."""


class VaultImages(Images):
    """The images that a vault keeps of an instance: known by its points, for a copied image tells no machine."""

    def __init__(
        self, api: Api, instance: str, store: str, beside: Api, vault: VaultPoints, of: Callable[[], Kept]
    ) -> None:
        super().__init__(api, instance, store, beside)
        self._owned = OwnedPoints(vault, of, "image", "ami-[0-9a-f]+")

    def told(self) -> points.Told:
        """The words for where the vault has none."""
        return self._owned.told()

    def points(self) -> list[RecoveryPoint]:
        """Those that can be started now, each no younger than its vault says: the snapshots of a copied image tell when
        they were copied. NotRecoverable where there are points, and no image that can be started.
        """
        found = super().points()
        if not found:
            self._owned.none_there(self._instance)
        return [self._owned.as_kept(each) for each in found]

    def listed(self) -> list[Image]:
        """As EC2 tells them, each with the instant that the vault tells of it."""
        self._last = [replace(each, kept=self._owned.at(each.id)) for each in super().listed()]
        return self._last

    def longest(self) -> timedelta | None:
        """How long it took at most until the vault had one whole, from the instant of its data."""
        found = (self._owned.as_kept(self._point(each)) for each in self._seen() if not each.unusable())
        return max((each.created_at - each.data_time for each in found if each.created_at), default=None)

    def passed_over(self, chosen: RecoveryPoint) -> Iterator[str]:
        """Likewise of the vault; and what it keeps that is no image of this account's."""
        yield from super().passed_over(chosen)
        yield from self._owned.passed_over({each.id for each in self._seen()})

    def _of_machine(self) -> Iterator[Mapping[str, Any]]:
        for ids in self._owned.ids():
            asked = [{"Name": "image-id", "Values": ids}]
            for each in self._api.pages("DescribeImages", "Images", Owners=["self"], Filters=asked):
                if each.get("ImageId") in self._owned:
                    yield each


class Ec2FromVault(Ec2Instance):
    """Starts a machine of the images that a vault keeps of an instance."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit, vault: Vault) -> None:
        super().__init__(resource, selection, toolkit)
        self._vault = VaultPoints(vault, self._lie)
        self._images: VaultImages = VaultImages(
            self._lie.account.api("ec2"), resource.id, resource.name, self._beside, self._vault, self._of
        )

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every machine, and the vault."""
        vault = PreflightCheck("vault", lambda: f"{self._vault.look()}; the drill starts its image itself")
        return [*super().preflight_checks(copy), vault]

    def _where(self) -> points.Told:
        return self._images.told()

    def _of(self) -> Kept:
        """AWS Backup knows a machine by its ARN, of which an id is never used again."""
        self.described()
        return Kept(machine.arn(self._home.account, self._resource.id), _TYPE, self._resource.name)
