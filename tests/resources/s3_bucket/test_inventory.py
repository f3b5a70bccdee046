"""A bucket that S3 itself lists once a day is restored by the newest list, as of its instant."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects.inventory import Lists
from dr_orchestrator.resources.s3_bucket.objects.versions import Where
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make, Way

STRANGE = ("with blanks and ümlaut", "a?versionId=b", "100%25+1", "quote\"',", "\U0001f4a9")
HOUR = timedelta(hours=1)


@pytest.fixture
def source(made: Estate) -> Resource:
    """A bucket with a history, an inventory, and what came after its first list."""
    bucket = buckets.inventory(made, buckets.bucket(made))
    began = made.clock.now()
    held = {key: key.encode() for key in STRANGE}
    buckets.put(made, bucket, {**held, "rewritten": b"old", "deleted": b"then"}, began - HOUR)
    buckets.put(made, bucket, {"rewritten": b"of then"}, began)
    buckets.drop(made, bucket, ["deleted"], began)
    buckets.listed(made)
    buckets.put(made, bucket, {"rewritten": b"since", "born": b"since"})
    buckets.drop(made, bucket, [STRANGE[0]])
    return bucket


def pages(way: Way, bucket: str) -> list[dict[str, Any]]:
    return [each for each in way.calls("ListObjectVersions") if each["Path"] == f"/{bucket}"]


def checks(way: Way) -> dict[str, Callable[[], str]]:
    return {each.name: each.perform for each in way.restorer.preflight_checks(way.copy)}


def files(source: Resource) -> dict[str, Any]:
    """The files of the inventory, by their keys."""
    return buckets.backend().buckets[source.own["inventory"].bucket].keys  # type: ignore[no-any-return]


def change(source: Resource, ending: str, into: Callable[[bytes], bytes]) -> None:
    """Change a file of the newest list."""
    (key,) = [each for each in files(source) if each.endswith(ending)]
    buckets.backend().put_object(source.own["inventory"].bucket, key, into(files(source)[key].value))


def test_it_is_as_it_was_when_s3_looked(made: Estate, way_of: Make, source: Resource) -> None:
    """Of any key, to the object; nothing that came since; and the bucket itself is not listed at all."""
    way = way_of("s3", source)
    way.restored()
    held = {key: key.encode() for key in STRANGE}
    assert buckets.held(way.copy.id) == {**held, "rewritten": b"of then"}
    assert pages(way, source.id) == []
    began = made.clock.now() - buckets.lists.TAKES
    assert abs(way.restorer.choose().data_time - began) < timedelta(minutes=5)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_an_instant_before_it_is_restored_by_it(made: Estate, way_of: Make, source: Resource) -> None:
    """It tells of each version that there still is; an instant that is later than it cannot be had."""
    way = way_of("s3", source)
    way.selection = Selection(Pick.AT, made.clock.now() - buckets.FIRST - HOUR / 2)
    way.restored()
    assert buckets.held(way.copy.id)["rewritten"] == b"old"
    assert buckets.held(way.copy.id)["deleted"] == b"then"
    way.restorer.destroy(way.copy)
    late = way_of("s3", source)
    late.selection = Selection(Pick.AT, made.clock.now() - HOUR)
    with pytest.raises(NotRecoverable):
        late.restorer.choose()


def test_a_drill_that_died_goes_on_by_the_same_list(made: Estate, way_of: Make, source: Resource) -> None:
    """Whatever was copied is not copied again."""
    way = way_of("s3", source)
    way.restored(ready=False)
    rule = made.lab.faults.add({"kind": "access-denied", "action": "CopyObject", "after": 3})
    with pytest.raises(NotMeasured):
        way.restorer.ready(way.copy)
    made.lab.faults.remove(rule)
    way.restorer.ready(way.copy)
    assert buckets.held(way.copy.id)["rewritten"] == b"of then"
    assert len(way.calls("CopyObject")) == len(STRANGE) + 1
    way.restorer.destroy(way.copy)


def test_only_a_list_from_before_the_disaster_counts(made: Estate, way_of: Make, source: Resource) -> None:
    """The list of the next day is taken once it is there, hours after S3 looked: not while it is still made."""
    first = way_of("s3", source).restorer.choose().data_time
    made.clock.sleep((timedelta(days=1) - HOUR).total_seconds())
    assert way_of("s3", source).restorer.choose().data_time == first
    struck = made.clock.now()
    made.clock.sleep(2 * HOUR.total_seconds())
    assert way_of("s3", source).restorer.choose().data_time - first == timedelta(days=1)
    lists = Lists(Api(made.client("s3")), Where(source.id), source.own["inventory"])
    assert lists.newest(struck).began == first


def test_the_worst_case_is_the_gap_and_the_making(made: Estate, way_of: Make, source: Resource) -> None:
    """A day between two lists, and the hours until the next one is there."""
    made.clock.sleep(timedelta(days=3).total_seconds())
    case = way_of("s3", source).restorer.worst_case(made.clock.now())
    assert case is not None
    assert case.gap == timedelta(days=1)
    assert case.backup is not None
    assert timedelta() <= case.backup - buckets.lists.TAKES < timedelta(minutes=1)
    assert case.loss == case.gap + case.backup


def test_a_plan_tells_of_the_newest_list(made: Estate, way_of: Make, source: Resource) -> None:
    """By its instant; of a bucket without an inventory that it is asked itself."""
    told = checks(way_of("s3", source))["inventory"]()
    assert told.startswith("listed daily by inventory daily; the newest list is of ")
    with pytest.raises(NotApplicable):
        checks(way_of("s3", buckets.bucket(made)))["inventory"]()


CONFIGURED: dict[str, tuple[dict[str, Any], str]] = {
    "off": ({"IsEnabled": False}, "inventory daily is switched off"),
    "newest versions": ({"IncludedObjectVersions": "Current"}, "inventory daily lists no versions but the newest"),
    "a part": ({"Filter": {"Prefix": "images/"}}, "inventory daily lists only what begins with 'images/'"),
    "another form": ({"Format": "Parquet"}, "inventory daily makes Parquet, and CSV alone is read"),
    "no sizes": ({"OptionalFields": ["ETag", "StorageClass"]}, "inventory daily tells no Size, LastModifiedDate"),
    "elsewhere": ({"prefix": "other"}, "inventory daily lies in source-[0-9]+-lists/other"),
}


@pytest.mark.parametrize("case", CONFIGURED)
def test_an_inventory_that_does_not_do_is_told_by_a_plan(made: Estate, way_of: Make, case: str) -> None:
    """With what to change in it, before anything is made."""
    told, wrong = CONFIGURED[case]
    bucket = buckets.inventory(made, buckets.bucket(made), **told)
    declared = bucket.own["inventory"].model_copy(update={"prefix": "s3/lists"})
    bucket = replace(bucket, own={"inventory": declared})
    buckets.listed(made)
    with pytest.raises(NotRecoverable, match=wrong) as fault:
        checks(way_of("s3", bucket))["inventory"]()
    assert fault.value.hint


def test_one_that_is_not_there_or_has_no_list_yet_is_told(made: Estate, way_of: Make) -> None:
    """Neither chooses an instant."""
    bucket = buckets.inventory(made, buckets.bucket(made))
    with pytest.raises(NotRecoverable, match="no list of inventory daily was published"):
        way_of("s3", bucket).restorer.choose()
    other = bucket.own["inventory"].model_copy(update={"id": "weekly"})
    with pytest.raises(NotRecoverable, match="has no inventory weekly"):
        checks(way_of("s3", replace(bucket, own={"inventory": other})))["inventory"]()


def test_only_what_is_below_the_prefix_is_restored(made: Estate, way_of: Make) -> None:
    """The inventory may list more."""
    bucket = buckets.inventory(made, buckets.bucket(made, prefix="images/"), prefix="")
    buckets.put(made, bucket, {"images/a": b"1", "other/b": b"2"})
    buckets.listed(made)
    way = way_of("s3", bucket)
    way.restored()
    assert buckets.held(way.copy.id) == {"images/a": b"1"}
    way.restorer.destroy(way.copy)


def _rows(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda held: gzip.compress(change(gzip.decompress(held).decode()).encode())


def _manifest(**told: Any) -> Callable[[bytes], bytes]:
    return lambda held: json.dumps({**json.loads(held), **told}).encode()


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a manifest that was changed": ("manifest.json", _manifest(files=[]), "is not as its checksum says"),
    "a file that was changed": (
        ".csv.gz",
        _rows(lambda text: text.replace('"true"', '"false"')),
        "is not the file of|bytes came",
    ),
    "a file that ends early": (".csv.gz", lambda held: held[: len(held) // 2], "cannot be read|of [0-9]+ bytes came"),
    "no file of gzip": (".csv.gz", lambda held: b"x" * len(held), "cannot be read after row 0"),
    "a time of no zone": (".csv.gz", _rows(lambda text: text.replace('Z"', '"')), "cannot be read|bytes came"),
    "a row that says nothing": (".csv.gz", _rows(lambda text: text + '"a","b"\n'), "cannot be read|bytes came"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_list_that_was_changed_restores_nothing(made: Estate, way_of: Make, source: Resource, case: str) -> None:
    """Told by its file; no bucket is made of what it says."""
    ending, into, told = BROKEN[case]
    change(source, ending, into)
    way = way_of("s3", source)
    with pytest.raises(NotMeasured, match=told):
        way.restored()
    assert way.calls("CreateBucket") == []


def test_a_file_is_the_one_of_its_manifest(made: Estate, way_of: Make, source: Resource) -> None:
    """As large, and read to its end, and of another day: by its digest it is not taken."""
    change(source, "manifest.json", lambda held: held.replace(b'"MD5checksum": "', b'"MD5checksum": "0'))
    (key,) = [each for each in files(source) if each.endswith("manifest.json")]
    digest = hashlib.md5(files(source)[key].value, usedforsecurity=False).hexdigest()
    change(source, "checksum", lambda _: digest.encode())
    with pytest.raises(NotMeasured, match="is not the file of its manifest"):
        way_of("s3", source).restored()


def test_a_file_that_is_gone_is_told(made: Estate, way_of: Make, source: Resource) -> None:
    """A list whose files a lifecycle rule has deleted is no empty bucket."""
    (key,) = [each for each in files(source) if each.endswith(".csv.gz")]
    buckets.backend().delete_object(source.own["inventory"].bucket, key)
    with pytest.raises(NotMeasured, match="which belongs to a list, is gone"):
        way_of("s3", source).restored()


def test_a_list_is_whole_once_its_checksum_is_there(made: Estate, way_of: Make, source: Resource) -> None:
    """S3 writes that last: until then the list before it counts, or none."""
    (key,) = [each for each in files(source) if each.endswith("checksum")]
    buckets.backend().delete_object(source.own["inventory"].bucket, key)
    with pytest.raises(NotRecoverable, match="no list of inventory daily was published"):
        way_of("s3", source).restorer.choose()


@pytest.mark.parametrize("order", [1, -1])
def test_of_one_second_s3_itself_is_asked(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    """A list has no order, and S3 has one, of versions; whether a deletion of that second came last tells neither."""
    bucket = buckets.inventory(made, buckets.bucket(made))
    then = made.clock.now().replace(microsecond=0) - HOUR
    for content in (b"first", b"second"):
        buckets.put(made, bucket, {"twice": content, "gone": content, "alone": content}, then)
    buckets.drop(made, bucket, ["gone"], then)
    buckets.put(made, bucket, {"twice": b"later", "gone": b"later"}, then + HOUR / 2)
    original = buckets.lists._rows
    monkeypatch.setattr(buckets.lists, "_rows", lambda *given: list(original(*given))[::order])
    buckets.listed(made)
    way = way_of("s3", bucket)
    way.selection = Selection(Pick.AT, then + HOUR / 4)
    way.restored()
    found = buckets.held(way.copy.id)
    assert (found["twice"], found["alone"]) == (b"second", b"second")
    wanted = way.restorer.wanted(way.copy)
    assert [each.key for each in wanted.read()] == ["alone", "gone", "twice"]
    assert wanted.whole.tied == 1
    assert {each["prefix"] for each in pages(way, bucket.id)} == {"twice", "gone"}
    way.restorer.destroy(way.copy)


def test_a_bucket_that_ceased_to_keep_versions_is_refused(made: Estate, way_of: Make, source: Resource) -> None:
    """No list tells what was written over since."""
    buckets.backend().put_bucket_versioning(source.id, "Suspended")
    with pytest.raises(NotRecoverable, match="no inventory tells what was written over since"):
        way_of("s3", source).restorer.choose()


def test_a_list_that_vanished_is_not_replaced_by_an_older_one(made: Estate, way_of: Make, source: Resource) -> None:
    """The instant was chosen by it: what the older one lacks would count as what there was."""
    made.clock.sleep(timedelta(days=1).total_seconds())
    way = way_of("s3", source)
    way.restored(ready=False)
    began = way.restorer.choose().data_time
    for key in [*files(source)]:
        if f"/{began:%Y-%m-%dT%H-%MZ}/" in key:
            buckets.backend().delete_object(source.own["inventory"].bucket, key)
    with pytest.raises(NotMeasured, match="before the instant"):
        way.restorer.ready(way.copy)
    way.restorer.destroy(way.copy)


def test_versions_that_go_sooner_than_lists_come_are_told(made: Estate, way_of: Make, source: Resource) -> None:
    """What was there when S3 looked may be gone by now."""
    expires = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rules = {"Rules": [{**expires, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}]}
    made.client("s3").put_bucket_lifecycle_configuration(Bucket=source.id, LifecycleConfiguration=rules)
    made.clock.sleep(timedelta(days=1).total_seconds())
    case = way_of("s3", source).restorer.worst_case(made.clock.now())
    assert case is not None
    assert not case.whole
    made.clock.sleep(timedelta(hours=23).total_seconds())
    with pytest.raises(NotRecoverable, match="is sure to be kept only from"):
        way_of("s3", source).restorer.choose()


def test_what_is_no_list_is_passed_over(made: Estate, way_of: Make, source: Resource) -> None:
    """Somebody's own file beside them hides none."""
    into = source.own["inventory"]
    buckets.backend().put_object(into.bucket, f"{into.prefix}/{source.id}/daily/0-README", b"lists of S3")
    assert way_of("s3", source).restorer.choose()


def test_nothing_of_a_list_stays_on_the_disk(
    made: Estate, way_of: Make, source: Resource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has no name while it is read: no kill leaves production's keys there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lists = Lists(Api(made.client("s3")), Where(source.id), source.own["inventory"])
    found = lists.versions(lists.newest(made.clock.now()))
    assert next(found).key
    assert [*tmp_path.iterdir()] == []


def test_many_files_of_any_order_are_read_in_the_order_of_the_keys(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inventory has no order, and its lists have many files."""
    monkeypatch.setattr(buckets.lists, "_ROWS", 7)
    bucket = buckets.inventory(made, buckets.bucket(made))
    keys = [f"{number * 7919 % 100:03}" for number in range(100)]
    for content in (b"1", b"2"):
        buckets.put(made, bucket, dict.fromkeys(keys, content), made.clock.now() - HOUR / int(content))
    buckets.listed(made)
    way = way_of("s3", bucket)
    way.restored()
    assert len([each for each in files(bucket) if each.endswith(".csv.gz")]) == 29
    assert buckets.held(way.copy.id) == dict.fromkeys(keys, b"2")
    way.restorer.destroy(way.copy)


def test_versions_of_the_time_without_are_read(made: Estate, way_of: Make) -> None:
    """An inventory names none for them."""
    bucket = buckets.bucket(made, versioning="")
    buckets.put(made, bucket, {"early": b"1"})
    buckets.backend().put_bucket_versioning(bucket.id, "Enabled")
    bucket = buckets.inventory(made, bucket)
    buckets.listed(made)
    way = way_of("s3", bucket)
    way.restored()
    assert buckets.held(way.copy.id) == {"early": b"1"}
    way.restorer.destroy(way.copy)
