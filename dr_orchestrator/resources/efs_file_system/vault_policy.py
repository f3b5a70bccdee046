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
        if each.get("Effect") == "Deny" and _concerns(each) and any(map(_holds, _resources(each))):
            yield each


def _concerns(statement: Mapping[str, Any]) -> bool:
    """Whether a statement speaks of the call: it lists it, or lists what it does not speak of, and not that."""
    if "NotAction" in statement:
        return not _lists(statement["NotAction"])
    return _lists(statement.get("Action"))


def _lists(actions: Any) -> bool:
    return any(fnmatchcase(START.lower(), one.lower()) for one in _several(actions))


def _resources(statement: Mapping[str, Any]) -> list[str]:
    """The patterns of what it speaks of; all, where it tells what it does not speak of, or nothing."""
    return _several(statement.get("Resource")) or ["*"]


def _holds(pattern: str) -> bool:
    """Whether a pattern can hold recovery points of EFS: those are AWS Backup's own, and not, say, EC2's snapshots."""
    if pattern == "*":
        return True
    parts = [*pattern.split(":", 5), *"*" * 5]  # one that is short ends in an asterisk that goes over colons
    service, named = parts[2], parts[5].partition(":")[0]
    return fnmatchcase("backup", service) and ("*" in named or "?" in named or named == "recovery-point")


def _all_points(pattern: str) -> bool:
    return fnmatchcase("arn:aws:backup:::recovery-point:", pattern) or pattern.endswith(":recovery-point:*")


def _several(told: Any) -> list[str]:
    return [told] if isinstance(told, str) else list(told or ())


def _all(statement: Mapping[str, Any]) -> bool:
    given = statement.get("Principal")
    principal = given.get("AWS") if isinstance(given, dict) else given
    whole = "NotResource" not in statement and any(map(_all_points, _resources(statement)))
    return principal in ("*", ["*"]) and not statement.get("Condition") and whole
