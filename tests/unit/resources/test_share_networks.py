"""The security groups of a copy's mount target, and the policies of vaults: whom they let in, and what they deny."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.efs_file_system import vault_policy
from dr_orchestrator.resources.efs_file_system.network import faults
from tests.support.told_aws import ToldAws

THEIRS = frozenset({"sg-prod"})


def nfs(**to: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, **to}


def told(*into: dict[str, Any], id: str = "sg-drill") -> str:
    return " ".join(why for why, _ in faults({"GroupId": id, "IpPermissions": list(into)}, THEIRS))


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ((), "lets nobody in"),
        ((nfs(IpRanges=[{"CidrIp": "0.0.0.0/0"}]),), "lets in 0.0.0.0/0"),
        ((nfs(IpRanges=[{"CidrIp": "128.0.0.0/1"}]),), "lets in 128.0.0.0/1"),
        ((nfs(IpRanges=[{"CidrIp": "10.0.0.0/16"}]),), "lets in 10.0.0.0/16"),
        ((nfs(Ipv6Ranges=[{"CidrIpv6": "::/0"}]),), "lets in ::/0"),
        ((nfs(PrefixListIds=[{"PrefixListId": "pl-1"}]),), "lets in pl-1"),
        (({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-reader"}]},), "lets in more than TCP 2049"),
        ((nfs(FromPort=0),), "lets in more than TCP 2049"),
    ],
)
def test_a_mount_target_lets_in_whom_it_should_alone(rules: tuple[dict[str, Any], ...], why: str) -> None:
    """NFS, from a group or one subnet: not from the world, not from all of a company, not from a list."""
    assert why in told(*rules)


def test_the_machines_group_or_address_is_no_fault() -> None:
    """One address, one subnet, or a group; but never the group that production's own mount targets wear."""
    assert told(nfs(UserIdGroupPairs=[{"GroupId": "sg-reader"}])) == ""
    assert told(nfs(IpRanges=[{"CidrIp": "10.0.4.7/32"}, {"CidrIp": "10.0.4.0/24"}])) == ""
    assert "is worn by the source, too" in told(nfs(IpRanges=[{"CidrIp": "10.0.4.7/32"}]), id="sg-prod")


def policy(*statements: dict[str, Any]) -> Api:
    said = {"Policy": json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", **each} for each in statements]})}
    return cast(Api, ToldAws({"GetBackupVaultAccessPolicy": said}).account().api("backup"))


VAULT = Vault("aws/efs/automatic-backup-vault", "arn:aws:iam::1:role/r")


@pytest.mark.parametrize("action", ["backup:StartRestoreJob", ["backup:DeleteRecoveryPoint", "backup:Start*"], "*"])
def test_a_vault_that_denies_restores_is_told(action: Any) -> None:
    """As AWS makes that of EFS's automatic backups: to everybody, by whatever pattern."""
    for principal in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        with pytest.raises(NotRecoverable, match="denies backup:StartRestoreJob to everybody"):
            vault_policy.look(policy({"Action": action, "Principal": principal}), VAULT)


@pytest.mark.parametrize("more", [{"Condition": {"Bool": {}}}, {"Principal": {"AWS": "arn:aws:iam::1:role/x"}}])
def test_a_denial_to_some_is_a_doubt(more: dict[str, Any]) -> None:
    """Whether it hits the drills nobody knows from the policy alone."""
    with pytest.raises(Doubt, match="to some"):
        vault_policy.look(policy({"Action": "backup:StartRestoreJob", **more}), VAULT)


def test_what_denies_other_things_or_nothing_is_fine() -> None:
    """Nor is a vault without a policy; another account's tells none."""
    assert "does not deny" in vault_policy.look(policy({"Action": "backup:DeleteRecoveryPoint"}), VAULT)
    assert "does not deny" in vault_policy.look(policy({"Action": "backup:Start*", "Effect": "Allow"}), VAULT)
    none = ToldAws({"GetBackupVaultAccessPolicy": NotFound("no policy")}).account().api("backup")
    assert "has no policy" in vault_policy.look(none, VAULT)
    with pytest.raises(NotApplicable):
        vault_policy.look(none, Vault("far", VAULT.role, "222222222222"))
