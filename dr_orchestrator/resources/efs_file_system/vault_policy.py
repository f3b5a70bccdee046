"""The access policy of a vault: that of EFS's automatic backups forbids everybody to restore, as AWS makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable

CALL = "backup:GetBackupVaultAccessPolicy"
START = "backup:StartRestoreJob"
_HINT = "take backup:StartRestoreJob out of its denial: `aws backup put-backup-vault-access-policy`"


def look(api: Api, vault: Vault) -> str:
    """Whether the vault lets anybody restore; NotRecoverable where it denies that to all, a Doubt where to some."""
    if vault.account:
        raise NotApplicable("the vault is another account's, which tells its policy to nobody else")
    try:
        told = api.call("GetBackupVaultAccessPolicy", BackupVaultName=vault.name)
    except NotFound:
        return f"{vault} has no policy of its own"
    denials = list(_denials(str(told.get("Policy") or "{}")))
    if any(_all(each) for each in denials):
        raise NotRecoverable(f"{vault} denies {START} to everybody, as AWS makes that of EFS", _HINT, CALL)
    if denials:
        raise Doubt(f"{vault} denies {START} to some: whether to these drills, its conditions tell")
    return f"the policy of {vault} does not deny {START}"


def _denials(policy: str) -> Iterator[Mapping[str, Any]]:
    statements = json.loads(policy).get("Statement") or ()
    for each in [statements] if isinstance(statements, dict) else statements:
        named = each.get("Action") or ()
        actions = [named] if isinstance(named, str) else named
        if each.get("Effect") == "Deny" and any(fnmatchcase(START.lower(), one.lower()) for one in actions):
            yield each


def _all(statement: Mapping[str, Any]) -> bool:
    given = statement.get("Principal")
    principal = given.get("AWS") if isinstance(given, dict) else given
    return principal in ("*", ["*"]) and not statement.get("Condition")
