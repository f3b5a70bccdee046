"""The objects of a copy are compared with those of the instant: what differs fails, what cannot be told is told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.proof import SameObjects
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.resources.s3_bucket.objects.comparing import Comparing
from dr_orchestrator.resources.s3_bucket.objects.holding import alike
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.lying import Lie, Proxy
from tests.support.lying import answers as altered
from tests.support.ways import Make, Way

HELD = {f"{key:02}": b"content %d" % key for key in range(12)}


@pytest.fixture
def way(made: Estate, way_of: Make) -> Way:
    """A copy of a dozen objects."""
    source = buckets.bucket(made)
    buckets.put(made, source, HELD)
    return restored(way_of, source)


def restored(way_of: Make, source: Resource) -> Way:
    way = way_of("s3", source)
    way.restored()
    return way


def compared(way: Way, check: SameObjects | None = None) -> CheckResult:
    api, toolkit = way.made.toolkit.account.api("s3"), way.made.toolkit
    (result,) = Comparing(way.restorer, api, toolkit.patiently).perform(check or SameObjects("same"), way.copy, ())
    return result


def test_what_is_as_it_was_passes_by_the_listings_alone(way: Way) -> None:
    """Digests tell of all of it: no object is asked for by itself, and the newest is that of the source."""
    heard = len(way.made.lab.journal)
    result = compared(way)
    assert result.outcome is Outcome.PASSED
    assert result.observed == "12 alike of 12 objects of 110 bytes"
    assert result.proves_data
    newest = buckets.backend().buckets[way.resource.id].keys["11"].last_modified
    assert result.newest is not None
    assert result.newest.replace(tzinfo=None) == newest.replace(microsecond=0)
    assert {each.action for each in way.made.lab.journal[heard:]} <= {
        *("ListObjectVersions", "GetBucketTagging", "GetBucketEncryption", "GetCallerIdentity"),
    }


def _lost(way: Way) -> None:
    buckets.backend().delete_object(way.copy.id, "03")


def _new(way: Way) -> None:
    buckets.backend().put_object(way.copy.id, "03b", b"x")


def _other(way: Way) -> None:
    buckets.backend().put_object(way.copy.id, "03", b"CONTENT 3")


def _longer(way: Way) -> None:
    buckets.backend().put_object(way.copy.id, "03", b"content 3 and more")


def _last(way: Way) -> None:
    buckets.backend().delete_object(way.copy.id, "11")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_lost, "1 object is not in the copy: 03"),
        (_last, "1 object is not in the copy: 11"),
        (_new, "1 object is in the copy alone: 03b"),
        (_other, "1 object is another: 03"),
        (_longer, "1 object is another: 03"),
    ],
)
def test_any_difference_fails(way: Way, change: Callable[[Way], None], told: str) -> None:
    """One object of twelve that is missing, strange or other: the check fails and names it."""
    change(way)
    result = compared(way)
    assert result.outcome is Outcome.FAILED
    assert told in result.observed


@pytest.mark.parametrize(
    ("told_as", "times", "after", "outcome"),
    [
        ("99", 1, 0, Outcome.PASSED),
        ("99", 1, 2, Outcome.PASSED),
        ("99", 2, 1, Outcome.INCONCLUSIVE),
        ("99", 0, 0, Outcome.PASSED),
        ("0", 1, 0, Outcome.PASSED),
    ],
    ids=["once", "never met", "the copy's, then the source's", "both, always", "out of order"],
)
def test_one_listing_proves_no_loss(
    way: Way, lying: Proxy, told_as: str, times: int, after: int, outcome: Outcome
) -> None:
    """A key that an answer garbles is missing, and another too many: it counts where two comparisons say so.

    Where both listings garble it alike nothing differs.
    """
    said = Lie(
        altered.replaced("<Key>11</Key>", f"<Key>{told_as}</Key>"), "ListObjectVersions", times=times, after=after
    )
    with lying.lying(said):
        result = way.made.toolkit.patiently(lambda: compared(way))
    assert result.outcome is outcome, result.observed


@pytest.mark.parametrize(
    ("key", "content"), [("03", b"content 3 and more"), ("03", b"CONTENT 3"), ("03b", b"came in that second")]
)
def test_what_came_in_the_very_second_of_the_instant_is_not_judged(way: Way, key: str, content: bytes) -> None:
    """A copy that AWS Backup filled may hold it, and nobody can tell which came first: neither failed nor passed.

    Of another key that differs the check fails all the same.
    """
    instant = way.restorer.wanted(way.copy).instant
    buckets.put(way.made, way.resource, {key: content}, instant + timedelta(microseconds=700_000))
    buckets.backend().put_object(way.copy.id, key, content)
    result = compared(way)
    assert result.outcome is Outcome.INCONCLUSIVE, result.observed
    assert f"written in the very second of the instant: which came first is not told: {key}" in result.observed
    _last(way)
    assert compared(way).outcome is Outcome.FAILED


def test_what_came_since_does_not_count(way: Way) -> None:
    """The source goes on: the copy is held to the instant."""
    buckets.put(way.made, way.resource, {"new": b"x", "03": b"other"}, way.made.clock.now() + timedelta(seconds=2))
    assert compared(way).outcome is Outcome.PASSED


def of_parts(made: Estate, source: Resource, *, checksum: str = "") -> None:
    """Somebody uploads an object in two parts: its ETag is no digest."""
    s3, named = made.client("s3"), {"Bucket": source.id, "Key": "parts"}
    upload = s3.create_multipart_upload(**named)["UploadId"]
    parts = []
    for number, part in enumerate((b"a" * 5 * 1024**2, b"b"), 1):
        told = s3.upload_part(**named, UploadId=upload, PartNumber=number, Body=part)
        parts.append({"ETag": told["ETag"], "PartNumber": number})
    s3.complete_multipart_upload(**named, UploadId=upload, MultipartUpload={"Parts": parts})
    if checksum:
        made_of = buckets.backend().buckets[source.id].keys["parts"]
        made_of.checksum_algorithm, made_of.checksum_value = "SHA256", checksum
    made.clock.sleep(1)


def test_a_checksum_tells_where_an_etag_is_no_digest(made: Estate, way_of: Make) -> None:
    """Of an object of parts: alike where both have the same checksum of all of it, other where it differs."""
    source = buckets.bucket(made)
    of_parts(made, source, checksum="c29tZXRoaW5n")
    way = restored(way_of, source)
    assert compared(way).outcome is Outcome.PASSED
    buckets.backend().buckets[way.copy.id].keys["parts"].checksum_value = "b3RoZXI="
    assert "1 object is another: parts" in compared(way).observed


def test_where_nothing_tells_it_is_not_passed(made: Estate, way_of: Make) -> None:
    """Neither checksum nor digest: inconclusive with what to write; read, it is alike, or other."""
    source = buckets.bucket(made)
    of_parts(made, source)
    way = restored(way_of, source)
    result = compared(way)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "1 object is unknown, by no checksum or digest of both: `read: true` reads them: parts" in result.observed
    read = SameObjects("same", read=True)
    assert compared(way, read).outcome is Outcome.PASSED
    there = buckets.backend().buckets[way.copy.id].keys["parts"]
    there.value = there.value[:-1] + b"c"
    there._etag = None
    assert compared(way, read).outcome is Outcome.FAILED


def test_no_etag_under_a_key_of_kms_is_taken_for_a_digest(made: Estate, way_of: Make) -> None:
    """Two copies of the same bytes have two ETags then: that is no difference, and no proof."""
    source = buckets.bucket(made)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    made.client("s3").put_bucket_encryption(Bucket=source.id, ServerSideEncryptionConfiguration={"Rules": [rule]})
    buckets.put(made, source, {"a": b"1"})
    way = restored(way_of, source)
    assert compared(way).outcome is Outcome.INCONCLUSIVE
    assert compared(way, SameObjects("same", read=True)).outcome is Outcome.PASSED


def test_a_sample_looks_into_so_many_and_says_what_it_is_worth(made: Estate, way_of: Make) -> None:
    """Of those that no listing tells of: drawn by the seed, the same again, with what may be wrong at most."""
    source = buckets.bucket(made)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    made.client("s3").put_bucket_encryption(Bucket=source.id, ServerSideEncryptionConfiguration={"Rules": [rule]})
    buckets.put(made, source, HELD)
    way = restored(way_of, source)
    looked = []
    for _ in range(2):
        heard = len(made.lab.journal)
        result = compared(way, SameObjects("same", sample=5, seed=3, read=True))
        asked = (each for each in made.lab.journal[heard:] if each.action == "HeadObject")
        looked.append({each.params["Key"] for each in asked if each.params["Bucket"] == way.copy.id})
    assert result.outcome is Outcome.PASSED
    assert "5 of 12 that no listing tells of looked into (seed 3): with 95 % confidence at most 4 of" in result.observed
    assert looked[0] == looked[1]
    assert len(looked[0]) == 5


def test_what_lies_in_an_archive_is_not_passed(made: Estate, way_of: Make) -> None:
    """It was not restored, and nobody knows whether it could be: not failed, not passed."""
    source = buckets.bucket(made)
    buckets.put(made, source, HELD)
    made.client("s3").put_object(Bucket=source.id, Key="frozen", Body=b"2", StorageClass="GLACIER")
    made.clock.sleep(1)
    result = compared(restored(way_of, source))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "1 object is in an archive, from where nothing comes at once: frozen" in result.observed


WHOLE = {"ETag": '"a-2"', "ChecksumType": "FULL_OBJECT", "ChecksumCRC64NVME": "AAAAAAAAAAA="}
PARTS = {"ETag": '"b-2"', "ChecksumType": "COMPOSITE", "ChecksumSHA256": "c29tZXRoaW5n-2"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PARTS, {**PARTS, "ETag": '"c-2"'}, True),
        (PARTS, {**PARTS, "ChecksumSHA256": "b3RoZXI=-2"}, None),
        (PARTS, {**PARTS, "ChecksumSHA256": "c29tZXRoaW5n-3"}, None),
        (PARTS, {**PARTS, "ChecksumType": "FULL_OBJECT", "ChecksumSHA256": "c29tZXRoaW5n"}, None),
        ({**PARTS, "ChecksumSHA256": "c29tZXRoaW5n"}, {**PARTS, "ChecksumSHA256": "c29tZXRoaW5n"}, None),
        (PARTS, WHOLE, None),
        (WHOLE, dict(WHOLE), True),
        (WHOLE, {**WHOLE, "ChecksumCRC64NVME": "BBBBBBBBBBB="}, False),
        ({**WHOLE, **PARTS, "ChecksumType": "FULL_OBJECT"}, {**WHOLE, "ChecksumSHA256": "b3RoZXI=-2"}, True),
        ({k: v for k, v in PARTS.items() if k != "ChecksumType"}, PARTS, True),
    ],
)
def test_a_checksum_of_parts_proves_sameness_and_no_difference(
    one: dict[str, str], other: dict[str, str], same: bool | None
) -> None:
    """The same one of as many parts is of the same bytes; another may be of the same bytes in other parts, and one of
    parts is never held against one of all.
    """
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_ten_thousand_objects_are_listed_compared_and_deleted_in_pages(made: Estate, way_of: Make) -> None:
    """None is left out where a page ends, at either bucket: all are alike, and all are deleted."""
    source, number = buckets.bucket(made), 10_000
    buckets.put(made, source, {f"{key:05}": b"%d" % key for key in range(number)})
    way = way_of("s3", source)
    way.restored(ready=False)
    there, of_source = (buckets.backend().buckets[name].keys for name in (way.copy.id, source.id))
    for key in of_source:
        if key != "07000":
            dict.__setitem__(there, key, [copy.copy(of_source[key])])
    way.restorer.ready(way.copy)
    assert [each["Key"] for each in way.calls("CopyObject")] == ["07000"]
    result = compared(way)
    assert (result.outcome, result.observed) == (Outcome.PASSED, "10,000 alike of 10,000 objects of 38,890 bytes")
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert len(way.calls("DeleteObjects")) == 10
