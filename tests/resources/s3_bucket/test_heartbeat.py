"""The heartbeat of a bucket is one object, which `dro canary` alone may put, and a copy shows it as of its instant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.guard import Forbidden, OneWriteGuard
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.domain.drill import CanaryItem, ItemsAtLeast, Pick, RestoredItem, Selection
from dr_orchestrator.domain.service import Canary, Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotMeasured, UsageError
from dr_orchestrator.resources.s3_bucket.heartbeat import BEAT, is_heartbeat
from dr_orchestrator.resources.s3_bucket.objects.beating import ObjectWriter
from dr_orchestrator.resources.s3_bucket.objects.reading import Objects
from dr_orchestrator.resources.s3_bucket.objects.versions import Where
from tests.support import buckets
from tests.support.estate import REGION, Estate
from tests.support.types import CALLS
from tests.support.ways import Make

CANARY = Canary(timedelta(minutes=1), key={"object": "dro/beat.json"}, attribute="at")
GOOD: dict[str, Any] = {
    "Bucket": "b",
    "Key": "dro/beat.json",
    "Body": json.dumps({"at": "2026-01-01", "sequence": 1}),
    "ContentType": "application/json",
    "ExpectedBucketOwner": "123456789012",
    "IfNoneMatch": "*",
}


def writer(made: Estate, source: Resource) -> ObjectWriter:
    guard = OneWriteGuard(CALLS, BEAT.operation, lambda parameters: is_heartbeat(source.id, CANARY, parameters))
    return ObjectWriter(Account(REGION, guard), source.id, CANARY, made.clock)


@pytest.mark.parametrize(
    ("changed", "good"),
    [
        ({}, True),
        ({"IfNoneMatch": None, "IfMatch": '"x"'}, True),
        ({"IfNoneMatch": None}, False),
        ({"IfMatch": '"x"'}, False),
        ({"Bucket": "c"}, False),
        ({"Key": "dro/beat.json.bak"}, False),
        ({"ACL": "public-read"}, False),
        ({"Body": json.dumps({"at": "x", "sequence": 1, "more": 2})}, False),
        ({"Body": "[]"}, False),
        ({"ExpectedBucketOwner": None}, False),
    ],
)
def test_no_put_but_the_declared_one_is_the_heartbeat(changed: dict[str, Any], good: bool) -> None:
    """Its key, its fields, and only over what was read before: anything else is never sent."""
    given = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    assert is_heartbeat("b", CANARY, given) is good


def test_each_beat_is_numbered_and_written_over_the_last(made: Estate) -> None:
    """The first makes the object, the others count on from what is there; a drill's guard lets none of them through."""
    source = buckets.bucket(made)
    beating = writer(made, source)
    assert [beating.beat().sequence for _ in range(3)] == [1, 2, 3]
    held = json.loads(buckets.held(source.id)["dro/beat.json"])
    assert held.keys() == {"at", "sequence"}
    assert held["sequence"] == 3
    with pytest.raises(Forbidden):
        made.toolkit.account.api("s3").call("PutObject", **{**GOOD, "Bucket": source.id})


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"photo", b'{"at": 1, "sequence": true}', b"x" * 100_000])
def test_somebodys_data_is_never_written_over(made: Estate, content: bytes) -> None:
    """An object of that key that is no heartbeat: told as the user's to mend, and left as it is."""
    source = buckets.bucket(made)
    buckets.put(made, source, {"dro/beat.json": content})
    with pytest.raises(UsageError, match=r"nothing was written|is no heartbeat|holds no"):
        writer(made, source).beat()
    assert buckets.held(source.id) == {"dro/beat.json": content}


def test_a_bucket_that_is_not_there_is_told(made: Estate) -> None:
    """No heartbeat begins a bucket."""
    with pytest.raises(DrillFault, match="NoSuchBucket"):
        writer(made, Resource("x", "s3-bucket", "no-such-bucket", REGION)).beat()


def test_a_copy_shows_the_heartbeat_of_its_instant(made: Estate, way_of: Make) -> None:
    """Its age is counted from there, the marker is older than the source's by now, and objects are counted."""
    source = buckets.bucket(made)
    beating = writer(made, source)
    first = beating.beat()
    made.clock.sleep(600)
    then = made.clock.now().replace(microsecond=0)
    made.clock.sleep(600)
    beating.beat()
    way = way_of("s3", source)
    way.selection = Selection(Pick.AT, then)
    way.restored()
    objects = Objects(lambda name: (made.toolkit.account.api("s3"), Where(name)))
    checks = ItemChecks(objects, lambda copy, _table: copy.id, lambda _table: source.id)
    seen = checks.perform(CanaryItem("beat", CANARY.key, "at"), way.copy, then)
    assert (seen.outcome, seen.newest) == (Outcome.PASSED, first.at)
    marker = RestoredItem("marker", CANARY.key, "at")
    copied, live = checks.marker(marker, way.copy), checks.marker(marker)
    assert copied is not None and live is not None
    assert (copied.sequence, live.sequence) == (1, 2)
    assert checks.perform(ItemsAtLeast("some", 1), way.copy, then).outcome is Outcome.PASSED
    assert checks.perform(ItemsAtLeast("more", 2), way.copy, then).outcome is Outcome.FAILED
    assert checks.perform(CanaryItem("none", {"object": "elsewhere"}, "at"), way.copy, then).outcome is Outcome.FAILED
    buckets.put(made, source, {"broken": b"{"})
    with pytest.raises(NotMeasured, match="holds no JSON"):
        objects.call("GetItem", TableName=source.id, Key={"object": {"S": "broken"}})
    way.restorer.destroy(way.copy)
