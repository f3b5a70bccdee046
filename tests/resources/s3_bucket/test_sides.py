"""A bucket and its replica are compared by the objects that are current in both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.resources.s3_bucket.sides import BucketSides
from tests.support import buckets
from tests.support.estate import Estate

HELD = {f"{key:02}": b"content %d" % key for key in range(12)}
CHECK = SameInBoth("same", "Files", timedelta(seconds=20))


@pytest.fixture
def pair(made: Estate) -> tuple[Resource, Resource]:
    """A bucket of a lost region, and what it is replicated to."""
    here, there = buckets.bucket(made), buckets.bucket(made)
    buckets.backend().buckets[here.id].region_name = "eu-west-1"
    for each in (here, there):
        buckets.put(made, each, HELD)
    return replace(here, region="eu-west-1"), there


def compared(made: Estate, pair: tuple[Resource, Resource], check: SameInBoth = CHECK) -> CheckResult:
    guard = made.toolkit.account.guard
    toolkit = replace(made.toolkit, elsewhere=lambda place: Account(place.region, guard))
    return BucketSides(*pair, toolkit).compare(check).result(check)


def test_both_hold_the_same_by_their_listings(made: Estate, pair: tuple[Resource, Resource]) -> None:
    """Size and ETag tell of all of it: no object is asked for by itself."""
    heard = len(made.lab.journal)
    result = compared(made, pair)
    assert result.outcome is Outcome.PASSED
    assert result.figures["both_sides"] == {
        "what": "object",
        "here": 12,
        "there": 12,
        "alike": 12,
        "again": 0,
        **{f"{how}_count": 0 for how in ("lost", "strange", "different", "stale", "moving", "unknown")},
        **{how: [] for how in ("lost", "strange", "different", "stale", "moving", "unknown")},
    }
    assert {each.action for each in made.lab.journal[heard:]} <= {"ListObjectVersions", "GetCallerIdentity"}


def test_what_is_apart_is_told_by_its_key(made: Estate, pair: tuple[Resource, Resource]) -> None:
    """Not replicated, there alone, deleted here alone and of other content, each seen more than once."""
    buckets.put(made, pair[0], {"late": b"x", "03": b"CONTENT 3"})
    buckets.put(made, pair[1], {"odd": b"x"})
    buckets.drop(made, pair[0], ["05"])
    result = compared(made, pair)
    assert result.outcome is Outcome.FAILED
    told = result.figures["both_sides"]
    assert (told["lost"], told["strange"], told["different"]) == (["late"], ["05", "odd"], ["03"])
    assert told["again"] == 4
    assert told["alike"] == 10


def test_what_comes_meanwhile_is_alike(
    made: Estate, pair: tuple[Resource, Resource], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 replicates it while the check looks again."""
    buckets.put(made, pair[0], {"late": b"x"})
    sleep = made.clock.sleep

    def comes(seconds: float) -> None:
        sleep(seconds)
        buckets.put(made, pair[1], {"late": b"x"})

    monkeypatch.setattr(made.clock, "sleep", comes)
    assert compared(made, pair).outcome is Outcome.PASSED


def test_what_no_digest_tells_of_is_read_where_that_is_said(made: Estate, pair: tuple[Resource, Resource]) -> None:
    """In other parts the same bytes have another ETag: not known, unless both are read."""
    for parts, each in enumerate(pair, 2):
        key = buckets.backend().buckets[each.id].keys["07"]
        key._etag, key.multipart = f'"a-{parts}"', object()
    without = compared(made, pair)
    assert without.outcome is Outcome.INCONCLUSIVE
    assert without.figures["both_sides"]["unknown"] == ["07"]
    assert compared(made, pair, replace(CHECK, read=True)).outcome is Outcome.PASSED
    buckets.put(made, pair[1], {"07": b"content x"})
    key = buckets.backend().buckets[pair[1].id].keys["07"]
    key._etag, key.multipart = '"a-3"', object()
    read = compared(made, pair, replace(CHECK, read=True))
    assert read.outcome is Outcome.FAILED
    assert read.figures["both_sides"]["different"] == ["07"]


def test_one_that_nobody_can_read_hides_no_loss(made: Estate, pair: tuple[Resource, Resource]) -> None:
    """An object in an archive is not known to be the same; what never came is lost all the same."""
    for parts, each in enumerate(pair, 2):
        key = buckets.backend().buckets[each.id].keys["07"]
        key._etag, key.multipart, key._storage_class = f'"a-{parts}"', object(), "GLACIER"
    buckets.put(made, pair[0], {"late": b"x"})
    result = compared(made, pair, replace(CHECK, read=True))
    assert result.outcome is Outcome.FAILED
    told = result.figures["both_sides"]
    assert (told["lost"], told["unknown"]) == (["late"], ["07"])
