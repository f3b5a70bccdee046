"""RDS instances keep the contract, from a snapshot and to an instant."""

from __future__ import annotations

from tests.resources.lies import LiesContract
from tests.resources.suite import LifeContract, PointsContract, SafetyContract
from tests.support.ways.rds_instance import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS
