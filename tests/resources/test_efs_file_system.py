"""EFS file systems keep the contract."""

from __future__ import annotations

from tests.resources.suite import LifeContract, PointsContract, SafetyContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.support.ways.efs_file_system import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS


class TestStates(UnknownStatesContract):
    ways = WAYS
