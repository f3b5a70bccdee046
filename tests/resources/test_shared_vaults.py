"""Air-gapped vaults of another account that are shared with ours: what a job restores of them, and what none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from moto.backup.models import backup_backends

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.databases.clusters import vaulted as clusters
from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import Vaults, vaults
from dr_orchestrator.resources.aurora_cluster.vaulted import ClusterFromVault
from dr_orchestrator.resources.dynamodb_table.vaulted import TableFromVault
from dr_orchestrator.resources.ebs_volume.vaulted import EbsFromVault
from dr_orchestrator.resources.ec2_instance.vaulted import Ec2FromVault
from dr_orchestrator.resources.efs_file_system.lab import vaulted as files
from dr_orchestrator.resources.efs_file_system.restore import EfsFileSystem
from dr_orchestrator.resources.rds_instance.vaulted import RdsFromVault
from dr_orchestrator.resources.s3_bucket.vaulted import BucketFromVault
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.estate import REGION, RESTORER, VAULT, Estate, estate
from tests.support.ways import Make, Way

OURS, OTHERS = "123456789012", "222222222222"
NAME = "far-away"
BY_JOB: dict[str, tuple[Any, str]] = {
    "rds-vault": (RdsFromVault, "RDS"),
    "aurora-vault": (ClusterFromVault, "Aurora"),
    "dynamodb-vault": (TableFromVault, "DynamoDB"),
    "s3-vault": (BucketFromVault, "S3"),
    "efs-vault": (EfsFileSystem, "EFS"),
}
"""The ways by which a job makes the copy: their restorers, and AWS Backup's words for what they restore."""

BY_DRILL: dict[str, tuple[Any, str]] = {"ec2-vault": (Ec2FromVault, "EC2"), "ebs-vault": (EbsFromVault, "EBS")}
"""Likewise those by which the drill makes it itself, of what EC2 has."""

Keep = Callable[[Way, str], Kept]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate with a cluster in it, which its vault holds as well."""
    with estate(tmp_path_factory.mktemp("lab"), CLUSTER) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        make_cluster(built, CLUSTER, "db.r6g.large")
        built.clock.sleep(7200)
        clusters.back_up(VAULT.name, CLUSTER.id, built.clock.now() - timedelta(hours=1))
        yield built


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Keeps the newest point of the estate's vault in the shared one of the other account, too."""

    def kept(way: Way, of: str) -> Kept:
        there = cast(Vaults, backup_backends[OTHERS][REGION])
        if NAME not in there.vaults:
            key = way.made.client("kms").create_key()["KeyMetadata"]["Arn"]
            there.create_backup_vault(NAME, {}, key, "")
        there.share(NAME, OURS)
        newest = max((each for each in vaults().kept(VAULT.name, None) if each.of == of), key=lambda each: each.at)
        made = there.keep(NAME, newest.arn, of, newest.at, took=timedelta(minutes=1), gib=newest.gib)
        if of == "EFS":
            files.copy(newest.point, made.point)
        return made

    yield kept
    there = cast(Vaults, backup_backends[OTHERS][REGION])
    there._points.clear()


def looked(way: Way) -> tuple[CheckStatus, str]:
    """The look at the vault."""
    looks = perform(way.restorer.preflight_checks(way.copy)).looks
    return next((each.outcome, each.words) for each in looks if each.name == "vault")


def out_of(way_of: Make, name: str, restorer: Any, role: str = RESTORER) -> Way:
    """The way out of the shared vault."""
    way, shared = way_of(name), Vault(NAME, role, OTHERS)
    spec = replace(way.spec, restorer=lambda of: restorer(of.resource, of.selection, of.made.toolkit, vault=shared))
    return replace(way, spec=spec)


@pytest.mark.parametrize("name", list(BY_JOB))
def test_a_shared_air_gapped_vault_is_restored_from(way_of: Make, keep: Keep, name: str) -> None:
    """Its points are listed, described and restored by the account that owns it; the copy stands in ours, and goes."""
    restorer, of = BY_JOB[name]
    way = out_of(way_of, name, restorer)
    kept = keep(way, of)
    assert looked(way)[1].startswith(f"vault {NAME} of account {OTHERS} is logically air-gapped")
    point = way.restorer.choose()
    assert (point.id, point.data_time) == (kept.point, kept.at)
    assert OTHERS in point.id
    identity = way.restored()
    assert identity.arn.split(":")[4] in ("", OURS)
    (asked,) = way.calls("StartRestoreJob")
    assert (asked["RecoveryPointArn"], asked["IamRoleArn"]) == (kept.point, RESTORER)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize("name", list(BY_JOB))
def test_a_common_vault_of_another_account_is_refused(way_of: Make, keep: Keep, name: str) -> None:
    """AWS lets nobody restore from one across accounts: told before anything is made."""
    restorer, of = BY_JOB[name]
    way = out_of(way_of, name, restorer)
    keep(way, of)
    there: Any = backup_backends[OTHERS][REGION]
    there.vaults[NAME].vault_type = "BACKUP_VAULT"
    status, words = looked(way)
    assert status is CheckStatus.FAILED
    assert "cannot be restored from in another account than its own" in words


@pytest.mark.parametrize("name", list(BY_DRILL))
def test_what_ec2_itself_restores_is_told_not_to_come_out_of_one(way_of: Make, keep: Keep, name: str) -> None:
    """Its points are no images and snapshots of this account's: nothing is made, and what to do instead is told."""
    restorer, of = BY_DRILL[name]
    way = out_of(way_of, name, restorer, role="")
    keep(way, of)
    with pytest.raises(NotRecoverable, match=r"the vault keeps 1 point of .* and EC2 has no") as told:
        way.restorer.choose()
    assert "copy one into a vault of this account" in told.value.hint
    assert not way.calls("RunInstances") + way.calls("CreateVolume") + way.calls("StartRestoreJob")
