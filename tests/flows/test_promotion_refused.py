"""What a promotion looks at before, what is never touched by it, and what it is allowed: without any server behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import promotions
from tests.support.elsewhere import AWAY
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.guarded import guard
from tests.support.passing import passing
from tests.support.promotions import DRILL, STANDING
from tests.support.shop import GREEN, run

ASKS = ["CreateDBInstanceReadReplica", "PromoteReadReplica"]


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with promotions.world(shop, home) as made:
        yield made


def standing() -> Any:
    return cast(Any, rds_backends[ACCOUNT][AWAY].databases[STANDING])


def asked(shop: Estate, heard: int) -> list[Any]:
    """The calls that changed something, since so many were heard."""
    return [each for each in shop.lab.journal[heard:] if each.action in (*ASKS, "DeleteDBInstance", "ModifyDBInstance")]


def test_it_is_made_before_and_promoted_on_the_clock(shop: Estate, here: wiring.App) -> None:
    """In isolation, in its own region alone; the making is no part of the time, and nothing is left."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, (found.closing.reasons, found.closing.findings)
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert shop.inventory() == before
    created, promoted, _deleted = asked(shop, heard)
    assert created.params["SourceDBInstanceIdentifier"] == STANDING
    assert str(created.params["PubliclyAccessible"]).lower() == str(created.params["MultiAZ"]).lower() == "false"
    assert created.params["DBSubnetGroupName"] == "dro-isolated"
    assert str(promoted.params["BackupRetentionPeriod"]) == "0"
    (row,) = found.copies
    assert {each.params["DBInstanceIdentifier"] for each in (created, promoted)} == {row.copy.id}
    struck = next(each for each in found.events if each.moment is Moment.DISRUPTION)
    making = [each for each in found.steps if each.name.startswith("make a replica of the replica")]
    assert {each.phase for each in making} == {Phase.PREPARE}
    assert all(each.ended_at is not None and each.ended_at <= struck.at for each in making)
    assert making[1].duration is not None
    assert making[1].duration > timedelta(minutes=5)
    rta = found.closing.measures.rta
    assert rta is not None
    assert timedelta(minutes=3) < rta < making[1].duration
    worst = found.closing.measures.worst_case_source
    assert worst.startswith(("largest ReplicaLag of orders-eu", "the recovery point of this drill lay that far back"))


def test_no_call_goes_to_the_region_that_counts_as_lost(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one, from the first look to the last."""
    regions: set[str] = set()
    made = wiring.building.Account  # type: ignore[attr-defined]

    def noted(region: str, *given: Any, **more: Any) -> Any:
        regions.add(region)
        return made(region, *given, **more)

    monkeypatch.setattr(wiring.building, "Account", noted)  # type: ignore[attr-defined]
    run(here, DRILL)
    assert regions == {AWAY}


def refused(shop: Estate, here: wiring.App, why: str) -> Run:
    """A run that its first look ended: nothing was asked for."""
    heard = len(shop.lab.journal)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert why in found.closing.reasons[0]
    assert (found.copies, asked(shop, heard)) == ((), [])
    return found


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("engine_version", "14.0", "RDS makes a replica of a replica from 14.1 on"),
        ("engine", "oracle-ee", "RDS makes no replica of a replica of oracle-ee"),
        ("engine", "sqlserver-ee", "RDS makes no replica of a replica of sqlserver-ee"),
        ("source_db_instance_identifier", None, "orders-eu is no read replica"),
        ("source_db_instance_identifier", "orders-other", "replicates orders-other, and not orders-prod of us-east-1"),
        (
            "source_db_instance_identifier",
            f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:{INSTANCE.id}",
            "and not orders-prod of us-east-1",
        ),
        (
            "source_db_instance_identifier",
            f"arn:aws:rds:{REGION}:210987654321:db:{INSTANCE.id}",
            "and not orders-prod of us-east-1",
        ),
        ("backup_retention_period", 0, "without which RDS makes no replica of it"),
        ("replicas", [f"reader-{number}" for number in range(15)], "15 replicas of 15 of orders-eu"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_before(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, why: str
) -> None:
    """By its name and before anything is made: another source, engine or version, no backups, no room."""
    with monkeypatch.context() as otherwise:
        otherwise.setattr(standing(), name, value)
        refused(shop, here, why)


def test_one_that_replicates_nothing_is_refused(shop: Estate, here: wiring.App) -> None:
    """RDS says so of it: what such a replica holds is nothing to be promised."""
    shop.lab.faults.add({"kind": "deaf", "service": "rds", "resource": STANDING})
    refused(shop, here, "orders-eu does not replicate: RDS tells error")


def test_other_replicas_in_another_network_are_told_before(shop: Estate, here: wiring.App) -> None:
    """RDS puts all replicas of one instance into one VPC."""
    rds = shop.client("rds", AWAY)
    vpc = shop.client("ec2", AWAY).create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = shop.client("ec2", AWAY).create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    rds.create_db_subnet_group(DBSubnetGroupName="readers", DBSubnetGroupDescription="r", SubnetIds=[subnet])
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="reader", SourceDBInstanceIdentifier=STANDING, DBSubnetGroupName="readers"
    )
    try:
        refused(shop, here, f"RDS puts all replicas of {STANDING} into {vpc}, as reader")
    finally:
        there = cast(Any, rds_backends[ACCOUNT][AWAY])
        there._remove(there.databases["reader"], True)


def test_a_plan_makes_nothing_and_tells_each_look(shop: Estate, here: wiring.App) -> None:
    """What it replicates, that it does, how far it is behind; no recovery point, for that is read in the run's own."""
    heard = len(shop.lab.journal)
    made = plan(here, DRILL)
    assert made.blockers == []
    looks = {look.name: look.words for look in made.preflight.looks}
    assert looks["what it replicates"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{INSTANCE.id}"
    assert looks["replication"] == "orders-eu is replicating"
    assert looks["lag"].endswith("(ReplicaLag)")
    assert looks["replicas"] == "0 replicas of 15 of orders-eu"
    assert looks["read_only"].startswith("no parameter of postgres says")
    assert made.recovery_points == []
    assert asked(shop, heard) == []


def test_what_answers_and_takes_no_writes_does_not_serve(here: wiring.App) -> None:
    """RDS calls it promoted, its checks could be read: nobody has recovered."""
    with mock.patch.object(SqlChecks, "serves", lambda *_: False):
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "no server that takes writes answers there" in found.closing.reasons[0]
    assert found.closing.cleanup is Cleanup.CLEAN


def test_it_calls_what_it_declares(here: wiring.App) -> None:
    """No call that no policy would allow, and each that only this kind makes."""
    with passing() as passed:
        run(here, DRILL)
    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all
    assert {*(f"rds:{each}" for each in ASKS), "cloudwatch:GetMetricStatistics"} <= passed
    assert declared.all - passed <= declared.only_when.keys()


def test_the_policy_promotes_copies_alone(here: wiring.App) -> None:
    """Named and tagged as one; the standing replica is what a replica may be made of, and production is not named."""
    scope = Scope(TYPES, [here.drill(DRILL)], Allowed(frozenset({ACCOUNT}), frozenset({AWAY})))
    written = [each for policy in drill_policies(scope) for each in policy["Statement"]]
    allowed = [each for each in written if each["Effect"] == "Allow" and "rds:PromoteReadReplica" in each["Action"]]
    (promotes,) = allowed
    assert promotes["Resource"] == [f"arn:aws:rds:{AWAY}:{ACCOUNT}:db:dro-*"]
    assert "aws:ResourceTag/dr-drill:run" in json.dumps(promotes["Condition"])
    (makes,) = [each for each in written if "rds:CreateDBInstanceReadReplica" in each["Action"]]
    assert f"arn:aws:rds:{AWAY}:{ACCOUNT}:db:{STANDING}" in makes["Resource"]
    assert f":db:{INSTANCE.id}" not in json.dumps(written)
    denied = [each for each in written if each["Effect"] == "Deny" and "rds:PromoteReadReplica" in each["Action"]]
    assert {each["Sid"] for each in denied} >= {"NeverTouchTheUntagged", "NeverTouchByAnotherName"}


@pytest.mark.parametrize("name", [STANDING, INSTANCE.id, "dro-r-2-orders-eu", ""])
def test_nothing_but_the_runs_own_is_promoted(name: str) -> None:
    """Neither the standing replica nor what it replicates, nor another run's; nor with backups that would stay."""
    mine = "dro-r-1-orders-eu"
    guarded = guard(mine, STANDING)
    guarded.check("rds", "PromoteReadReplica", {"DBInstanceIdentifier": mine, "BackupRetentionPeriod": 0}, REGION)
    given = {"DBInstanceIdentifier": name, "BackupRetentionPeriod": 0}
    with pytest.raises(Forbidden):
        guard(mine).check("rds", "PromoteReadReplica", given, REGION)
    for kept in ({}, {"BackupRetentionPeriod": 1}):
        with pytest.raises(Forbidden):
            guarded.check("rds", "PromoteReadReplica", {"DBInstanceIdentifier": mine, **kept}, REGION)
