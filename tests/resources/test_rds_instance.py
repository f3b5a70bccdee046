"""RDS instances keep the contract, from a snapshot and to an instant."""

from __future__ import annotations

from unittest import mock

import pytest

from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance.points import RdsSnapshot
from dr_orchestrator.resources.rds_instance.restore import DOOR
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import EndingsContract, PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_logins import ResetContract
from tests.resources.suite_of_troubles import GoneContract, MistakenContract, TroublesContract
from tests.support.ways import Make
from tests.support.ways.rds_instance import CHOSEN, PROMOTION, WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestMistaken(MistakenContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = CHOSEN


class TestEndingsOfPromotions(EndingsContract):
    ways = (PROMOTION,)


class TestStates(UnknownStatesContract):
    ways = WAYS


class TestReset(ResetContract):
    ways, door = WAYS, DOOR


def test_every_address_of_production_is_known(way_of: Make) -> None:
    """The instance's own first, then those of all that replicate with it here; none is none to compare with."""
    restorer = way_of("rds-snapshot").restorer
    own, reader, writer = ({"Endpoint": {"Address": host, "Port": 5432}} for host in ("own", "reader", "writer"))
    replicas = {"ReadReplicaDBInstanceIdentifiers": ["reader", "gone", "young", "arn:of:another-region"]}
    source = {**own, **replicas, "ReadReplicaSourceDBInstanceIdentifier": "writer"}
    asked = {"reader": reader, "gone": None, "young": {}, "writer": writer}
    with mock.patch.multiple(RdsSnapshot, described=lambda _: source, _describe=lambda _, name: asked[name]):
        assert restorer.addresses() == [("own", 5432), ("reader", 5432), ("writer", 5432)]
        assert restorer.address() == ("own", 5432)
        source.pop("Endpoint")
        with pytest.raises(NotMeasured, match="orders-prod has no endpoint"):
            restorer.addresses()
