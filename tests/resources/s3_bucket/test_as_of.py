"""A copy holds what the source held at the instant, to the object: whatever came after, went away or was lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.proof import SameObjects
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects import large
from dr_orchestrator.resources.s3_bucket.objects.comparing import Comparing
from dr_orchestrator.resources.s3_bucket.objects.versions import Tally, Where, as_of, every
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make, Way

STRANGE = (
    *("with blanks and ümlaut", "a?versionId=b", "100%25+1", "dir//slashes/", "/first", "\U0001f4a9", "bell \x07"),
    *("&<>", "quote\"'", "~tilde", "a" * 1024),
)


def at(way: Way, instant: datetime) -> Way:
    way.selection = Selection(Pick.AT, instant)
    return way


@pytest.fixture
def then(made: Estate) -> datetime:
    """The instant that is restored to: half an hour ago, by whole seconds."""
    return (made.clock.now() - timedelta(minutes=30)).replace(microsecond=0)


@pytest.mark.parametrize("late", [timedelta(), timedelta(microseconds=999_999), timedelta(seconds=1)])
def test_it_is_as_it_was_at_the_instant(made: Estate, way_of: Make, then: datetime, late: timedelta) -> None:
    """Overwritten, deleted, made again or new since: each object is the one of the instant, and no other is there.

    Also where it came within the second of the instant: S3 tells whole seconds alone.
    """
    source, hour = buckets.bucket(made), timedelta(hours=1)
    buckets.put(made, source, {"kept": b"1", "rewritten": b"old", "deleted": b"still", "gone": b"then"}, then - hour)
    buckets.drop(made, source, ["gone", "again"], then - hour / 2)
    buckets.put(made, source, {"rewritten": b"of then"}, then - timedelta(microseconds=1))
    buckets.put(made, source, {"rewritten": b"new", "born": b"since", "gone": b"back"}, then + late)
    buckets.drop(made, source, ["deleted"], then + late)
    way = at(way_of("s3", source), then)
    way.restored()
    assert buckets.held(way.copy.id) == {"kept": b"1", "rewritten": b"of then", "deleted": b"still"}
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_all_pages_are_read_wherever_they_end(made: Estate, way_of: Make, then: datetime) -> None:
    """2,600 versions and markers of 1,200 keys, so that a page ends within one: nothing is lost, or comes twice."""
    source = buckets.bucket(made)
    for number in range(2):
        buckets.put(
            made, source, {f"{key:05}": b"%d" % number for key in range(1200)}, then - timedelta(hours=2 - number)
        )
    buckets.drop(made, source, [f"{key:05}" for key in range(0, 1200, 6)], then - timedelta(seconds=1))
    way = at(way_of("s3", source), then)
    way.restored()
    assert buckets.held(way.copy.id) == {f"{key:05}": b"1" for key in range(1200) if key % 6}
    assert len([each for each in way.calls("ListObjectVersions") if each["Path"] == f"/{source.id}"]) >= 3
    way.restorer.destroy(way.copy)


def test_keys_may_hold_any_character(made: Estate, way_of: Make) -> None:
    """What looks like another version, a path, or is no text of XML: copied under the very same key, and deleted."""
    source = buckets.bucket(made)
    buckets.put(made, source, {key: key.encode() for key in STRANGE})
    way = way_of("s3", source)
    way.restored()
    assert buckets.held(way.copy.id) == {key: key.encode() for key in STRANGE}
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert buckets.held(source.id).keys() == set(STRANGE)


def test_what_an_object_says_of_itself_comes_with_it(made: Estate, way_of: Make) -> None:
    """Type, metadata and tags are those of the version that was copied."""
    source = buckets.bucket(made)
    made.client("s3").put_object(
        Bucket=source.id, Key="a", Body=b"x", ContentType="image/png", Metadata={"by": "Ada"}, Tagging="kind=photo"
    )
    made.clock.sleep(1)
    way = way_of("s3", source)
    way.restored()
    there = {"Bucket": way.copy.id, "Key": "a"}
    told = made.client("s3").head_object(**there)
    assert (told["ContentType"], told["Metadata"]) == ("image/png", {"by": "Ada"})
    assert made.client("s3").get_object_tagging(**there)["TagSet"] == [{"Key": "kind", "Value": "photo"}]
    way.restorer.destroy(way.copy)


def test_a_prefix_alone_is_restored(made: Estate, way_of: Make) -> None:
    """Of a bucket that declares one: nothing beside it, though it begins alike."""
    source = buckets.bucket(made, prefix="images/")
    buckets.put(made, source, {"images/1": b"1", "images/sub/2": b"2", "imagesque": b"3", "other": b"4"})
    way = way_of("s3", source)
    way.restored()
    assert buckets.held(way.copy.id) == {"images/1": b"1", "images/sub/2": b"2"}
    way.restorer.destroy(way.copy)


def test_what_suspended_versioning_lost_is_told(made: Estate, way_of: Make, then: datetime) -> None:
    """What was written over since stands under no version: the older one comes, and nobody says that this is all."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"old": b"kept", "lost": b"first"}, then - timedelta(hours=2))
    buckets.backend().put_bucket_versioning(source.id, "Suspended")
    buckets.put(made, source, {"lost": b"of then"}, then - timedelta(hours=1))
    buckets.put(made, source, {"lost": b"since", "new": b"since"}, then + timedelta(minutes=1))
    way = at(way_of("s3", source), then)
    look = next(each for each in way.restorer.preflight_checks(way.copy) if each.name == "versions")
    with pytest.raises(Exception, match="is suspended: what is written over now is lost at once"):
        look.perform()
    way.confirm(way.restore())
    assert "2 keys were written since while versioning was off" in way.restorer.ready(way.copy).words
    assert buckets.held(way.copy.id) == {"old": b"kept", "lost": b"first"}
    assert way.restorer.worst_case(made.clock.now()).whole is False
    way.restorer.destroy(way.copy)


def test_in_the_worst_case_versions_lose_nothing(made: Estate, way_of: Make, then: datetime) -> None:
    """They are kept up to the instant of a disaster, however long after it that is asked: no loss is negative."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"kept": b"1"}, then - timedelta(hours=1))
    case = way_of("s3", source).restorer.worst_case(then)
    assert (case.loss, case.whole) == (timedelta(), True)


def test_an_instant_before_the_first_version_makes_nothing(made: Estate, way_of: Make, then: datetime) -> None:
    """There is nothing to be restored: the drill fails before a bucket is made."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"new": b"x"})
    way = at(way_of("s3", source), then)
    with pytest.raises(NotRecoverable, match=r"has no version from before"):
        way.restore()
    assert not way.exists()


def test_versions_that_expire_bound_what_can_be_restored(made: Estate, way_of: Make) -> None:
    """A rule of the bucket lets versions go after 3 days: no instant from before is promised, by the rule that concerns
    the prefix.
    """
    source = buckets.bucket(made, prefix="images/")
    rules = [
        {
            "ID": prefix or "all",
            "Status": status,
            "Filter": {"Prefix": prefix},
            "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        }
        for prefix, status, days in (("images/", "Enabled", 3), ("logs/", "Enabled", 1), ("", "Disabled", 2))
    ]
    made.client("s3").put_bucket_lifecycle_configuration(Bucket=source.id, LifecycleConfiguration={"Rules": rules})
    way = at(way_of("s3", source), made.clock.now() - timedelta(days=4))
    with pytest.raises(NotRecoverable, match="outside its restorable window"):
        way.restorer.choose()
    at(way, made.clock.now() - timedelta(days=2, hours=23))
    assert way.restorer.choose().window_start > made.clock.now() - timedelta(days=3, minutes=1)


def test_whoever_pays_is_said(made: Estate, way_of: Make) -> None:
    """A bucket whose reader pays is read as one who does: in each listing of it, and each copying."""
    source = buckets.bucket(made, requester_pays=True)
    buckets.put(made, source, {"a": b"x"})
    asked: list[str] = []
    events = made.toolkit.account.api("s3")._client.meta.events

    def hear(model: Any, params: dict[str, Any], **_: Any) -> None:
        if params["headers"].get("x-amz-request-payer") == "requester":
            asked.append(model.name)

    events.register("before-call.s3.*", hear, unique_id="payer")
    way = way_of("s3", source)
    way.restored()
    events.unregister("before-call.s3.*", unique_id="payer")
    assert set(asked) == {"ListObjectVersions", "CopyObject"}
    way.restorer.destroy(way.copy)


def test_whoever_pays_is_said_of_each_object_that_is_read(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked into, read whole, and copied in parts: of the source each call says so, of the copy none."""
    source, s3 = buckets.bucket(made, requester_pays=True), made.client("s3")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=source.id, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=source.id, Key="large", Body=b"x" * 6_000_000, Tagging="a=b")
    buckets.put(made, source, {"a": b"x"})
    made.clock.sleep(1)
    monkeypatch.setattr(large, "MOST", 5_500_000)
    monkeypatch.setattr(large, "PART", 5 * 1024**2)
    asked: list[tuple[str, str, bool]] = []
    api = made.toolkit.account.api("s3")

    def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
        of = str(params.get("CopySource", params).get("Bucket"))
        asked.append((model.name, of, params.get("RequestPayer") == "requester"))

    api._client.meta.events.register("provide-client-params.s3.*", hear, unique_id="payer")
    way = way_of("s3", source)
    way.restored()
    (result,) = Comparing(way.restorer, api, made.toolkit.patiently).perform(
        SameObjects("same", read=True), way.copy, ()
    )
    assert result.outcome is Outcome.PASSED
    way.restorer.destroy(way.copy)
    api._client.meta.events.unregister("provide-client-params.s3.*", unique_id="payer")
    reads = {"ListObjectVersions", "HeadObject", "GetObject", "GetObjectTagging", "CopyObject", "UploadPartCopy"}
    assert {name for name, of, pays in asked if of == source.id and pays} == reads
    assert not [name for name, of, pays in asked if of == source.id and name in reads and not pays]
    assert not [name for name, of, pays in asked if of == way.copy.id and pays]


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class _Listing:
    """Lists a history as S3 does: by keys, the newest first, versions and markers apart, so many at a time."""

    def __init__(self, history: list[tuple[str, int, bool]], most: int) -> None:
        told = [(key, f"v{number}", second, marker) for number, (key, second, marker) in enumerate(history)]
        told.reverse()
        self.all = sorted(told, key=lambda each: each[0])
        self.most = most

    def call(self, operation: str, **given: Any) -> dict[str, Any]:
        assert operation == "ListObjectVersions"
        after = (given.get("KeyMarker"), given.get("VersionIdMarker"))
        begin = next((n + 1 for n, each in enumerate(self.all) if each[:2] == after), 0)
        page = self.all[begin : begin + self.most]
        latest = {key: id_ for key, id_, *_ in reversed(self.all)}
        rows: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
        for key, id_, second, marker in page:
            row = {"Key": key, "VersionId": id_, "LastModified": EPOCH + timedelta(seconds=second)}
            rows[marker].append({**row, "IsLatest": latest[key] == id_, "Size": 1, "ETag": '"x"'})
        more = begin + self.most < len(self.all)
        last = {"NextKeyMarker": page[-1][0], "NextVersionIdMarker": page[-1][1]} if more else {}
        return {"Versions": rows[False], "DeleteMarkers": rows[True], "IsTruncated": more, **last}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.booleans()), max_size=12),
    st.integers(0, 40),
    st.integers(1, 5),
    st.sampled_from([0, 1, 999_999]),
)
def test_of_any_history_each_key_is_as_it_was_then(
    steps: list[tuple[str, int, bool]], then: int, most: int, rest: int
) -> None:
    """Whatever was written and deleted, and wherever pages end: as a bucket that was watched all the while.

    An instant within a second is that second's begin: S3 tells no more.
    """
    second, history, there = 0, [], dict[str, str]()
    for number, (key, later, marker) in enumerate(steps):
        second += later
        history.append((key, second, marker))
        if second < then:
            there.pop(key, None)
            there |= {} if marker else {key: f"v{number}"}
    api: Any = _Listing(history, most)
    found = as_of(every(api, Where("b")), EPOCH + timedelta(seconds=then, microseconds=rest), tally := Tally())
    assert [(each.key, each.id) for each in found] == sorted(there.items())
    assert tally.objects == len(there)
