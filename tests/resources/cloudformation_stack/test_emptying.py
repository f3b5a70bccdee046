"""What a replica's buckets and repositories hold goes with it, to the last version, and nothing else does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from moto.s3.models import s3_backends

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving
from tests.support.replicas import BUCKET, REPOSITORY, Build, Replica, push, upload


def test_a_bucket_goes_with_all_its_versions_and_markers(build: Build) -> None:
    """Versions, delete markers and unfinished uploads: emptied by version id, then the stack is deleted once."""
    replica = build(BUCKET)
    s3, name = replica.made.client("s3"), upload(replica, 3)
    s3.delete_object(Bucket=name, Key="a/key with spaces & ümlaut")
    s3.create_multipart_upload(Bucket=name, Key="never finished")
    assert replica.destroy() is CopyState.DELETED
    assert not replica.exists
    assert name not in replica.buckets
    assert [call for call, _ in replica.changes if call != "s3:CreateMultipartUpload"] == [
        *("s3:DeleteObjects", "s3:AbortMultipartUpload", "cloudformation:DeleteStack"),
    ]
    assert f"emptied {name}: 4 versions and delete markers, 1 unfinished upload" in replica.told


def test_markers_alone_are_something_too(build: Build) -> None:
    """A bucket that looks empty to whoever lists its objects is emptied of its delete markers."""
    replica = build(BUCKET)
    s3, name = replica.made.client("s3"), replica.name("Uploads")
    s3.delete_object(Bucket=name, Key="never-there")
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
    assert replica.destroy() is CopyState.DELETED
    assert name not in replica.buckets


def test_an_empty_bucket_costs_no_deletion(build: Build) -> None:
    """Nothing in it, nothing deleted: CloudFormation takes it by itself."""
    replica = build(BUCKET)
    assert replica.destroy() is CopyState.DELETED
    assert [call for call, _ in replica.changes] == ["cloudformation:DeleteStack"]


def test_2500_versions_go_in_batches_of_a_thousand(build: Build) -> None:
    """As many as S3 takes in one call, and all of them; each call says whose bucket it means."""
    replica = build(BUCKET)
    name = replica.name("Uploads")
    versions = {each for key in range(25) for each in many(replica, name, f"orders/{key}", 100)}
    asked: list[dict[str, Any]] = []
    events = replica.made.toolkit.account.api("s3")._client.meta.events
    events.register("before-call.s3.DeleteObjects", lambda params, **_: asked.append(params))
    assert replica.destroy() is CopyState.DELETED
    batches = [re.findall("<VersionId>([^<]+)", each["body"].decode()) for each in asked]
    assert {version for batch in batches for version in batch} == versions
    assert len(versions) == 2500
    assert max(map(len, batches)) == 1000
    assert {each["headers"]["x-amz-expected-bucket-owner"] for each in asked} == {ACCOUNT}
    assert name not in replica.buckets


def many(replica: Replica, bucket: str, key: str, versions: int) -> list[str]:
    """Put so many versions of an object into a bucket; their ids."""
    put = s3_backends[ACCOUNT]["aws"].put_object
    with replica.made.lab.world.at_once():
        return [str(put(bucket, key, str(number).encode()).version_id) for number in range(versions)]


def test_a_bucket_that_refills_is_emptied_again(build: Build) -> None:
    """Logs are delivered while it is being emptied: the deletion fails, and the bucket is emptied once more."""
    replica = build(BUCKET)
    name = upload(replica, 1)
    emptied = len(replica.made.lab.journal)

    def deliver(**_: object) -> None:
        if len(replica.calls("DeleteStack")) == 1 and len(replica.made.lab.journal) > emptied:
            upload(replica, 1, name)
            cloud.meta.events.unregister("before-call.cloudformation.DescribeStacks", deliver)

    cloud = replica.made.toolkit.account.api("cloudformation")._client
    cloud.meta.events.register("before-call.cloudformation.DescribeStacks", deliver)
    assert replica.destroy() is CopyState.DELETED
    assert [call for call, _ in replica.changes] == [
        *("s3:DeleteObjects", "cloudformation:DeleteStack") * 2,
    ]
    assert "the deletion failed: AWS::S3::Bucket" in replica.told
    assert "The bucket you tried to delete is not empty" in replica.told


def test_images_go_in_batches_of_a_hundred(build: Build) -> None:
    """Each image once, by its digest, in the copy's own registry."""
    replica = build(REPOSITORY)
    name = push(replica, 130)
    assert replica.destroy() is CopyState.DELETED
    asked = replica.calls("BatchDeleteImage")
    assert [len(each["imageIds"]) for each in asked] == [100, 30]
    assert {each["registryId"] for each in asked} == {"123456789012"}
    assert all(set(image) == {"imageDigest"} for each in asked for image in each["imageIds"])
    assert f"emptied {name}: 130 images" in replica.told


def test_what_is_locked_is_named(build: Build) -> None:
    """An object under Object Lock cannot be deleted by anybody: the bucket stays, with key, reason and cost."""
    replica = build(BUCKET)
    s3, name = replica.made.client("s3"), replica.name("Uploads")
    s3_backends[ACCOUNT]["aws"].buckets[name].object_lock_enabled = True  # as somebody's policy may, afterwards
    until = replica.made.clock.now() + timedelta(days=3650)
    s3.put_object(Bucket=name, Key="kept", Body=b"x", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
    s3.put_object(Bucket=name, Key="free", Body=b"x")
    with pytest.raises(NotRecoverable) as fault:
        replica.destroy()
    said = fault.value.message
    assert f"AWS::S3::Bucket {name} (The bucket you tried to delete is not empty" in said
    assert "s3:DeleteObjects: 'kept'" in said
    assert "AccessDenied: Access Denied because object protected by object lock." in said
    assert "cost per day not known: tiers.yaml declares no `costs`" in said
    assert "not deleted in 3 tries" in said
    assert [each["Key"] for each in s3.list_object_versions(Bucket=name)["Versions"]] == ["kept"]
    assert not any("BypassGovernanceRetention" in str(given) for _, given in replica.changes)


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ("GetBucketLocation", False),
        ("GetBucketTagging", False),
        ("ListObjectVersions", False),
        ("DeleteObjects", True),
        ("GetTemplate", False),
        ("DescribeStackEvents", False),
    ],
)
def test_what_may_not_be_called_is_named(build: Build, action: str, changed: bool) -> None:
    """Access denied on the way: the bucket stays as it is, named with the call; nothing is changed unproven."""
    replica = build(BUCKET)
    name = upload(replica, 2)
    replica.made.lab.faults.add({"kind": "access-denied", "action": action})
    with pytest.raises(NotRecoverable, match=rf"{name} \(The bucket .*; [a-z0-9]+:{action}: AccessDenied"):
        replica.destroy()
    replica.made.lab.faults.clear()
    assert len(replica.made.client("s3").list_object_versions(Bucket=name)["Versions"]) == 2
    emptying = [call for call, _ in replica.changes if call.startswith("s3:")]
    assert bool(emptying) is changed
    assert replica.destroy() is CopyState.DELETED


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_the_template_keeps_is_not_emptied(build: Build, monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    """A policy that somebody gave the stack's bucket is the template's word: not one object goes, and it is named."""
    replica = build(BUCKET)
    name = upload(replica, 2)
    with monkeypatch.context() as patch:
        patch.setattr(Proving, "_resources_of", lambda *_: {"Uploads": {"DeletionPolicy": policy}})
        with pytest.raises(NotRecoverable, match=f"the template keeps AWS::S3::Bucket {name}.*cost per day not known"):
            replica.destroy()
    assert {call for call, _ in replica.changes} == {"cloudformation:DeleteStack"}
    assert len(replica.made.client("s3").list_object_versions(Bucket=name)["Versions"]) == 2
    assert replica.destroy() is CopyState.DELETED
