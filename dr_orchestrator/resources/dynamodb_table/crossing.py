"""A table whose copy stands in another region: what is looked at there, and the key that it is encrypted with.

DynamoDB restores into the region that is called, out of that of the table or backup: it has to be told the source by
its ARN, and how the copy is to be encrypted.
"""
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html, "a different AWS Region"

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.preflight import keys, region
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.service import Resource


@dataclass(frozen=True)
class Crossing:
    """The looks at where a copy of a table is to stand; `beside` are the tools of the source, `there` the copy's."""

    resource: Resource
    to: Destination
    beside: Toolkit
    there: Toolkit

    def looks(self, key: Callable[[], str | None]) -> Sequence[PreflightCheck]:
        """Whether the region may be used, whether the copy can be encrypted there as the drill says, and what the drill
        proves; `key` tells that of the table.
        """
        return (
            PreflightCheck("region", lambda: region.usable(self.beside, self.resource, self.to)),
            PreflightCheck("key of the copy", lambda: self._look_at_key(key())),
            *([] if self.to.standing else [PreflightCheck("loss of the region", self._look_at_loss)]),
        )

    def _look_at_key(self, theirs: str | None) -> str:
        return region.key_there(self.beside, self.there, self.resource, self.to, theirs, "table")

    def _look_at_loss(self) -> str:
        of = self.resource.region
        told = f"the data come out of {of} while the table is restored: this is no proof against the loss of {of}"
        raise Doubt(f"{told}; what a vault of AWS Backup in {self.to.region} keeps would be (`recovery_points`)")


def charged(resource: Resource) -> str:
    """The charges of a copy elsewhere besides, of which no rate is declared."""
    if (to := resource.to) is None or to.standing:
        return ""
    return f"the transfer of its data to {to.region}"


def arn_there(there: Toolkit, to: Destination) -> str | None:
    """The ARN of the key that a copy is encrypted with; None where the drill names none."""
    return str(there.account.api("kms").call("DescribeKey", KeyId=to.key)["KeyMetadata"]["Arn"]) if to.key else None


def encryption(there: Toolkit, to: Destination) -> dict[str, Any]:
    """The words of a restore on how the copy is encrypted: AWS's own key where the drill names none."""
    if not to.key:
        return {"Enabled": False}
    named = {} if keys.is_of_aws(there.account, to.key) else {"KMSMasterKeyId": to.key}
    return {"Enabled": True, "SSEType": "KMS", **named}
