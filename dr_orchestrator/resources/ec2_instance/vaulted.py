"""An instance started of the image that AWS Backup keeps of it: what lies in a vault of a machine is an image of EC2's.

No job makes the copy: a restore job takes no token, names nothing before it has ended, and gives no tag as the machine
starts. The drill starts the image itself, closed off as any other (decision 55).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.backup.vaults import LISTING, Kept, VaultPoints
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance.images import Image, Images
from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance

_TYPE = "EC2"
"""AWS Backup's word for the type."""

_IMAGE = re.compile(r"arn:[a-z-]+:ec2:[^:]+::image/(ami-[0-9a-f]+)")
_MOST_ASKED = 200
"""Values that EC2 takes in one filter."""


class VaultImages(Images):
    """The images that a vault keeps of an instance: known by its points, for a copied image tells no machine."""

    def __init__(self, api: Api, instance: str, store: str, vault: VaultPoints, of: Callable[[], Kept]) -> None:
        super().__init__(api, instance, store)
        self._vault, self._of = vault, of
        self._kept: dict[str, RecoveryPoint] = {}
        self._foreign: list[str] = []

    def told(self) -> points.Told:
        """The words for where the vault has none."""
        return self._vault.restorable(self._of())[1]

    def points(self) -> list[RecoveryPoint]:
        """Those that can be started now, each no younger than its vault says: the snapshots of a copied image tell when
        they were copied. NotRecoverable where there are points, and no image that can be started.
        """
        found = super().points()
        if not found and (self._kept or self._foreign):
            lacking = [*self._kept, *self._foreign]
            told = f"the vault keeps {counted(len(lacking), 'point')} of {self._instance}, and EC2 has no image of them"
            hint = "images of another account, and points of an air-gapped vault, are started by nobody here: copy one"
            raise NotRecoverable(f"{told}: {lacking[-1]}", f"{hint} into a vault of this account", LISTING)
        return [self._as_kept(each) for each in found]

    def passed_over(self, chosen: RecoveryPoint) -> Iterator[str]:
        """Likewise of the vault; and what it keeps that is no image of this account's."""
        yield from super().passed_over(chosen)
        there = {each.id for each in self._seen()}
        for id in [*(each for each in self._kept if each not in there), *self._foreign]:
            yield f"{id} is no image of this account's, or there no more"

    def _of_machine(self) -> Iterator[Mapping[str, Any]]:
        held = [(each, _IMAGE.fullmatch(each.id)) for each in self._vault.restorable(self._of())[0]]
        self._foreign = [each.id for each, image in held if image is None]
        self._kept = {image[1]: each for each, image in held if image is not None}
        wanted = list(self._kept)
        for start in range(0, len(wanted), _MOST_ASKED):
            asked = [{"Name": "image-id", "Values": wanted[start : start + _MOST_ASKED]}]
            for each in self._api.pages("DescribeImages", "Images", Owners=["self"], Filters=asked):
                if each.get("ImageId") in self._kept:
                    yield each

    def _point(self, image: Image) -> RecoveryPoint:
        made, kept = super()._point(image), self._kept[image.id]
        return replace(made, created_at=max(filter(None, (made.created_at, kept.created_at)), default=None))

    def _as_kept(self, made: RecoveryPoint) -> RecoveryPoint:
        kept = self._kept[made.id]
        source, at = min((each.data_time, each.data_time_source) for each in (made, kept))[::-1]
        return replace(made, data_time=at, data_time_source=f"{source}, in a vault")


class Ec2FromVault(Ec2Instance):
    """Starts a machine of the images that a vault keeps of an instance."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit, vault: Vault) -> None:
        super().__init__(resource, selection, toolkit)
        self._vault = VaultPoints(vault, toolkit)
        self._images: VaultImages = VaultImages(self._api, resource.id, resource.name, self._vault, self._of)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every machine, and the vault."""
        vault = PreflightCheck("vault", lambda: f"{self._vault.look()}; the drill starts its image itself")
        return [*super().preflight_checks(copy), vault]

    def _where(self) -> points.Told:
        return self._images.told()

    def _of(self) -> Kept:
        """AWS Backup knows a machine by its ARN, of which an id is never used again."""
        return Kept(self._identity(self.described()).arn, _TYPE, self._resource.name)
