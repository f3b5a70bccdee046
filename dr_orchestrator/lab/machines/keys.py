"""Keys of KMS that accounts let one another use, as AWS looks at them: moto shows an account its own alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.kms.exceptions import AccessDeniedException
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse

from dr_orchestrator.lab.machines import sharing

_DENIED = (
    "is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region,"
    " no resource-based policies allow access, or a resource-based policy explicitly denies access"
)


def _describe_key(self: Any) -> str:
    """Of another account's, by its ARN, where its policy lets the asking one look at it; of EBS's own by its alias,
    which moto takes for a customer's.
    """
    if self._get_param("KeyId") == sharing.OF_EBS:
        own = sharing.key_of_ebs(self.kms_backend).rpartition("/")[2]
        return json.dumps(self.kms_backend.keys[own].to_dict())
    named = str(self._get_param("KeyId") or "").split(":")
    if len(named) < 6 or not named[5].startswith("key/") or named[4] == self.current_account:
        return str(_by_moto(self))
    key = (
        kms_backends[named[4]][self.region].keys.get(named[5].removeprefix("key/"))
        if named[4] in kms_backends
        else None
    )
    if key is None or named[3] != self.region or self.current_account not in _let_in(key):
        raise AccessDeniedException(f"User: arn:aws:sts::{self.current_account}:assumed-role/team {_DENIED}")
    return json.dumps(key.to_dict())


def _let_in(key: Any) -> Iterator[str]:
    """The accounts that a key's policy lets use it, as whole ones."""
    for each in json.loads(key.policy)["Statement"]:
        told = each["Principal"]["AWS"] if each["Effect"] == "Allow" else ()
        yield from (arn.split(":")[4] for arn in ([told] if isinstance(told, str) else told))


_by_moto = KmsResponse.describe_key

PATCHES = ((KmsResponse, "describe_key", _describe_key),)
