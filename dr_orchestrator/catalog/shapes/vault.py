"""The shape of what a drill says of where its recovery points lie: in a vault, in another region, or both."""

from __future__ import annotations

from pydantic import Field, model_validator

from dr_orchestrator.catalog.shapes.fields import Region, RoleArn, Shape, VaultName, wrong
from dr_orchestrator.domain.vault import Vault


class RecoveryPoints(Shape):
    """Where recovery points are taken from: a vault of AWS Backup, what lies in another region already, or both."""

    vault: VaultName | None = Field(default=None, description="Its name; the ARN of one that another account shares.")
    role: RoleArn | None = Field(
        default=None,
        description="The IAM role by which AWS Backup restores: drills pass it to that alone. Machines need none.",
    )
    region: Region | None = Field(
        default=None,
        description="The region in which copies of them lie already, in the vault where one is named: restored there.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> RecoveryPoints:
        if self.region and self.role and not self.vault:
            raise wrong("`role` is that of a vault, and none is named", "add `vault`, or remove `role`")
        if self.region and self.vaults_region not in ("", self.region):
            raise wrong(f"the vault is in {self.vaults_region}, and not in {self.region}", "keep one of both")
        return self

    @property
    def vaults_region(self) -> str:
        """The region that a vault's ARN names; empty where there is none."""
        return self.vault.split(":")[3] if self.vault and self.vault.startswith("arn:") else ""

    @property
    def vaults_account(self) -> str:
        """The account that a vault's ARN names; empty where there is none."""
        return self.vault.split(":")[4] if self.vault and self.vault.startswith("arn:") else ""

    def named(self, account: str = "") -> Vault | None:
        """The vault as drills know it that restore in an account, where that is not the source's: there it is own."""
        if self.vault is None:
            return None
        owner = self.vaults_account
        return Vault(self.vault.rpartition(":")[2], self.role or "", "" if owner == account else owner)
