"""What a drill of a bucket would copy is known before it starts, and refused by the budget; copying has an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.cost import Cost, Rates, cost
from dr_orchestrator.domain.preflight import CheckStatus, PreflightResult, perform
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.s3_bucket import weighing
from dr_orchestrator.resources.s3_bucket.objects import large
from dr_orchestrator.resources.s3_bucket.shape import Sample
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make, Way

RATES = Rates("USD", object_gib_month=Decimal("0.023"), object_writes=Decimal("0.005"), object_reads=Decimal("0.0004"))
HOURS = timedelta(hours=1)


def charged(way: Way) -> Cost:
    """What the drill would cost in an hour."""
    return cost(RATES, way.restorer.billed(), HOURS)


def size(way: Way) -> PreflightResult:
    """What is seen of its size before anything starts."""
    looks = [each for each in way.restorer.preflight_checks(way.copy) if each.name == "size"]
    return perform(looks).looks[0]


@pytest.fixture
def source(made: Estate) -> Resource:
    """A bucket with three objects of a hundred days, a deleted one, and an older version of one."""
    found = buckets.bucket(made)
    before = made.clock.now() - timedelta(days=9)
    buckets.put(made, found, {"a": b"x" * 5, "b": b"y" * 900, "gone": b"z"}, before)
    buckets.drop(made, found, ["gone"], before + timedelta(hours=1))
    buckets.put(made, found, {"a": b"x" * 100}, before + timedelta(hours=2))
    return found


def test_what_is_listed_is_counted_as_of_the_instant(made: Estate, way_of: Make, source: Resource) -> None:
    """Two objects are there, and five versions: each copied by a call, two reads each to compare, three listings."""
    way = way_of("s3", source)
    seen = size(way)
    assert (seen.outcome, seen.words.split(":")[0]) == (CheckStatus.PASSED, "2 objects of 1,000 bytes, counted")
    found = way.restorer.billed().objects
    assert (found.gib, found.writes, found.reads) == (Decimal(1000) / 1024**3, 5, 4)
    assert way.calls("GetMetricData") == []
    assert str(charged(way)) == "0.01 USD, without what KMS and colder classes of storage charge"


def test_an_object_in_parts_takes_calls_for_each(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the larger one three parts, and one that puts them together."""
    monkeypatch.setattr(weighing, "BESIDE", replace(weighing.BESIDE, most=500, part=300))
    monkeypatch.setattr("dr_orchestrator.resources.s3_bucket.restore.BESIDE", weighing.BESIDE)
    assert way_of("s3", source).restorer.billed().objects.writes == 5 + 4


def test_of_more_than_is_listed_cloudwatch_tells_of_a_day(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All versions of the whole bucket, markers among them, as of a midnight: what came since is a doubt."""
    monkeypatch.setattr(weighing, "LISTED", 3)
    way = way_of("s3", source)
    seen, day = size(way), f"{made.clock.now():%Y-%m-%d}"
    told = f"about 5 objects of 1,006 bytes, all versions of {source.id} on {day} (CloudWatch)"
    assert (seen.outcome, seen.words.split(": ")[0]) == (CheckStatus.INCONCLUSIVE, told)
    assert way.restorer.billed().objects.least == f"what came after {day} is not counted"
    assert charged(way).least


def test_who_may_not_ask_cloudwatch_drills_all_the_same(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One right that a role from before lacks costs the figure, not the drill."""
    monkeypatch.setattr(weighing, "LISTED", 3)
    made.lab.faults.add({"kind": "access-denied", "action": "GetMetricData"})
    way = way_of("s3", source)
    costs, seen = charged(way), size(way)
    assert costs.least
    assert "nobody may ask CloudWatch how many (cloudwatch:GetMetricData)" in str(costs)
    assert (seen.outcome, seen.stops) == (CheckStatus.INCONCLUSIVE, False)


def test_what_lies_in_an_archive_is_not_copied_and_weighs_nothing(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudWatch tells each class apart."""
    monkeypatch.setattr(weighing, "LISTED", 3)
    for each in buckets.backend().buckets[source.id].keys.getlist("a"):
        each._storage_class = "DEEP_ARCHIVE"
    assert "about 5 objects of 901 bytes" in size(way_of("s3", source)).words


@pytest.mark.parametrize("age", [timedelta(minutes=1), timedelta(days=30)])
def test_a_bucket_that_nobody_counted_is_a_doubt_and_costs_at_least_what_was_listed(
    made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch, age: timedelta
) -> None:
    """It is younger than a day, or was filled since: what was listed is no more than a part of it, and said so."""
    monkeypatch.setattr(weighing, "LISTED", 3)
    source = buckets.bucket(made)
    buckets.backend().buckets[source.id].creation_date = made.clock.now() - age
    buckets.put(made, source, {f"{key}": b"x" for key in range(9)})
    way = way_of("s3", source)
    seen, costs = size(way), charged(way)
    assert seen.outcome is CheckStatus.INCONCLUSIVE
    assert seen.words.startswith("at least 4 objects of 4 bytes, counted so far:")
    assert costs.least
    assert str(costs).startswith("at least 0.01 USD, without")
    assert "CloudWatch has no count of them yet" in str(costs)


def test_a_sample_weighs_what_is_drawn(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the run draws it where all is listed; else no more objects than draws, and nobody knows their bytes."""
    drawn = replace(source, own={"sample": Sample.model_construct(draws=1, seed=7)})
    assert "1 object of 900 bytes, counted" in size(way_of("s3", drawn)).words
    monkeypatch.setattr(weighing, "LISTED", 3)
    way = way_of("s3", drawn)
    assert size(way).words.startswith(f"about 1 object, a sample of all versions of {source.id}")
    assert "and what the objects store" in str(charged(way))


def test_an_inventory_is_counted_whole(made: Estate, way_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its size: the restore reads it anyway, and no page is asked for."""
    monkeypatch.setattr(weighing, "LISTED", 3)
    plain = buckets.bucket(made)
    buckets.put(made, plain, {f"{key}": b"xy" for key in range(9)}, made.clock.now() - timedelta(days=2))
    source = buckets.inventory(made, plain)
    buckets.listed(made)
    way = way_of("s3", source)
    assert size(way).words.startswith("9 objects of 18 bytes, by its inventory:")
    assert way.restorer.billed().objects.writes == 9 + 3
    assert way.calls("GetMetricData") == []


@pytest.mark.parametrize(("target", "ceiling", "told"), [(1, 9e9, "its RTO is"), (None, 1, "is given up after 1 s")])
def test_a_time_beyond_target_or_ceiling_is_told_before(
    made: Estate,
    way_of: Make,
    source: Resource,
    monkeypatch: pytest.MonkeyPatch,
    target: int | None,
    ceiling: float,
    told: str,
) -> None:
    """At the assumed rate, which stands beside it: a doubt, for the rate is no promise."""
    slow = replace(weighing.BESIDE, bytes=100)
    monkeypatch.setattr("dr_orchestrator.resources.s3_bucket.restore.BESIDE", slow)
    way = way_of("s3", source)
    tools = replace(way.made.toolkit, target=target and timedelta(seconds=target), ceiling=ceiling)
    way.made = replace(way.made, toolkit=tools)
    seen = size(way)
    assert (seen.outcome, seen.stops) == (CheckStatus.INCONCLUSIVE, False)
    assert "10 s to copy, at an assumed 100 objects and 500 MiB a second" in seen.words
    assert told in seen.words


def test_there_is_nothing_to_weigh_where_nothing_can_be_restored(made: Estate, way_of: Make) -> None:
    """Other looks tell why, and stop the drill."""
    way = way_of("s3", buckets.bucket(made, versioning=""))
    assert size(way).outcome is CheckStatus.NOT_APPLICABLE


def test_what_takes_longer_than_is_measured_is_given_up_and_taken_down(
    made: Estate, way_of: Make, source: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some objects: no verdict of the recovery, and the bucket is emptied and deleted as ever."""
    buckets.put(made, source, {f"{key:02}": b"x" for key in range(60)})
    way = way_of("s3", source)
    way.restored(ready=False)
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, ceiling=60.0))
    copied = []

    def slow(*_args: Any) -> Any:
        def copy(version: Any, _raise_if_over: Any) -> None:
            copied.append(version.key)
            made.clock.sleep(10)

        return copy

    monkeypatch.setattr("dr_orchestrator.resources.s3_bucket.restore.by_s3", slow)
    with pytest.raises(NotMeasured, match=r"was not copied in 0.0 h: \d+ objects of .* and then it was given up"):
        way.restorer.ready(way.copy)
    assert 0 < len(copied) < 62
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_of_a_copy_that_is_there_nobody_knows_what_it_holds(made: Estate, way_of: Make, source: Resource) -> None:
    """A sweep tells its name, and no look is taken for it."""
    way = way_of("s3", source)
    assert way.restorer.billed("dro-1").besides == "the requests and the storage of dro-1"
    assert way.restorer.billed("dro-1").objects is None


def test_the_calls_of_an_object_of_five_tebibytes_are_counted() -> None:
    """As many as its copying makes."""
    assert sum(1 for _ in large.stretches(5 * 1024**4, weighing.BESIDE.part)) == 10_000
