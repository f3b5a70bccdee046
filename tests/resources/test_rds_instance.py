"""RDS instances keep the contract, from a snapshot and to an instant."""

from __future__ import annotations

from tests.resources.suite import LifeContract, PointsContract, SafetyContract
from tests.resources.suite_of_lies import LiesContract
from tests.support.ways.rds_instance import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS
