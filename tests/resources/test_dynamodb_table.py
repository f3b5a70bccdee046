"""DynamoDB tables keep the contract."""

from __future__ import annotations

from tests.resources.lies import LiesContract
from tests.resources.suite import LifeContract, PointsContract, SafetyContract
from tests.support.ways.dynamodb_table import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS
