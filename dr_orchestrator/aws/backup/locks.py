"""Whether a vault of AWS Backup keeps what lies in it, whoever wants it gone: only one that is locked for good does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"


@dataclass(frozen=True)
class Lock:
    """Whether a vault `holds` its recovery points to their end, and `why`, in words that go on after its name."""

    holds: bool
    why: str


def of(vault: Mapping[str, Any], now: datetime) -> Lock:
    """The lock of a vault as AWS describes it: one that may still be taken off holds nothing against who may do it."""
    if vault.get("VaultType") == AIR_GAPPED:
        return Lock(True, "which is logically air-gapped")
    if not vault.get("Locked"):
        return Lock(False, "which is not locked")
    if (since := vault.get("LockDate")) is None:
        return Lock(False, "which is locked in governance mode: whoever may delete the lock can")
    if since > now:
        return Lock(False, f"whose lock can still be taken off until {since:%Y-%m-%d}")
    return Lock(True, f"locked for good since {since:%Y-%m-%d}")
