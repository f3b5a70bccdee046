"""A table whose copy stands in another region: what is looked at there, and the key that it is encrypted with.

DynamoDB restores into the region that is called, out of that of the table or backup: it has to be told the source by
its ARN, and how the copy is to be encrypted.
"""
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html, "a different AWS Region"

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import usable
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable

_WITHOUT_KEY = "the copy is encrypted with a key of AWS's own, as the table is"


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
            PreflightCheck("region", lambda: usable(self.beside, self.resource, self.to)),
            PreflightCheck("key of the copy", lambda: self._look_at_key(key())),
            *([] if self.to.standing else [PreflightCheck("loss of the region", self._look_at_loss)]),
        )

    def _look_at_key(self, theirs: str | None) -> str:
        if theirs and not self.to.key and not self._is_of_aws(theirs):
            told = f"table {self.resource.id} is encrypted with {theirs}, which no other {self._where} has"
            hint = f"add `kms_key` to the drill's `to`: a key of {self.to.region}"
            raise NotRecoverable(told, hint, "kms:DescribeKey")
        of = f"arn:aws:dynamodb:{self.to.region}:{_owner(self.there)}:table/copy"
        return keys.usable(self.there.account, self.to.key or None, of, _WITHOUT_KEY)

    def _is_of_aws(self, key: str) -> bool:
        """Whether the table's key is one that AWS manages, in whose place a copy has AWS's own; one that nobody may
        look at is taken for the team's.
        """
        try:
            return keys.is_of_aws(self.beside.account, key)
        except (Denied, NotRecoverable):
            return False

    @property
    def _where(self) -> str:
        return "region" if self.to.region != self.resource.region else "account"

    def _look_at_loss(self) -> str:
        region = self.resource.region
        told = (
            f"the data come out of {region} while the table is restored: this is no proof against the loss of {region}"
        )
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


def _owner(there: Toolkit) -> str:
    return there.account.pinned or there.account.caller().account
