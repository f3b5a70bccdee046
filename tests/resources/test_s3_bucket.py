"""S3 buckets keep the contract."""

from __future__ import annotations

from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_troubles import GoneContract, OutlivedContract, TroublesContract
from tests.support.ways.s3_bucket import VAULTED, WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestOutlived(OutlivedContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS


class TestStates(UnknownStatesContract):
    ways = (VAULTED,)
