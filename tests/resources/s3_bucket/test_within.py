"""A bucket of an environment: proven before anything is put there, filled by S3 or through this machine, taken down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.copies import STACK_TAG, TAG
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy, CopyState, Place
from dr_orchestrator.domain.proof import SameObjects
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.s3_bucket.objects.comparing import Comparing
from dr_orchestrator.resources.s3_bucket.objects.copying import Copying, Target
from dr_orchestrator.resources.s3_bucket.objects.versions import Where, as_of, every
from dr_orchestrator.resources.s3_bucket.within import carrying
from dr_orchestrator.resources.s3_bucket.within.carrying import by_hand
from dr_orchestrator.resources.s3_bucket.within.filling import BucketFilling
from dr_orchestrator.resources.s3_bucket.within.member import BucketMember
from tests.support import buckets
from tests.support.estate import BUCKET, REGION, RUN, STACK, Estate
from tests.support.types import CALLS

_numbers = itertools.count(1)
STACK_ID = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dro-{RUN}-shop-prod/1"


@pytest.fixture
def stack(made: Estate) -> Copy:
    return made.copy_of(STACK)


@pytest.fixture
def member(made: Estate, stack: Copy) -> Iterator[Copy]:
    """A bucket of the run's stack, empty, and in the ledger."""
    name = f"dro-{RUN}-shop-prod-files-{next(_numbers)}"
    with made.lab.world.at_once():
        buckets.backend().create_bucket(name, REGION)
    buckets.backend().put_bucket_tagging(name, {TAG: RUN, STACK_TAG: STACK_ID})
    copy = made.ledger.intend(replace(stack, type="s3-bucket", id=name, parent=stack.id, source=None), made.clock)
    yield copy
    made.ledger.rows.clear()


def point(made: Estate) -> RecoveryPoint:
    return RecoveryPoint("p", PointKind.CONTINUOUS, made.clock.now(), "now", store="objects")


def members(made: Estate) -> BucketMember:
    return BucketMember(made.toolkit, Place("", REGION))


def filling(made: Estate, source: Resource, stack: Copy) -> BucketFilling:
    return BucketFilling(source, made.toolkit, stack)


def test_it_holds_what_the_source_held(made: Estate, stack: Copy, member: Copy) -> None:
    """Each object as it was at the instant; a second filling copies nothing."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1", "b": b"old"})
    made.clock.sleep(5)
    before = point(made)
    made.clock.sleep(5)
    buckets.put(made, source, {"b": b"new", "c": b"3"})
    filled = filling(made, source, stack)
    assert "2 objects of 4 bytes" in filled.fill(before, member).words
    assert buckets.held(member.id) == {"a": b"1", "b": b"old"}
    copied = len(made.calls("CopyObject"))
    assert "2 objects of them there already" in filled.fill(before, member).words
    assert len(made.calls("CopyObject")) == copied


def test_a_source_that_held_nothing_is_told(made: Estate, stack: Copy, member: Copy) -> None:
    """At the instant, whatever came since: an empty bucket would prove nothing."""
    source, before = buckets.bucket(made), point(made)
    made.clock.sleep(5)
    buckets.put(made, source, {"a": b"1"})
    with pytest.raises(NotRecoverable, match="has no version from"):
        filling(made, source, stack).fill(before, member)
    assert buckets.held(member.id) == {}


def test_nothing_is_put_into_what_is_not_the_runs(made: Estate, stack: Copy, member: Copy) -> None:
    """Production's own bucket, somebody else's, or one of the run under another type: the guard sends nothing."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    strange, other = buckets.bucket(made), buckets.bucket(made)
    made.ledger.intend(replace(member, type="dynamodb-table", id=other.id), made.clock)
    as_source = made.ledger.intend(replace(member, id=BUCKET.id), made.clock)
    sent = len(made.calls("CopyObject"))
    for target in (as_source, replace(member, id=strange.id), replace(member, id=other.id)):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            filling(made, source, stack).fill(point(made), target)
    assert len(made.calls("CopyObject")) == sent


@pytest.mark.parametrize("origin", ["somebody-elses", "images-prod-2", ""])
def test_nothing_is_copied_but_from_the_runs_own_source(member: Copy, origin: str) -> None:
    """The bucket that a CopySource names has to be one that the drill restores from, however it is written."""
    guard = Guard(CALLS, lambda: [member], frozenset({BUCKET.id}), {BUCKET.id}.__contains__)
    given: dict[str, Any] = {"Bucket": member.id, "Key": "a", "ExpectedBucketOwner": ACCOUNT}
    named = {"Bucket": BUCKET.id, "Key": "a", "VersionId": "1"}
    guard.check("s3", "CopyObject", {**given, "CopySource": named}, REGION)
    for source in ({**named, "Bucket": origin}, f"{origin}/a?versionId=1"):
        with pytest.raises(Forbidden, match="is not what this run restores from"):
            guard.check("s3", "CopyObject", {**given, "CopySource": source}, REGION)
    for operation in ("PutObject", "UploadPart"):
        with pytest.raises(Forbidden):
            guard.check("s3", operation, {**given, "Bucket": BUCKET.id, "Body": b""}, REGION)
    with pytest.raises(Forbidden, match="no drill gives it ACL"):
        guard.check("s3", "PutObject", {**given, "Body": b"", "ACL": "public-read"}, REGION)


def test_only_what_wears_the_stacks_tags_is_its_bucket(made: Estate, stack: Copy, member: Copy) -> None:
    """A name that AWS tells is no proof: neither of another stack's, nor of one that holds something already."""
    assert members(made).proven(member.id, stack, STACK_ID, empty=True).unique_id == f"{member.id}:{STACK_ID}"
    buckets.backend().put_object(member.id, "a", b"1")
    with pytest.raises(NotMeasured, match="holds objects already"):
        members(made).proven(member.id, stack, STACK_ID, empty=True)
    members(made).proven(member.id, stack, STACK_ID, empty=False)
    buckets.backend().put_bucket_tagging(member.id, {STACK_TAG: "another"})
    with pytest.raises(NotMeasured, match="nothing proves that the stack made it"):
        members(made).proven(member.id, stack, STACK_ID, empty=False)
    with pytest.raises(NotMeasured, match="is a registered source"):
        members(made).proven(BUCKET.id, stack, STACK_ID, empty=False)
    with pytest.raises(NotRecoverable, match="which is no s3-bucket"):
        members(made).proven(f"{member.id}-none", stack, STACK_ID, empty=False)


def test_one_that_outlived_its_stack_is_emptied_and_deleted(made: Estate, member: Copy) -> None:
    """Proven as any copy: by ledger row, tag and the id of the stack that made it."""
    buckets.backend().put_object(member.id, "a", b"1")
    known = members(made).identity(member.id)
    assert known is not None
    made.ledger.rows[member.id] = replace(made.ledger.rows[member.id], identity=known)
    assert members(made).destroy(member) is CopyState.DELETED
    assert members(made).identity(member.id) is None
    assert member.id not in buckets.backend().buckets


def carried(made: Estate, source: Resource, member: Copy) -> Copying:
    api, where, target = made.toolkit.account.api("s3"), Where(source.id, owner=ACCOUNT), Target(member, ACCOUNT)
    return Copying(
        by_hand(api, api, where, target), made.toolkit, api, where, target, as_of(every(api, where), made.clock.now())
    )


def test_what_is_carried_by_hand_is_all_there(made: Estate, member: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large ones in pieces, and empty ones: with what each says of itself, and its tags."""
    source, content = buckets.bucket(made), bytes(range(256)) * 50_000
    given: dict[str, Any] = {"ContentType": "image/png", "Metadata": {"by": "Ada"}, "Tagging": "kind=a%3Db"}
    for key, held in (("large", content), ("small", b"1"), ("empty", b"")):
        made.client("s3").put_object(Bucket=source.id, Key=key, Body=held, **given)
    made.clock.sleep(1)
    monkeypatch.setattr(carrying, "PIECE", 5 * 1024**2)
    done = carried(made, source, member).copy()
    assert (done.objects, done.bytes) == (3, len(content) + 1)
    assert buckets.held(member.id) == {"large": content, "small": b"1", "empty": b""}
    assert len(made.calls("UploadPart")) == 3
    for key in ("large", "small", "empty"):
        there = {"Bucket": member.id, "Key": key}
        told = made.client("s3").head_object(**there)
        assert (told["ContentType"], told["Metadata"]) == ("image/png", {"by": "Ada"})
        assert made.client("s3").get_object_tagging(**there)["TagSet"] == [{"Key": "kind", "Value": "a=b"}]


def test_what_was_given_up_puts_nothing_more(made: Estate, member: Copy) -> None:
    """A lane that goes on unawares after the others were stopped: not even what it has read already."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    api, where, target = made.toolkit.account.api("s3"), Where(source.id, owner=ACCOUNT), Target(member, ACCOUNT)
    (version,) = as_of(every(api, where), made.clock.now())

    def over() -> None:
        raise NotMeasured("given up")

    with pytest.raises(NotMeasured, match="given up"):
        by_hand(api, api, where, target)(version, over)
    assert buckets.held(member.id) == {}


def test_a_refusal_tells_of_the_buckets_own_policy(made: Estate, stack: Copy, member: Copy) -> None:
    """Which may forbid what production's callers never do: with the line to write."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    rule = made.lab.faults.add({"kind": "access-denied", "action": "CopyObject"})
    with pytest.raises(NotMeasured) as told:
        filling(made, source, stack).fill(point(made), member)
    made.lab.faults.remove(rule)
    assert "leave_out" in told.value.hint


def test_the_source_is_asked_by_whoever_may_read_it(made: Estate, stack: Copy, member: Copy) -> None:
    """Where the copy stands in another account: each side of a comparison by its own caller."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"a": b"1"})
    filled, asked = filling(made, source, stack), point(made)
    filled.fill(asked, member)
    api, heard = made.toolkit.account.api("s3"), list[str]()

    def of_copies(operation: str, **given: Any) -> Any:
        heard.append(given["Bucket"])
        return api.call(operation, **given)

    keyed = mock.patch.object(BucketFilling, "digests", lambda *_: False)
    wanted = mock.patch.object(BucketFilling, "wanted", lambda *_: filled._wanted(asked.data_time, member))
    with keyed, wanted:
        comparing = Comparing(filled, mock.Mock(call=of_copies), made.toolkit.patiently)
        (told,) = comparing.perform(SameObjects("same", read=True), member, ())
    assert (told.outcome, set(heard)) == (Outcome.PASSED, {member.id})
