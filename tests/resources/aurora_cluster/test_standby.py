"""A restored cluster with a reader in another zone: made whole, proven whole, failed over to what this run made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.errors import NotRecoverable, Transient
from dr_orchestrator.resources.aurora_cluster.instance import planned
from dr_orchestrator.resources.aurora_cluster.standby import ClusterStandby
from tests.support.aurora import add_member, described, member
from tests.support.aurora_drills import CLUSTER, SCALES, Begin, Drilled
from tests.support.estate import Estate


@pytest.fixture
def drilled(begin: Begin) -> Iterator[Drilled]:
    found = begin(ClusterStandby)
    found.restored()
    yield found


def standby(drilled: Drilled) -> ClusterStandby:
    return cast(ClusterStandby, drilled.restorer)


def asked_for_instances(drilled: Drilled) -> list[dict[str, Any]]:
    return [given for _, given in drilled.calls("CreateDBInstance")]


def test_the_reader_is_made_like_the_writer_in_another_zone(drilled: Drilled) -> None:
    """Of the class and the parameters of the source's writer, tagged and not public, where its subnets reach."""
    writer, reader = asked_for_instances(drilled)
    alike = ("Engine", "DBInstanceClass", "DBParameterGroupName", "PubliclyAccessible", "AutoMinorVersionUpgrade")
    assert {key: reader[key] for key in alike} == {key: writer[key] for key in alike}
    assert [each["DBInstanceIdentifier"] for each in (writer, reader)] == [
        f"{drilled.copy.id}-1",
        f"{drilled.copy.id}-2",
    ]
    assert "AvailabilityZone" not in writer
    first, second = (member(drilled.made.client("rds"), planned(drilled.copy, number).id) for number in (1, 2))
    assert second["AvailabilityZone"] == reader["AvailabilityZone"] != first["AvailabilityZone"]
    assert {reader[f"Tags.Tag.{n}.Key"]: reader[f"Tags.Tag.{n}.Value"] for n in (1, 2, 3)} == drilled.copy.tags
    assert standby(drilled).stand_by(drilled.copy).words == str(Zones("us-east-1a", "us-east-1b"))


def test_a_reader_that_was_asked_for_is_adopted(drilled: Drilled, made: Estate) -> None:
    """A process that died after the call finds it there, and asks for no third instance."""
    known = made.ledger.rows[planned(drilled.copy, 2).id].identity
    _, reader = standby(drilled).further(drilled.copy)
    assert reader.ask().identity == known
    assert len(described(made.client("rds"), drilled.copy.id)["DBClusterMembers"]) == 2


def test_both_instances_are_proven_to_stand_apart(drilled: Drilled, made: Estate) -> None:
    """A third that nobody proved is no part of the copy, and ends the drill before anything is asked of it."""
    assert "its 2 instances likewise" in standby(drilled).isolated(drilled.copy).words
    rds, name = made.client("rds"), f"{drilled.copy.id}-3"
    add_member(rds, drilled.copy.id, name)
    try:
        with pytest.raises(NotRecoverable, match=f"besides it: {name}"):
            standby(drilled).isolated(drilled.copy)
    finally:
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        made.clock.sleep(3600)


def test_it_is_failed_over_to_its_own_reader_and_back(drilled: Drilled, made: Estate) -> None:
    """The target is named each time; the zones that serve change places, and AWS's events tell of each way."""
    own, copy = standby(drilled), drilled.copy
    before = own.zones(copy)
    own.fail_over(copy, before)
    after = own.failed_over(copy, before, lambda: True)
    assert after == Zones(before.standby, before.serving)
    own.fail_over(copy, after)
    assert own.failed_over(copy, after, lambda: True) == before
    given = [each for _, each in drilled.calls("FailoverDBCluster")]
    assert [(each["DBClusterIdentifier"], each["TargetDBInstanceIdentifier"]) for each in given] == [
        (copy.id, f"{copy.id}-2"),
        (copy.id, f"{copy.id}-1"),
    ]
    told = own.told(copy, made.ledger.rows[copy.id].intended_at)
    assert [each.state for each in told] == ["failover started", "failover completed"] * 2


def test_a_failover_that_is_under_way_is_not_asked_for_again(drilled: Drilled) -> None:
    """What AWS shows to be failing over was heard, whatever became of the answer."""
    own, copy = standby(drilled), drilled.copy
    before = own.zones(copy)
    own.fail_over(copy, before)
    assert "asked for before" in own.fail_over(copy, before).words
    assert len(drilled.calls("FailoverDBCluster")) == 1
    own.failed_over(copy, before, lambda: True)


def test_a_writer_that_stayed_is_told(drilled: Drilled, made: Estate) -> None:
    """AWS gave it up and promoted the previous one again: the zones are those of before, after a while of looking."""
    made.lab.faults.add({"kind": "same-zone", "service": "rds", "resource": drilled.copy.id})
    own, copy = standby(drilled), drilled.copy
    before = own.zones(copy)
    own.fail_over(copy, before)
    assert own.failed_over(copy, before, lambda: True) == before
    told = own.told(copy, made.ledger.rows[copy.id].intended_at)
    assert [each.state for each in told] == ["failover started", "failover given up: the previous writer again"]


def test_a_writer_that_was_promoted_again_unseen_is_told(drilled: Drilled, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS goes back to the old one while the instances are waited for: that one serves, whatever was seen before."""
    own, copy = standby(drilled), drilled.copy
    before = own.zones(copy)
    own.fail_over(copy, before)
    waited = Toolkit.wait_until_ready

    def wait(self: Toolkit, feed: Any, each: Any, *given: Any) -> Any:
        found = waited(self, feed, each, *given)
        if each == planned(copy, 2):
            members = described(drilled.made.client("rds"), copy.id)["DBClusterMembers"]
            monkeypatch.setattr(own, "_live", lambda _: {"Status": "available", "DBClusterMembers": swapped(members)})
        return found

    monkeypatch.setattr(Toolkit, "wait_until_ready", wait)
    assert own.failed_over(copy, before, lambda: True) == before


def swapped(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "IsClusterWriter": not each["IsClusterWriter"]} for each in members]


def test_no_target_is_guessed_where_no_writer_is_told(drilled: Drilled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of which AWS names no writer, or one of another's, is asked nothing."""
    own, copy = standby(drilled), drilled.copy
    before = own.zones(copy)
    for name, told in (("", "no writer"), ("theirs", "theirs as its writer")):
        members = [{"DBInstanceIdentifier": name, "IsClusterWriter": bool(name)}]
        monkeypatch.setattr(own, "_live", lambda _, m=members: {"Status": "available", "DBClusterMembers": m})
        monkeypatch.setattr(own, "seen", lambda _: (False, before))
        with pytest.raises(Transient, match=told):
            own.fail_over(copy, before)
    assert drilled.calls("FailoverDBCluster") == []


@pytest.mark.parametrize("lacking", [1, 2])
def test_a_zone_without_room_is_passed_over(begin: Begin, monkeypatch: pytest.MonkeyPatch, lacking: int) -> None:
    """The reader is asked for in each other zone in turn; where none has room, the first is waited for."""
    monkeypatch.setattr(isolation, "zones", lambda *_: ["us-east-1a", "us-east-1b", "us-east-1c"])
    drilled = begin(ClusterStandby)
    whole = ClusterStandby.further

    def further(self: ClusterStandby, copy: Any) -> Any:
        found = whole(self, copy)
        monkeypatch.setattr(found[1], "_zones", lambda: ["us-east-1b", "us-east-1c"])
        drilled.made.lab.faults.add(LACKS | {"times": lacking, "after": 0, "resource": f"{copy.id}-2"})
        return found

    monkeypatch.setattr(ClusterStandby, "further", further)
    drilled.restored()
    asked = [each.get("AvailabilityZone", "") for each in asked_for_instances(drilled)][1:]
    assert asked == (["us-east-1b", "us-east-1c"] if lacking == 1 else ["us-east-1b", "us-east-1c", "us-east-1b"])
    assert standby(drilled).zones(drilled.copy).standby == asked[-1]


LACKS = {"kind": "error", "service": "rds", "action": "CreateDBInstance", "code": "InsufficientDBInstanceCapacity"}


def test_all_three_go_the_reader_first(drilled: Drilled) -> None:
    """A sweep's destroyer knows each by its type; the cluster is not asked to go while an instance stands in it."""
    cluster, writer, reader = drilled.copy, planned(drilled.copy), planned(drilled.copy, 2)
    assert [drilled.destroy(each) for each in (reader, writer, cluster)] == [CopyState.DELETED] * 3
    named = ("DBInstanceIdentifier", "DBClusterIdentifier")
    gone = [
        next(given[key] for key in named if key in given)
        for _, given in drilled.calls("DeleteDBInstance", "DeleteDBCluster")
    ]
    assert gone == [reader.id, writer.id, cluster.id]


def test_serverless_gets_a_reader_of_its_own_kind(begin: Begin) -> None:
    """The class is the writer's, within the capacities that the restore was given."""
    drilled = begin(ClusterStandby, SCALES)
    drilled.restored()
    assert [each["DBInstanceClass"] for each in asked_for_instances(drilled)] == ["db.serverless"] * 2


def test_subnets_in_one_zone_are_told_before_anything_is_made(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader in the writer's own zone is no standby: the look fails, and nothing was asked for."""
    monkeypatch.setattr(isolation, "zones", lambda *_: ["us-east-1a"])
    drilled = begin(ClusterStandby, CLUSTER)
    looks = {each.name: each.perform for each in standby(drilled).preflight_checks(drilled.copy)}
    with pytest.raises(NotRecoverable, match="us-east-1a alone"):
        looks["zones"]()
    with pytest.raises(NotRecoverable, match="reaches no zone"):
        drilled.restored()
    assert len(asked_for_instances(drilled)) == 1


def test_both_names_are_looked_at(begin: Begin, made: Estate) -> None:
    """A reader's name that is taken is found before the cluster is restored."""
    drilled = begin(ClusterStandby)
    rds, name = made.client("rds"), f"{drilled.copy.id}-2"
    add_member(rds, CLUSTER.id, name)
    try:
        looks = {each.name: each.perform for each in standby(drilled).preflight_checks(drilled.copy)}
        with pytest.raises(NotRecoverable, match=name):
            looks["name of the copy"]()
    finally:
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        made.clock.sleep(3600)
