"""The keys of KMS that backups are encrypted with: whose they are, each asked about once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.posture.ground import Ground, Shared
from dr_orchestrator.domain.posture.facts import Encryption

CALL = "kms:DescribeKey"


def of_kms(ground: Ground) -> Callable[[str], Encryption]:
    """Tell of a key by its ARN, id or alias whether it is the customer's own."""

    def ask(key: str) -> Encryption:
        told = ground.patiently(lambda: ground.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"])
        return _told(told)

    made: Callable[[str], Encryption] = ground.shared.setdefault("keys", Shared(ask))
    return made


def _told(key: Mapping[str, Any]) -> Encryption:
    own = key.get("KeyManager") == "CUSTOMER"
    whose = "a key of one's own" if own else "AWS's default key of the service"
    return Encryption(True, f"{whose}, {key['Arn'].rpartition(':')[2]}", own)
