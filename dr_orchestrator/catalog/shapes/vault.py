"""The shape of what a drill says of where its recovery points lie: in a vault, or in another region."""

from __future__ import annotations

from pydantic import Field, model_validator

from dr_orchestrator.catalog.shapes.fields import Region, RoleArn, Shape, VaultName, wrong
from dr_orchestrator.domain.vault import Vault


class RecoveryPoints(Shape):
    """Where recovery points are taken from: a vault of AWS Backup, or what lies in another region already."""

    vault: VaultName | None = Field(default=None, description="Its name; the ARN of one that another account shares.")
    role: RoleArn | None = Field(
        default=None,
        description="The IAM role by which AWS Backup restores: drills pass it to that alone. Machines need none.",
    )
    region: Region | None = Field(
        default=None, description="The region in which copies of them lie already: they are restored there."
    )

    @model_validator(mode="after")
    def _one_place(self) -> RecoveryPoints:
        if self.region and (self.vault or self.role):
            raise wrong("`vault` and `region` exclude each other", "keep one: a vault, or the copies in a region")
        return self

    @property
    def vaults_region(self) -> str:
        """The region that a vault's ARN names; empty where there is none."""
        return self.vault.split(":")[3] if self.vault and self.vault.startswith("arn:") else ""

    @property
    def named(self) -> Vault | None:
        """The vault as drills know it."""
        if self.vault is None:
            return None
        if not self.vault.startswith("arn:"):
            return Vault(self.vault, self.role or "")
        *_, account, _kind, name = self.vault.split(":")
        return Vault(name, self.role or "", account)
