"""Production's own clusters: who takes over is looked at before each ask, and nothing is asked of what is not whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.clusters import proof
from dr_orchestrator.aws.rds.on_production import is_within
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, Zones
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.aurora_cluster.own import ProductionCluster
from dr_orchestrator.resources.multi_az_cluster.own import ProductionZones
from tests.support.estate import REGION
from tests.support.fakes import FakeClock

NAME = "boards"
COPY = Copy("aurora-cluster", "dro-x-boards", REGION, "x", "a-drill", "a-service")
AURORA = {"Engine": "aurora-postgresql", "EngineMode": "provisioned"}
ZONES = {"Engine": "postgres", "DBClusterInstanceClass": "db.m6gd.large"}


def member(number: int, zone: str, tier: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """An instance as its cluster tells of it, and as AWS describes it itself."""
    name = f"{NAME}-{number}"
    group = {"DBParameterGroupName": "own", "ParameterApplyStatus": "in-sync"}
    there = {"DBInstanceStatus": "available", "DBInstanceArn": f"arn:{name}", "DBParameterGroups": [group]}
    told = {"IsClusterWriter": number == 1, "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": tier}
    named = {"DBInstanceIdentifier": name}
    return {**named, **told}, {**named, **there, "AvailabilityZone": zone}


def described(*members: tuple[dict[str, Any], dict[str, Any]], **given: Any) -> dict[str, Any]:
    own = {"DBClusterIdentifier": NAME, "DBClusterArn": f"arn:{NAME}", "Status": "available"}
    held = {"DBClusterMembers": [told for told, _ in members], "Instances": [live for _, live in members]}
    return {**own, **held, **AURORA, **given}


PAIR = member(1, "a"), member(2, "b")


class Production:
    """A cluster of production that is described as told, failed over by a drill that says who is to write."""

    def __init__(self, way: Any, monkeypatch: pytest.MonkeyPatch, live: Mapping[str, Any], **writers: str) -> None:
        self.live, self.events, self.clock = live, list[Any](), FakeClock()
        self.api, on = mock.Mock(), mock.Mock(writers=writers, returns=True)
        toolkit = mock.Mock(clock=self.clock)
        toolkit.account.api.return_value = self.api
        self.own = way(mock.Mock(id=NAME), toolkit, on)
        monkeypatch.setattr(self.own, "_live", lambda: self.live)
        monkeypatch.setattr(self.own, "_maintenance", lambda _: [])
        monkeypatch.setattr(self.own, "told", lambda *_: list(self.events))
        monkeypatch.setattr(proof, "globals_of", lambda *_: set())

    def fail_over(self, way: str = FAILOVER) -> Any:
        return self.own.fail_over(COPY, self.own.zones(COPY), way)

    def asked(self) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(each.args, each.kwargs) for each in self.api.call.call_args_list]


def written_by(live: Mapping[str, Any], writer: str) -> dict[str, Any]:
    """The same, once another writes."""
    members = [{**each, "IsClusterWriter": each["DBInstanceIdentifier"] == writer} for each in live["DBClusterMembers"]]
    return {**live, "DBClusterMembers": members}


def test_it_is_asked_for_by_the_cluster_alone_and_to_whom_the_drill_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word of the drill AWS chooses, there and back; with one, that instance is named, each way its own."""
    plain = Production(ProductionCluster, monkeypatch, described(*PAIR))
    plain.own.look()
    assert plain.fail_over().sent is not None
    assert plain.asked() == [(("FailoverDBCluster",), {"DBClusterIdentifier": NAME})]
    named = Production(ProductionCluster, monkeypatch, described(*PAIR), failover="boards-2", failback="boards-1")
    named.own.look()
    before = named.own.zones(COPY)
    named.fail_over()
    named.live = written_by(named.live, "boards-2")
    assert named.own.failed_over(COPY, before, lambda: True) == Zones("b", "a")
    named.fail_over(FAILBACK)
    assert [given.get("TargetDBInstanceIdentifier") for _, given in named.asked()] == ["boards-2", "boards-1"]


UNFIT: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "no reader": (described(member(1, "a")), {}, "has no reader that could take over"),
    "no writer": (written_by(described(*PAIR), ""), {}, "has no writer"),
    "one zone": (described(member(1, "a"), member(2, "a")), {}, "does not stand in 2 zones"),
    "a reader of the lowest tier in the writer's zone": (
        described(member(1, "a"), member(2, "b", 1), member(3, "a", 0)),
        {},
        "may stay in a, for by its promotion tier boards-3 may write after the failover: say who is to, `writer:",
    ),
    "a way back within the zone": (
        described(member(1, "a", 5), member(2, "b", 0), member(3, "b", 1)),
        {},
        "may stay in b, for by its promotion tier boards-3 may write after the failback",
    ),
    "a target in the writer's zone": (
        described(member(1, "a"), member(2, "b"), member(3, "a")),
        {"failover": "boards-3"},
        "would stay in a, for boards-3 is to write after the failover",
    ),
    "a target that is not there": (described(*PAIR), {"failover": "boards-9"}, "has no instance boards-9"),
    "a target that writes": (described(*PAIR), {"failover": "boards-1"}, "would have boards-1 write before"),
    "a state": (described(*PAIR, Status="backing-up"), {}, "is backing-up"),
    "an instance's state": (
        described(PAIR[0], (PAIR[1][0], {**PAIR[1][1], "DBInstanceStatus": "rebooting"})),
        {},
        "holds boards-2, which is rebooting",
    ),
    "a change": (described(*PAIR, PendingModifiedValues={"Iops": 1}), {}, "is to be changed: Iops"),
    "a change of an instance": (
        described(PAIR[0], (PAIR[1][0], {**PAIR[1][1], "PendingModifiedValues": {"DBInstanceClass": "x"}})),
        {},
        "holds boards-2, which is to be changed: DBInstanceClass",
    ),
    "the cluster's group": (
        described(PAIR[0], ({**PAIR[1][0], "DBClusterParameterGroupStatus": "pending-reboot"}, PAIR[1][1])),
        {},
        "waits for the parameter group of the cluster at boards-2, which is pending-reboot",
    ),
    "a replica of another": (described(*PAIR, ReplicationSourceIdentifier="arn:x"), {}, "only follows arn:x"),
    "another engine": (described(*PAIR, **ZONES), {}, "no Aurora cluster"),
    "Serverless v1": (described(*PAIR, EngineMode="serverless"), {}, "no Aurora cluster"),
}


@pytest.mark.parametrize(("live", "writers", "told"), UNFIT.values(), ids=UNFIT)
def test_what_is_not_whole_or_would_not_move_is_refused_before_anything(
    monkeypatch: pytest.MonkeyPatch, live: dict[str, Any], writers: dict[str, str], told: str
) -> None:
    """At the first look, by what it is; and nothing is asked for."""
    made = Production(ProductionCluster, monkeypatch, live, **writers)
    with pytest.raises(NotMeasured, match=rf"DescribeDBClusters: {NAME} .*{re.escape(told)}"):
        made.own.look()
    assert made.asked() == []


def test_it_is_looked_at_again_right_before_each_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that came since, maintenance, a global database, another writer: the call does not go out."""
    made = Production(ProductionCluster, monkeypatch, described(*PAIR))
    made.own.look()
    whole = made.live
    made.live = {**whole, "PendingModifiedValues": {"Iops": 1}}
    with pytest.raises(NotMeasured, match="is to be changed"):
        made.fail_over()
    made.live = written_by(whole, "boards-2")
    with pytest.raises(NotMeasured, match="boards-1 served when this run looked, and boards-2 does now"):
        made.fail_over()
    made.live = whole
    with monkeypatch.context() as patched:
        patched.setattr(proof, "globals_of", lambda *_: {"everywhere"})
        with pytest.raises(NotMeasured, match="of the global database everywhere"):
            made.fail_over()
    monkeypatch.setattr(made.own, "_maintenance", lambda _: ["system-update"])
    with pytest.raises(NotMeasured, match="awaits maintenance: system-update"):
        made.fail_over()
    assert made.asked() == []


def test_a_denied_call_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's own words, and no word of an answer that was lost."""
    made = Production(ProductionCluster, monkeypatch, described(*PAIR))
    made.api.call.side_effect = Denied("AccessDenied: not authorized")
    for _ in range(2):
        with pytest.raises(Denied, match="AccessDenied"):
            made.fail_over()


def test_all_three_zones_of_a_multi_az_cluster_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three instances in three zones, of an engine that has such; AWS alone chooses which of both writes next."""
    three = described(*PAIR, member(3, "c"), **ZONES)
    made = Production(ProductionZones, monkeypatch, three)
    assert "a serves, b and c stands by" in made.own.look()
    made.fail_over()
    assert made.asked() == [(("FailoverDBCluster",), {"DBClusterIdentifier": NAME})]
    for live, told in (
        (described(*PAIR, **ZONES), "does not stand in 3 zones"),
        (described(*PAIR, member(3, "b"), **ZONES), "does not stand in 3 zones"),
        (described(*PAIR, member(3, "c")), "no multi-AZ DB cluster"),
    ):
        with pytest.raises(NotMeasured, match=told):
            Production(ProductionZones, monkeypatch, live).own.look()


@pytest.mark.parametrize(
    ("window", "at", "within"),
    [
        ("sun:05:00-sun:06:00", datetime(2026, 11, 29, 5, 0, tzinfo=UTC), True),
        ("sun:05:00-sun:06:00", datetime(2026, 11, 29, 6, 0, tzinfo=UTC), False),
        ("sun:05:00-sun:06:00", datetime(2026, 11, 30, 5, 30, tzinfo=UTC), False),
        ("sun:23:30-mon:00:30", datetime(2026, 11, 30, 0, 10, tzinfo=UTC), True),
        ("", datetime(2026, 11, 30, 0, 10, tzinfo=UTC), False),
    ],
)
def test_the_maintenance_window_is_read_as_rds_writes_it(window: str, at: datetime, within: bool) -> None:
    """UTC, its end not in it, over the end of a week as well."""
    assert is_within(window, at) is within


def test_nothing_is_asked_within_the_maintenance_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS may restart an instance by itself then: whose outage it was nobody could tell."""
    now = FakeClock().now()
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[now.weekday()]
    window = f"{day}:{now:%H}:00-{day}:{now:%H}:59"
    held = described(PAIR[0], (PAIR[1][0], {**PAIR[1][1], "PreferredMaintenanceWindow": window}))
    with pytest.raises(NotMeasured, match="holds boards-2, which is in its maintenance window"):
        Production(ProductionCluster, monkeypatch, held).own.look()
