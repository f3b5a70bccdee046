"""A bucket out of a vault elsewhere: which points are taken, under which key it comes, and what is told before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from moto.backup.models import backup_backends

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.s3_bucket.lab.vaulted import back_up
from dr_orchestrator.resources.s3_bucket.vaulted import BucketFromVault
from tests.support import elsewhere
from tests.support.elsewhere import AWAY
from tests.support.estate import BUCKET, RESTORER, VAULT, Estate
from tests.support.ways import Make, Way

AWAY_WAY, OTHERS = "s3-vault-elsewhere", "222222222222"
UNKEYED = replace(BUCKET, to=Destination(AWAY, standing=True))


@pytest.fixture
def keyed(made: Estate) -> Iterator[str]:
    """A key of the team's own that the source's bucket is encrypted with; its ARN."""
    s3, key = made.client("s3"), str(made.client("kms").create_key()["KeyMetadata"]["Arn"])
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=BUCKET.id, ServerSideEncryptionConfiguration={"Rules": [rule]})
    yield key
    s3.delete_bucket_encryption(Bucket=BUCKET.id)


def asked(way: Way) -> dict[str, str]:
    """The metadata of the one job that was started."""
    (call,) = way.calls("StartRestoreJob")
    return dict(call["Metadata"])


def look(way: Way, name: str) -> tuple[CheckStatus, str]:
    """The outcome of a look before the drill, and its words."""
    looks = perform(way.restorer.preflight_checks(way.copy)).looks
    return next((each.outcome, each.words) for each in looks if each.name == name)


def test_it_comes_under_the_key_that_the_drill_names(way_of: Make) -> None:
    """Bucket and objects alike, in the region of the vault; one that is encrypted otherwise is no copy."""
    way = way_of(AWAY_WAY)
    way.restored()
    given, s3 = asked(way), way.client("s3")
    assert given == {
        "DestinationBucketName": way.copy.id,
        "NewBucket": "false",
        "restoreACLs": "false",
        "EncryptionType": "SSE-KMS",
        "KMSKey": elsewhere.prepared(way.made.lab),
    }
    assert s3.get_bucket_location(Bucket=way.copy.id)["LocationConstraint"] == AWAY
    assert s3.head_object(Bucket=way.copy.id, Key="image 0")["SSEKMSKeyId"] == given["KMSKey"]
    words = way.restorer.isolated(way.copy).words
    assert words.startswith(f"in {AWAY} of account {ACCOUNT}, shut to all outside of it")
    assert words.endswith(f"encrypted with {given['KMSKey']}, as the drill says")
    s3.delete_bucket_encryption(Bucket=way.copy.id)
    with pytest.raises(NotRecoverable, match=r"is encrypted with a key of S3, the drill says arn:aws:kms"):
        way.restorer.isolated(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_without_a_key_it_comes_under_those_of_s3(way_of: Make) -> None:
    """Where the source has none of the team's own: no other place has what its objects were encrypted with."""
    way = way_of(AWAY_WAY, UNKEYED)
    assert look(way, "key of the copy") == (
        CheckStatus.NOT_APPLICABLE,
        "the copy is encrypted with a key of AWS's own",
    )
    way.restored()
    assert asked(way)["EncryptionType"] == "SSE-S3"
    assert "KMSKey" not in asked(way)
    assert "encrypted with a key of S3, as the drill says" in way.restorer.isolated(way.copy).words
    way.restorer.destroy(way.copy)


def test_a_key_of_the_teams_own_wants_one_of_the_place(way_of: Make, keyed: str) -> None:
    """Told before anything starts: under S3's keys a copy would be anybody's of the account."""
    status, words = look(way_of(AWAY_WAY, UNKEYED), "key of the copy")
    assert status is CheckStatus.FAILED
    assert f"bucket {BUCKET.id} is encrypted with {keyed}, which no other region has" in words
    status, words = look(way_of(AWAY_WAY), "key of the copy")
    assert (status, f"arn:aws:kms:{AWAY}:" in words) == (CheckStatus.PASSED, True)


def test_beside_its_source_each_object_keeps_its_key(way_of: Make) -> None:
    """Nothing is said of keys: the points know them."""
    way = way_of("s3-vault")
    way.restored()
    assert asked(way)["EncryptionType"] == "original"
    assert "KMSKey" not in asked(way)
    way.restorer.destroy(way.copy)


def test_what_came_there_after_the_disruption_is_not_taken(way_of: Make) -> None:
    """However old its data are: a bucket's ARN tells no region, and it was on its way from another all the same."""
    way = way_of(AWAY_WAY)
    before = way.restorer.choose()
    assert before.data_time_source == f"CreationDate in {AWAY}"
    back_up(VAULT.name, BUCKET.id, way.made.clock.now() - timedelta(minutes=2), AWAY, took=timedelta(hours=1))
    assert way.restorer.choose() == before
    beside = way_of("s3-vault")
    assert "in us-east-1" not in beside.restorer.choose().data_time_source


def test_an_air_gapped_vault_of_another_account_is_restored_from_in_its_region(way_of: Make) -> None:
    """Shared with ours: its points are another account's, the job, its role and the bucket are ours, and there."""
    way, shared = way_of(AWAY_WAY), Vault("far-away", RESTORER, OTHERS)
    there = cast(Vaults, backup_backends[OTHERS][AWAY])
    there.create_backup_vault(shared.name, {}, elsewhere.prepared(way.made.lab), "")
    there.share(shared.name, ACCOUNT)
    point = back_up(shared.name, BUCKET.id, way.made.clock.now() - timedelta(minutes=9), AWAY, OTHERS, timedelta())

    def restorer(of: Way) -> Any:
        return BucketFromVault(of.resource, of.selection, of.made.toolkit, vault=shared)

    way = replace(way, spec=replace(way.spec, restorer=restorer))
    assert look(way, "vault")[1].startswith("vault far-away of account 222222222222 is logically air-gapped")
    assert way.restorer.choose().id == point.point
    way.restored()
    assert way.calls("StartRestoreJob")[0]["IamRoleArn"] == RESTORER
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    there._points.clear()


def test_the_quota_is_that_of_the_account_wherever_its_buckets_stand(made: Estate) -> None:
    """Where a copy is to stand nothing may be yet, and the account may be full all the same."""
    of, beside = TYPES[BUCKET.type].quotas["buckets"], made.toolkit.account
    there = Account(AWAY, beside.guard)
    assert not [each for each in TYPES[BUCKET.type].listed(there) if each.id == BUCKET.id]
    assert of(there).used == of(beside).used == len(made.inventory()["buckets"])
