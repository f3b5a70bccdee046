"""A sample is drawn by size, the same again by its seed, and says what it is worth."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.resources.s3_bucket.objects.versions import Where, every
from dr_orchestrator.resources.s3_bucket.objects.wanted import Sample, Wanted, seed_of
from dr_orchestrator.resources.s3_bucket.restore import S3Bucket
from dr_orchestrator.resources.s3_bucket.shape import Sample as Declared
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make

THEN = datetime(2026, 1, 1, tzinfo=UTC)


class _Sized:
    """Lists one version of each key, of that size."""

    def __init__(self, sizes: dict[str, int]) -> None:
        rows = [
            {"Key": key, "VersionId": "v", "LastModified": THEN, "IsLatest": True, "Size": size, "ETag": '"x"'}
            for key, size in sorted(sizes.items())
        ]
        self._told: dict[str, Any] = {"Versions": rows, "IsTruncated": False}

    def call(self, operation: str, **_: Any) -> dict[str, Any]:
        assert operation == "ListObjectVersions"
        return self._told


def drawn(sizes: dict[str, int], sample: Sample) -> tuple[list[str], Wanted]:
    api: Any = _Sized(sizes)
    wanted = Wanted(api, Where("b"), lambda _: every(api, Where("b")), THEN + timedelta(seconds=1), sample)
    return [each.key for each in wanted.read()], wanted


def test_each_byte_is_as_likely_as_any_other() -> None:
    """Over many seeds an object is drawn as often as it is large; one of no bytes never is."""
    sizes = {"empty": 0, "large": 700, "middle": 200, "small": 100}
    found = Counter(key for seed in range(2_000) for key in drawn(sizes, Sample(1, seed))[0])
    assert found["empty"] == 0
    assert [round(found[key] / 2_000, 1) for key in ("large", "middle", "small")] == [0.7, 0.2, 0.1]


def test_the_same_seed_draws_the_same_again() -> None:
    """So that anybody can repeat it; another draws others."""
    sizes = {f"{key:04}": 1 + key % 9 for key in range(1_000)}
    first, again, other = (drawn(sizes, Sample(50, seed))[0] for seed in (7, 7, 8))
    assert first == again != other
    assert first == sorted(first)


def test_it_says_of_how_much_it_is_and_what_it_is_worth() -> None:
    """300 bytes of 100,000, drawn without a fault, leave a hundredth in doubt."""
    keys, wanted = drawn({f"{key:04}": 100 for key in range(1_000)}, Sample(300, 7))
    assert (wanted.whole.objects, wanted.whole.bytes, wanted.chosen.objects) == (1_000, 100_000, len(keys))
    assert f"a sample of {len(keys)} objects" in wanted.said
    assert "out of 1,000 objects of 100,000 bytes (seed 7): with 95 % confidence at most 0.99" in wanted.said


@pytest.mark.parametrize("draws", [1_000, 10_000])
def test_more_than_there_is_is_all_of_it(draws: int) -> None:
    """A bucket of fewer bytes is drawn whole, and nothing is left in doubt."""
    keys, wanted = drawn({"a": 400, "b": 600}, Sample(draws, 7))
    assert keys == ["a", "b"]
    assert "at most 0 % of all bytes" in wanted.said


def test_a_drill_restores_the_sample_and_the_heartbeat(made: Estate, way_of: Make) -> None:
    """The run's id draws it where no seed is declared, resumed or not; what is compared is the sample."""
    source = buckets.bucket(made, sample=Declared.model_construct(draws=5, seed=None))
    buckets.put(made, source, {**{f"{key:02}": b"x" * 50 for key in range(40)}, "zz/beat": b"{}"})
    way = way_of("s3", source)
    restorer = S3Bucket(source, way.selection, made.toolkit, frozenset({"zz/beat"}))
    identity = restorer.restore(restorer.choose(), way.copy).identity
    assert identity is not None
    way.confirm(identity)
    assert f"(seed {seed_of(way.copy.run)})" in restorer.ready(way.copy).words
    there = buckets.held(way.copy.id).keys()
    assert "zz/beat" in there
    assert 1 < len(there) <= 6
    assert [each.key for each in restorer.wanted(way.copy).read()] == sorted(there)
    way.restorer.destroy(way.copy)
