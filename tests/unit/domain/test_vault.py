"""A restore job is given what is declared for it, whatever a recovery point tells of more."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.vault import Restored, Vault

RESTORED = Restored(
    "RDS",
    "an instance",
    "DBInstanceIdentifier",
    r".*:db:(?P<name>[^:]+)",
    (("rds", "snapshot:awsbackup:*"),),
    keeps=frozenset({"Engine", "Iops", "Port"}),
    only={"PubliclyAccessible": "false"},
    gives=frozenset({"DBSubnetGroupName"}),
)


def test_only_declared_metadata_are_given_and_what_has_to_be_so_is() -> None:
    """What the point tells is taken by its name, whatever its letters; empty words are none; production's name goes."""
    told = {
        "engine": "postgres",
        "Iops": "",
        "port": "null",
        "PubliclyAccessible": "true",
        "DBInstanceIdentifier": "orders-prod",
        "MasterUserPassword": "hunter2",
    }
    given = RESTORED.metadata(told, "dro-copy", {"DBSubnetGroupName": "isolated", "OptionGroupName": None})
    assert given == {
        "Engine": "postgres",
        "DBSubnetGroupName": "isolated",
        "PubliclyAccessible": "false",
        "DBInstanceIdentifier": "dro-copy",
    }
    assert given.keys() <= RESTORED.keys


def test_what_is_given_goes_before_what_the_point_tells() -> None:
    """Empty, it is left out altogether; None leaves what is told: a table's key is of its own region alone."""
    told = {"Engine": "postgres", "Port": "5432", "Iops": "3000"}
    given = RESTORED.metadata(told, "dro-copy", {"Engine": "", "Port": None, "Iops": "1000"})
    assert "Engine" not in given
    assert (given["Port"], given["Iops"]) == ("5432", "1000")


def test_what_has_to_be_given_is_among_the_keys() -> None:
    """One of the values that it may have is the drill's to give; nothing of the point stands in for it."""
    of = replace(RESTORED, either={"EncryptionType": ("original", "SSE-S3")})
    assert "EncryptionType" in of.keys
    assert "EncryptionType" not in of.metadata({"EncryptionType": "other"}, "dro-copy", {})
    assert of.metadata({}, "dro-copy", {"EncryptionType": "SSE-S3"})["EncryptionType"] == "SSE-S3"


def test_a_vault_of_another_account_is_told_as_such() -> None:
    """Where it is the source's own, no account is named."""
    assert str(Vault("nightly", "role")) == "vault nightly"
    assert str(Vault("far", "role", "222222222222")) == "vault far of account 222222222222"


def test_without_a_role_no_job_restores() -> None:
    """What lies in the vault is an image, which the drill starts itself."""
    assert Vault("nightly", "arn:aws:iam::123456789012:role/dr-restore").by_job
    assert not Vault("nightly", "").by_job
