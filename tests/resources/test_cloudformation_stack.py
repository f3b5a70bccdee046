"""Environments from their templates keep the contract."""

from __future__ import annotations

from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import EndingsContract, StatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_troubles import TroublesContract
from tests.support.ways.cloudformation_stack import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(EndingsContract):
    ways = WAYS


class TestStates(StatesContract):
    ways = WAYS
