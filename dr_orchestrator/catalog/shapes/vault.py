"""The shape of what a drill says of the vault in which its recovery points lie."""

from __future__ import annotations

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import RoleArn, Shape, VaultName
from dr_orchestrator.domain.vault import Vault


class RecoveryPoints(Shape):
    """The vault of AWS Backup that recovery points are taken from."""

    vault: VaultName = Field(description="Its name; the ARN of one that another account shares.")
    role: RoleArn = Field(description="The IAM role by which AWS Backup restores: drills pass it to that alone.")

    @property
    def region(self) -> str:
        """The region that an ARN names; empty where there is none."""
        return self.vault.split(":")[3] if self.vault.startswith("arn:") else ""

    @property
    def named(self) -> Vault:
        """The vault as drills know it."""
        if not self.vault.startswith("arn:"):
            return Vault(self.vault, self.role)
        *_, account, _kind, name = self.vault.split(":")
        return Vault(name, self.role, account)
