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

THEIRS, READERS = frozenset({"sg-prod"}), frozenset({"sg-reader", "sg-prod"})


def nfs(**to: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, **to}


def told(*into: dict[str, Any], id: str = "sg-drill") -> str:
    return " ".join(why for why, _ in faults({"GroupId": id, "IpPermissions": list(into)}, THEIRS, READERS))


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
        ((nfs(UserIdGroupPairs=[{"GroupId": "sg-production-app"}]),), "lets in sg-production-app, which the machine"),
        (
            (nfs(UserIdGroupPairs=[{"GroupId": "sg-far", "UserId": "222222222222"}]),),
            "lets in sg-far, which the machine",
        ),
        ((nfs(UserIdGroupPairs=[{"GroupId": "sg-prod"}]),), "lets in sg-prod, which the source's mount targets wear"),
    ],
)
def test_a_mount_target_lets_in_whom_it_should_alone(rules: tuple[dict[str, Any], ...], why: str) -> None:
    """NFS, from the reader's group or one subnet: not from the world, a company, a list, or any other group."""
    assert why in told(*rules)


def test_the_machines_group_or_address_is_no_fault() -> None:
    """One address, one subnet, or a group of the reader's; but never the one that production's mount targets wear."""
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


@pytest.mark.parametrize(
    "more",
    [
        {"NotAction": "backup:Describe*"},
        {"NotAction": ["backup:DeleteRecoveryPoint"], "Resource": "*"},
        {
            "Action": "backup:*",
            "Resource": ["arn:aws:ec2:us-east-1::snapshot/*", "arn:aws:backup:*:*:recovery-point:*"],
        },
    ],
)
def test_a_denial_of_all_but_others_is_one(more: dict[str, Any]) -> None:
    """By what it does not list, and on points of AWS Backup's own."""
    with pytest.raises(NotRecoverable, match="denies backup:StartRestoreJob to everybody"):
        vault_policy.look(policy(more), VAULT)


_POINT = "arn:aws:backup:us-east-1:1:recovery-point:a"


@pytest.mark.parametrize(
    "more",
    [
        {"Condition": {"Bool": {}}},
        {"Principal": {"AWS": "arn:aws:iam::1:role/x"}},
        {"Resource": _POINT},
        {"NotResource": _POINT},
    ],
)
def test_a_denial_to_some_is_a_doubt(more: dict[str, Any]) -> None:
    """Whether it hits the drills, or this very point, nobody knows from the policy alone."""
    with pytest.raises(Doubt, match="to some"):
        vault_policy.look(policy({"Action": "backup:StartRestoreJob", **more}), VAULT)


def test_what_denies_other_things_or_nothing_is_fine() -> None:
    """Nor is a vault without a policy; another account's tells none."""
    assert "does not deny" in vault_policy.look(policy({"Action": "backup:DeleteRecoveryPoint"}), VAULT)
    assert "does not deny" in vault_policy.look(policy({"Action": "backup:Start*", "Effect": "Allow"}), VAULT)
    assert "does not deny" in vault_policy.look(policy({"NotAction": ["backup:Get*", "backup:StartRestore*"]}), VAULT)
    for other in ("arn:aws:ec2:us-east-1::snapshot/*", "arn:aws:backup:us-east-1:1:backup-vault:nightly"):
        assert "does not deny" in vault_policy.look(policy({"Action": "*", "Resource": other}), VAULT)
    none = ToldAws({"GetBackupVaultAccessPolicy": NotFound("no policy")}).account().api("backup")
    assert "has no policy" in vault_policy.look(none, VAULT)
    with pytest.raises(NotApplicable):
        vault_policy.look(none, Vault("far", VAULT.role, "222222222222"))
