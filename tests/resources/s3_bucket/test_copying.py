"""Objects are copied once each, whatever cuts it off; what cannot be copied is told, and the copy is shut."""

from __future__ import annotations

import itertools
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped
from dr_orchestrator.resources.s3_bucket.objects import large
from dr_orchestrator.resources.s3_bucket.objects.lanes import Lanes
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, every
from dr_orchestrator.resources.s3_bucket.objects.wanted import Wanted
from dr_orchestrator.waiting import aside
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make, Way


def copied(way: Way) -> Counter[str]:
    """How often each object was copied."""
    return Counter(each["Key"] for each in way.calls("CopyObject"))


@pytest.mark.parametrize("after", [0, 1, 7, 19])
def test_cut_off_after_any_write_it_goes_on_with_what_is_lacking(made: Estate, way_of: Make, after: int) -> None:
    """The process dies after so many copies: the next one copies the others, and none of those again."""
    source = buckets.bucket(made)
    buckets.put(made, source, {f"{key:02}": b"x" * key for key in range(20)})
    way = way_of("s3", source)
    way.restored(ready=False)
    rule = made.lab.faults.add({"kind": "access-denied", "action": "CopyObject", "after": after})
    with pytest.raises(DrillFault):
        way.restorer.ready(way.copy)
    made.lab.faults.remove(rule)
    before = copied(way)
    assert len(before) == after
    way.restorer.ready(way.copy)
    assert copied(way) == Counter(f"{key:02}" for key in range(20))
    assert buckets.held(way.copy.id) == buckets.held(source.id)
    way.restorer.destroy(way.copy)


def test_a_call_that_fails_in_passing_is_made_again(made: Estate, way_of: Make) -> None:
    """Throttled, or with its answer lost: the object is there once, and the drill goes on."""
    source = buckets.bucket(made)
    buckets.put(made, source, {f"{key:02}": b"x" for key in range(12)})
    way = way_of("s3", source)
    made.lab.faults.add({"kind": "lost-response", "action": "CopyObject", "after": 2, "times": 1})
    made.lab.faults.add({"kind": "throttle", "action": "CopyObject", "after": 5, "times": 3})
    way.restored()
    assert buckets.held(way.copy.id) == buckets.held(source.id)
    way.restorer.destroy(way.copy)


def test_an_object_too_large_for_one_call_is_copied_in_parts(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parts are all of it, in order; what it says of itself comes, too; parts that were left go with the copy."""
    source, content = buckets.bucket(made), bytes(range(256)) * 50_000
    given: dict[str, Any] = {"ContentType": "image/png", "Metadata": {"by": "Ada"}, "Tagging": "kind=a%3Db"}
    made.client("s3").put_object(Bucket=source.id, Key="large", Body=content, **given)
    made.clock.sleep(1)
    buckets.put(made, source, {"small": b"x"})
    monkeypatch.setattr(large, "MOST", 6_000_000)
    monkeypatch.setattr(large, "PART", 5 * 1024**2)
    way = way_of("s3", source)
    way.restored(ready=False)
    rule = made.lab.faults.add({"kind": "access-denied", "action": "UploadPartCopy", "after": 1})
    with pytest.raises(DrillFault):
        way.restorer.ready(way.copy)
    made.lab.faults.remove(rule)
    way.restorer.ready(way.copy)
    assert buckets.held(way.copy.id) == {"large": content, "small": b"x"}
    there = {"Bucket": way.copy.id, "Key": "large"}
    told = made.client("s3").head_object(**there)
    assert (told["ContentType"], told["Metadata"]) == ("image/png", {"by": "Ada"})
    assert made.client("s3").get_object_tagging(**there)["TagSet"] == [{"Key": "kind", "Value": "a=b"}]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert len(way.calls("AbortMultipartUpload")) == 1


@pytest.mark.parametrize("size", [5 * 1024**3 + 1, 5 * 1024**4, large.PART * 3])
def test_the_parts_of_an_object_are_all_of_it(size: int) -> None:
    """One after the other, none too small or too many for S3, up to 5 TB."""
    parts = list(large.stretches(size))
    assert (parts[0][0], parts[-1][1]) == (0, size - 1)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(parts))
    assert len(parts) <= 10_000
    assert all(last - first + 1 <= 5 * 1024**3 for first, last in parts)


def test_what_lies_in_an_archive_is_told(made: Estate, way_of: Make) -> None:
    """Nothing comes from there at once: the others are restored, and how many are not stands in the record."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"here": b"1"})
    made.client("s3").put_object(Bucket=source.id, Key="frozen", Body=b"2", StorageClass="DEEP_ARCHIVE")
    made.clock.sleep(1)
    way = way_of("s3", source)
    way.confirm(way.restore())
    assert "1 object not copied from an archive" in way.restorer.ready(way.copy).words
    assert buckets.held(way.copy.id) == {"here": b"1"}
    way.restorer.destroy(way.copy)


LISTED = Version("a", "gone", datetime(2026, 11, 20, tzinfo=UTC), 1, "0" * 32, latest=True)


def missing(made: Estate, way_of: Make, strike: Callable[[str], None]) -> DrillFault:
    """The fault of a drill whose listed version is not to be had, once that befell its bucket."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    way = way_of("s3", source)
    way.restored(ready=False)
    strike(source.id)
    with mock.patch.object(Wanted, "read", lambda _: iter([LISTED])), pytest.raises(DrillFault) as fault:
        way.restorer.ready(way.copy)
    way.restorer.destroy(way.copy)
    return fault.value


def test_a_version_that_goes_meanwhile_fails_the_drill(made: Estate, way_of: Make) -> None:
    """Listed and then gone, while S3 still knows its key: it cannot be recovered any more, and the drill says which."""
    found = missing(made, way_of, lambda _name: None)
    assert isinstance(found, NotRecoverable)
    assert re.search(r"version gone of 'a' was deleted from source-\d+ meanwhile", found.message)


def test_a_version_of_a_key_that_nobody_knows_proves_nothing(made: Estate, way_of: Make) -> None:
    """A listing may have told of what never was: that is no failure of the recovery."""
    found = missing(made, way_of, lambda name: buckets.backend().buckets[name].keys.clear())
    assert isinstance(found, NotMeasured)
    assert re.search(r"source-\d+ listed version gone of 'a', and does not give it", found.message)


def test_a_version_that_is_there_under_another_id_proves_nothing(made: Estate, way_of: Make) -> None:
    """The listing told of its content, and of an id that S3 does not know."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    way = way_of("s3", source)
    way.restored(ready=False)
    strange = [replace(each, id="strange") for each in every(Api(made.client("s3")), Where(source.id))]
    with (
        mock.patch.object(Wanted, "read", lambda _: iter(strange)),
        pytest.raises(NotMeasured, match="does not give it"),
    ):
        way.restorer.ready(way.copy)
    way.restorer.destroy(way.copy)


def test_it_is_encrypted_as_its_source_and_nobody_else_is_let_in(made: Estate, way_of: Make) -> None:
    """By the key of the source's bucket, and shut; one that somebody opens, or that has another key, is no copy."""
    source, s3 = buckets.bucket(made), made.client("s3")
    key = made.client("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    encrypted = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    s3.put_bucket_encryption(Bucket=source.id, **encrypted)
    buckets.put(made, source, {"a": b"1"})
    way = way_of("s3", source)
    way.restored()
    assert s3.head_object(Bucket=way.copy.id, Key="a")["SSEKMSKeyId"] == key
    assert f"shut to all outside of it, encrypted with {key}, as its source" in way.restorer.isolated(way.copy).words
    s3.delete_bucket_encryption(Bucket=way.copy.id)
    with pytest.raises(NotRecoverable, match="is encrypted with a key of S3, its source with arn:"):
        way.restorer.isolated(way.copy)
    s3.put_bucket_encryption(Bucket=way.copy.id, **encrypted)
    s3.delete_public_access_block(Bucket=way.copy.id)
    with pytest.raises(NotRecoverable, match="could be read from outside of its account"):
        way.restorer.isolated(way.copy)
    way.restorer.destroy(way.copy)


def test_the_copy_is_shut_before_anything_is_in_it(made: Estate, way_of: Make) -> None:
    """No object is copied into a bucket that somebody could have opened."""
    way = way_of("s3")
    way.restored()
    writes = [each.action for each in made.lab.journal[way.heard :] if each.action in way.spec.changes]
    assert writes[:2] == ["PutPublicAccessBlock", "PutBucketEncryption"]
    way.restorer.destroy(way.copy)


def test_another_accounts_bucket_of_the_copys_name_is_left_alone(made: Estate, way_of: Make) -> None:
    """Names of buckets are shared by all of AWS: the drill fails, and nothing is written into what is another's."""
    way = way_of("s3")
    made.lab.faults.add({"kind": "error", "action": "CreateBucket", "code": "BucketAlreadyExists", "http": 409})
    with pytest.raises(NotRecoverable, match="it is another account's"):
        way.restore()
    assert way.calls("CopyObject") == []


def test_one_that_fails_or_a_stop_ends_all_lanes() -> None:
    """What is under way when one of them fails begins nothing more, and what goes on is told that it is over."""
    begun: list[int] = []

    def act(number: int) -> None:
        begun.append(number)
        if number == 5:
            raise NotMeasured("that one")

    lanes = Lanes(iter(range(100_000)), act, "things")
    with pytest.raises(NotMeasured, match="that one"):
        lanes.run()
    assert len(begun) < 100_000
    with pytest.raises(NotMeasured, match="given up"):
        lanes.raise_if_over()

    def stop() -> None:
        raise Stopped("stopped")

    stopped = Lanes(iter(range(100_000)), lambda _: None, "things")
    with mock.patch.object(aside, "look", stop), pytest.raises(Stopped):
        stopped.run()


def test_what_failed_first_is_told_and_not_what_was_given_up_for_it() -> None:
    """The lane that waits longest is the first that is asked how it ended: its word says nothing of the cause."""
    begun, failed = threading.Barrier(2), threading.Event()

    def act(number: int) -> None:
        if number > 1:
            return
        begun.wait(30)
        if number == 1:
            failed.set()
            raise NotRecoverable("that one")
        failed.wait(30)
        while True:
            lanes.raise_if_over()

    for _ in range(3):
        lanes = Lanes(iter(range(2)), act, "things")
        failed.clear()
        with pytest.raises(NotRecoverable, match="that one"):
            lanes.run()


def test_a_locked_source_is_restored_and_its_lock_is_not(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held for years, by law, or by default, in one call and in parts: the copies are as free as the bucket is, whose
    teardown deletes them all, and the source's locks stand.
    """
    source, s3 = buckets.bucket(made), made.client("s3")
    of_source = buckets.backend().buckets[source.id]
    of_source.object_lock_enabled = True
    until = made.clock.now() + timedelta(days=3650)
    kept: dict[str, Any] = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
    held: dict[str, Any] = {"ObjectLockLegalHoldStatus": "ON"}
    for key, size, lock in (("kept", 5, kept), ("held", 5, held), ("large", 5_500_000, {**kept, **held})):
        s3.put_object(Bucket=source.id, Key=key, Body=b"x" * size, **lock)
    of_source.default_lock_mode, of_source.default_lock_days = "COMPLIANCE", 3650
    monkeypatch.setattr(large, "MOST", 5_400_000)
    monkeypatch.setattr(large, "PART", 5 * 1024**2)
    made.clock.sleep(1)
    way = way_of("s3", source)
    way.restored()
    assert buckets.held(way.copy.id).keys() == {"kept", "held", "large"}
    writes = ("CreateBucket", "CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload")
    given = [name for write in writes for call in way.calls(write) for name in call]
    assert len(given) > len(writes)
    assert not [name for name in given if "lock" in name.lower()]
    for key in ("kept", "held", "large"):
        told = s3.head_object(Bucket=way.copy.id, Key=key)
        assert not [name for name in told if name.startswith("ObjectLock")]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert s3.head_object(Bucket=source.id, Key="kept")["ObjectLockMode"] == "COMPLIANCE"
    assert s3.head_object(Bucket=source.id, Key="held")["ObjectLockLegalHoldStatus"] == "ON"
