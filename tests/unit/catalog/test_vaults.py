"""`recovery_points` of a drill: a vault by its name or ARN, and each mistake at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.vault import Vault
from tests.support.drill_files import CLOUD, SHOP, changed, only, write
from tests.support.types import load

ROLE = "arn:aws:iam::123456789012:role/dr-restore"
ARN = "arn:aws:backup:us-east-1:222222222222:backup-vault:far-away"
SNAPSHOT = changed(SHOP, "kind: pitr-restore", "kind: snapshot-restore")


def vaulted(vault: str = "nightly", role: str = ROLE, text: str = SNAPSHOT) -> str:
    said = f'recovery_points: {{vault: {vault}, role: "{role}"}}'
    return changed(text, "    disruption: application\n", f"    disruption: application\n    {said}\n")


@pytest.mark.parametrize(
    ("vault", "known"), [("nightly", Vault("nightly", ROLE)), (ARN, Vault("far-away", ROLE, "222222222222"))]
)
def test_a_vault_is_named_or_told_by_its_arn(tmp_path: Path, vault: str, known: Vault) -> None:
    """An ARN tells whose it is, too; a drill that names none has none."""
    drills = load(write(tmp_path, {"shop.yaml": vaulted(vault)})).drills
    assert drills["shop-pitr"].vault == known
    assert drills["cloud-replica"].vault is None


def test_the_vault_is_part_of_the_digest_and_its_absence_is_not(tmp_path: Path) -> None:
    """A drill out of another vault, or by another role, is another drill."""
    texts = (SNAPSHOT, vaulted(), vaulted("weekly"), vaulted(role=f"{ROLE}-2"))
    digests = [load(write(tmp_path, {"shop.yaml": text})).drills["shop-pitr"].digest for text in texts]
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    ("text", "key", "message", "fix"),
    [
        (vaulted(text=SHOP), "kind", "rds-instances are not restored from a vault by pitr-restore", "snapshot-restore"),
        (vaulted("a b"), "recovery_points.vault", "is not a vault of AWS Backup", "its name, or its ARN"),
        (vaulted(role="admin"), "recovery_points.role", "is not the ARN of an IAM role", "arn:aws:iam"),
        (
            vaulted(ARN.replace("us-east-1", "eu-west-1")),
            "recovery_points.vault",
            "the vault is in eu-west-1, and AWS Backup restores only where a vault is",
            "name one in us-east-1",
        ),
        (
            changed(vaulted(), "region: us-east-1\n", 'region: us-east-1\n    account: "999999999999"\n'),
            "recovery_points.role",
            "the role is of account 123456789012, and the resource of 999999999999",
            "AWS Backup restores there",
        ),
        (
            changed(vaulted(), f', role: "{ROLE}"', ""),
            "recovery_points.role",
            "'role' is missing",
            "add it",
        ),
    ],
)
def test_each_mistake_is_told_at_its_key(tmp_path: Path, text: str, key: str, message: str, fix: str) -> None:
    """Before anything is asked of AWS."""
    problem = only(tmp_path, {"shop.yaml": text})
    assert problem.key == f"drills.shop-pitr.{key}"
    assert message in problem.message
    assert fix in problem.fix


def test_what_aws_backup_does_not_restore_is_told(tmp_path: Path) -> None:
    """An environment is no recovery point."""
    said = f'    disruption: infrastructure\n    recovery_points: {{vault: nightly, role: "{ROLE}"}}\n'
    text = changed(CLOUD, "    disruption: infrastructure\n", said)
    problem = only(tmp_path, {"cloud.yaml": text})
    assert "cloudformation-stacks are not restored from a vault of AWS Backup" in problem.message


def test_a_part_of_a_bucket_is_not_restored_from_a_vault(tmp_path: Path) -> None:
    """A vault restores all of it: a sample would be measured as the whole."""
    bucket = changed(SHOP, "type: rds-instance\n    id: shop-prod", "type: s3-bucket\n    id: shop-prod")
    bucket = changed(bucket, "    database: {name: shop, secret: prod/shop}\n", "    sample: {draws: 100}\n")
    bucket = changed(bucket, "rows-at-least: {table: orders, minimum: 1}", "items-at-least: {minimum: 1}")
    bucket = changed(bucket, "kind: pitr-restore", "kind: snapshot-restore")
    fallback = '    path: fallback\n    objective: {rto: "< 9h", rpo: none, reason: r}\n    kind:'
    bucket = changed(vaulted(text=bucket), "    kind:", fallback)
    problem = only(tmp_path, {"shop.yaml": bucket})
    assert "a vault restores all of it" in problem.message
