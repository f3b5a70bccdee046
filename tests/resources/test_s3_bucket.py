"""S3 buckets keep the contract."""

from __future__ import annotations

from tests.resources.suite import LifeContract, PointsContract, SafetyContract
from tests.resources.suite_of_lies import LiesContract
from tests.support.ways.s3_bucket import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS
