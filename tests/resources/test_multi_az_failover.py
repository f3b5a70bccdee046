"""A restored multi-AZ DB cluster: made by one call, proven whole, failed over to what AWS chooses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster import listing as of_aurora
from dr_orchestrator.resources.multi_az_cluster import listing
from dr_orchestrator.resources.multi_az_cluster.name import NAME
from dr_orchestrator.resources.multi_az_cluster.standby import MultiAzStandby
from dr_orchestrator.resources.rds_instance import listing as of_instances
from tests.support import aurora_drills
from tests.support.estate import REGION, Estate, estate
from tests.support.multi_az import CLASS, CLUSTER, described, make_cluster

MYSQL = replace(CLUSTER, name="books-db", id="books-prod")
TYPE = TYPES[NAME]
runs = itertools.count(1)
Restored = Callable[..., tuple[MultiAzStandby, Copy]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab"), CLUSTER) as built:
        built.clock.pace = 3000.0
        make_cluster(built)
        make_cluster(built, MYSQL, "mysql", "8.0.42")
        aurora_drills.make_cluster(built, aurora_drills.CLUSTER, "db.r6g.large")
        built.clock.sleep(7200)
        yield built


@pytest.fixture
def restored(made: Estate) -> Iterator[Restored]:
    """Restores a cluster as the runner does; it goes with the test."""
    begun: list[Copy] = []

    def start(resource: Any = CLUSTER) -> tuple[MultiAzStandby, Copy]:
        run = f"20261120-{next(runs):06x}"
        copy = Copy(NAME, copies.name(run, resource.id, TYPE.made), REGION, run, "a-drill", "a-service")
        made.ledger.intend(copy, made.clock)
        own = MultiAzStandby(resource, Selection(), made.toolkit)
        asked = own.restore(own.choose(), copy)
        made.ledger.rows[copy.id] = replace(made.ledger.rows[copy.id], identity=asked.identity, state=CopyState.CREATED)
        begun.append(copy)
        own.ready(copy)
        return own, copy

    yield start
    made.lab.faults.clear()
    for copy in begun:
        destroyer = TYPE.destroyer(copy, CLUSTER, made.toolkit, None)  # type: ignore[arg-type] # asks for no part
        assert destroyer.destroy(copy) is CopyState.DELETED
        assert copy.id not in str(made.client("rds").describe_db_instances()["DBInstances"])
    made.ledger.rows.clear()


def calls(made: Estate, action: str, copy: Copy) -> list[dict[str, Any]]:
    return [each.params for each in made.lab.journal if each.action == action and copy.id in str(each.params)]


def test_one_call_makes_all_three_with_class_and_storage_of_the_source(made: Estate, restored: Restored) -> None:
    """Left to AWS's defaults the copy would stand on other storage than its source; nothing else is created."""
    own, copy = restored()
    (asked,) = calls(made, "RestoreDBClusterFromSnapshot", copy)
    given = {key: asked[key] for key in ("DBClusterInstanceClass", "StorageType", "Iops", "PubliclyAccessible")}
    assert given == {
        "DBClusterInstanceClass": CLASS,
        "StorageType": "gp3",
        "Iops": "3000",
        "PubliclyAccessible": "false",
    }
    assert "EngineMode" not in asked
    assert calls(made, "CreateDBInstance", copy) == []
    assert own.stand_by(copy).words == str(Zones("us-east-1a", "us-east-1b and us-east-1c"))
    assert "its 3 instances likewise" in own.isolated(copy).words


@pytest.mark.parametrize("source", [CLUSTER, MYSQL], ids=["postgres", "mysql"])
def test_it_is_failed_over_without_a_target_and_once_more(made: Estate, restored: Restored, source: Any) -> None:
    """AWS chooses which standby writes; each way leaves the zone that served, and AWS's events tell of both."""
    own, copy = restored(source)
    own.stand_by(copy)
    before = own.zones(copy)
    own.fail_over(copy, before)
    after = own.failed_over(copy, before, lambda: True)
    own.fail_over(copy, after)
    again = own.failed_over(copy, after, lambda: True)
    assert before.serving != after.serving != again.serving
    assert before.serving in after.standby
    assert [set(each) & {"TargetDBInstanceIdentifier"} for each in calls(made, "FailoverDBCluster", copy)] == [
        set()
    ] * 2
    told = [each.state for each in own.told(copy, made.ledger.rows[copy.id].intended_at)]
    assert told == ["failover started", "failover completed"] * 2


def test_a_writer_that_stayed_is_told(made: Estate, restored: Restored) -> None:
    """AWS gave it up: the zones are those of before, after a while of looking."""
    own, copy = restored()
    own.stand_by(copy)
    made.lab.faults.add({"kind": "same-zone", "service": "rds", "resource": copy.id})
    before = own.zones(copy)
    own.fail_over(copy, before)
    assert own.failed_over(copy, before, lambda: True) == before


def test_the_guard_knows_no_target_and_no_other_cluster(made: Estate, restored: Restored) -> None:
    """An instance that no run made is nobody's to name; production is no copy."""
    _, copy = restored()
    check = made.toolkit.account.guard.check
    check("rds", "FailoverDBCluster", {"DBClusterIdentifier": copy.id}, REGION)
    target = {"TargetDBInstanceIdentifier": f"{copy.id}-instance-2"}
    for given in ({"DBClusterIdentifier": copy.id, **target}, {"DBClusterIdentifier": CLUSTER.id}):
        with pytest.raises(Forbidden):
            check("rds", "FailoverDBCluster", given, REGION)
    with pytest.raises(Forbidden):
        check("rds", "DeleteDBInstance", {"DBInstanceIdentifier": f"{copy.id}-instance-2"}, REGION)


def test_two_zones_are_told_before_anything_is_made(made: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of three instances needs a zone of its own."""
    copy = Copy(NAME, "dro-20261120-ffffff-ledger-prod", REGION, "20261120-ffffff", "a-drill", "a-service")
    own = MultiAzStandby(CLUSTER, Selection(), made.toolkit)
    looks = {each.name: each.perform for each in own.preflight_checks(copy)}
    assert "us-east-1c" in looks["zones"]()
    assert looks["instances"]() == f"3 of {CLASS}, which AWS makes"
    assert "ledger-prod-cluster, of postgres16" in looks["parameter group"]()
    monkeypatch.setattr(isolation, "zones", lambda *_: ["us-east-1a", "us-east-1b"])
    with pytest.raises(NotRecoverable, match="needs a zone"):
        looks["zones"]()


def test_each_cluster_is_refused_as_the_other_type_and_listed_once(made: Estate, restored: Restored) -> None:
    """A source that is declared as the wrong type is told by the right one; inventories share nothing."""
    as_this = MultiAzStandby(replace(aurora_drills.CLUSTER, type=NAME), Selection(), made.toolkit)
    with pytest.raises(NotRecoverable, match="no multi-AZ DB cluster"):
        as_this.described()
    _, copy = restored()
    ours = {(each.type, each.id) for each in listing.listed(made.toolkit.account)}
    assert ours == {(NAME, CLUSTER.id), (NAME, MYSQL.id), (NAME, copy.id)}
    others = [*of_aurora.listed(made.toolkit.account), *of_instances.listed(made.toolkit.account)]
    assert not [each for each in others if each.id.startswith((CLUSTER.id, MYSQL.id, copy.id))]
    assert described(made.client("rds"), copy.id)["DBClusterInstanceClass"] == CLASS


def test_an_instance_is_neither_added_nor_deleted_by_itself(made: Estate) -> None:
    """As AWS refuses it, so does the lab."""
    rds = made.toolkit.account.api("rds")
    name = {"DBInstanceIdentifier": "another", "DBClusterIdentifier": CLUSTER.id, "Engine": "postgres"}
    with pytest.raises((Refused, Forbidden)):
        rds.call("CreateDBInstance", **name, DBInstanceClass=CLASS)
    with pytest.raises(Exception, match="can't be used to create a DB instance in a Multi-AZ DB cluster"):
        made.client("rds").create_db_instance(**name, DBInstanceClass=CLASS)
