"""A promotion that AWS makes hard: busy instances, replicas that others promote, servers that stay read-only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import isolation, replicas
from dr_orchestrator.aws.rds.instances import STATES
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import GaveUp, Sighting, Watcher
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.rds_instance.promotion import RdsPromotion
from dr_orchestrator.runner import RunContext
from tests.support.fakes import FakeClock
from tests.support.promoted_rds import BUSY, COPY, STANDING, STOPPED, Rds


@pytest.fixture
def rds() -> Iterator[Rds]:
    yield Rds()
    mock.patch.stopall()


def test_a_standing_replica_that_is_backed_up_is_waited_for(rds: Rds) -> None:
    """It has backups, so that it is not available each night: RDS makes a replica of it once that is over."""
    rds.standing["DBInstanceStatus"] = "backing-up"
    began = rds.clock.monotonic()
    rds.at(600, lambda: rds.standing.update(DBInstanceStatus="available"))
    with (
        mock.patch.object(rds.promotion._objects, "described", lambda _: None),
        mock.patch.object(RdsPromotion, "_overrides", lambda _: {}),
    ):
        rds.promotion.follow(COPY)
    assert rds.clock.monotonic() - began >= 600
    assert rds.calls == ["CreateDBInstanceReadReplica"]


@pytest.mark.parametrize(("status", "fault"), [("storage-full", NotRecoverable), ("modifying", NotMeasured)])
def test_a_standing_replica_that_is_never_available_ends_it(rds: Rds, status: str, fault: type[Exception]) -> None:
    """At once where it is dead, else at the ceiling; no replica is asked for."""
    rds.standing["DBInstanceStatus"] = status
    with mock.patch.object(rds.promotion._objects, "described", lambda _: None), pytest.raises(fault, match=status):
        rds.promotion.follow(COPY)
    assert rds.calls == []


def test_it_follows_once_it_has_caught_up(rds: Rds) -> None:
    """RDS calls it replicating while it has hours to take on, which the standing one does not lack."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 5000.0})
    began = rds.clock.monotonic()
    rds.at(1800, lambda: rds.lags.update({COPY.id: 3.0}))
    assert "no further behind than orders-eu" in rds.promotion.follows(COPY).words
    assert rds.clock.monotonic() - began >= 1800


def test_one_that_never_catches_up_is_not_measured(rds: Rds) -> None:
    """No number is made of it."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 5000.0})
    with pytest.raises(NotMeasured, match="still further behind than orders-eu"):
        rds.promotion.follows(COPY)


def test_where_cloudwatch_tells_nothing_its_heartbeat_does(rds: Rds) -> None:
    """After a quarter of an hour: the loss that is read is then too large, and never too small."""
    assert "CloudWatch tells nothing" in rds.promotion.follows(COPY).words


def test_replication_that_stops_is_told_by_its_words(rds: Rds) -> None:
    """A replica that RDS has in error is given up after minutes, and not after hours without a reason."""
    rds.own["StatusInfos"] = [STOPPED]
    began = rds.clock.monotonic()
    with pytest.raises(NotMeasured, match="does not replicate: RDS tells error row not found"):
        rds.promotion.follows(COPY)
    assert rds.clock.monotonic() - began < 1200


@pytest.mark.parametrize("status", ["stopped", "terminated"])
def test_replication_that_somebody_ended_is_told_at_once(rds: Rds, status: str) -> None:
    """What is in error may go on by itself, and this does not: nothing is waited for."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 5000.0})
    ended = STOPPED | {"Status": status, "Message": "by its owner"}
    rds.at(1800, lambda: rds.own.update(StatusInfos=[ended]))
    began = rds.clock.monotonic()
    with pytest.raises(NotMeasured, match=f"does not replicate: RDS tells {status} by its owner"):
        rds.promotion.follows(COPY)
    assert rds.clock.monotonic() - began < 1800 + 120


@pytest.mark.parametrize(("status", "fault"), [("error", Transient), ("stopped", NotMeasured)])
def test_what_replicates_no_more_is_not_read(rds: Rds, status: str, fault: type[Exception]) -> None:
    """Since it followed, its replication broke: what it lacks is no loss of a disaster, and no number comes of it."""
    rds.own["StatusInfos"] = [STOPPED | {"Status": status}]
    rds.promotion.held = lambda _: pytest.fail("it was read")
    with pytest.raises(NotMeasured, match=f"does not replicate: RDS tells {status} row not found") as told:
        rds.promotion.hold(COPY)
    assert type(told.value) is fault


def test_a_standing_replica_that_was_promoted_meanwhile_is_no_witness(rds: Rds) -> None:
    """Whoever promoted it writes to it: what the run's replica holds then is no more what the lost region left."""
    rds.standing.pop(replicas.SOURCE)
    with pytest.raises(NotRecoverable, match="orders-eu is no read replica"):
        rds.promotion.hold(COPY)


def test_what_rds_promoted_by_itself_is_no_recovery(rds: Rds) -> None:
    """Somebody deletes the standing replica: RDS promotes what replicates it, and no time of that is ours."""
    rds.promotion.hold(COPY)
    rds.own.pop(replicas.SOURCE)
    with pytest.raises(NotMeasured, match="replicates nothing any more, and this run did not promote it"):
        rds.promotion.restore(rds.promotion.choose(), COPY)
    assert rds.calls == []


def test_a_promotion_whose_answer_was_lost_was_asked_for(rds: Rds) -> None:
    """Asked again in the same process, it replicates nothing: that was us."""
    rds.promotion.hold(COPY)
    rds.answers = [Transient("no answer")]
    with pytest.raises(Transient):
        rds.promotion.restore(rds.promotion.choose(), COPY)
    rds.own.pop(replicas.SOURCE)
    rds.promotion.restore(rds.promotion.choose(), COPY)
    assert rds.calls == ["PromoteReadReplica"]


@pytest.mark.parametrize("status", ["available", "backing-up", "configuring-enhanced-monitoring"])
def test_one_that_is_busy_is_asked_again(rds: Rds, status: str) -> None:
    """It is not taken for one that is being promoted, for which would be waited to the ceiling."""
    rds.answers, rds.own["DBInstanceStatus"] = [BUSY], status
    with pytest.raises(Transient, match="not in available state"):
        rds.promotion.restore(mock.Mock(), COPY)


def test_one_that_replicates_on_is_asked_again_while_it_is_waited_for(rds: Rds) -> None:
    """RDS refused, being about something else, and looked as if it were promoting: nothing is waited for in vain."""
    rds.answers, rds.own["DBInstanceStatus"] = [BUSY], "modifying"
    rds.promotion.restore(mock.Mock(), COPY)
    rds.at(300, lambda: rds.own.update(DBInstanceStatus="available"))
    rds.promotion.ready(COPY)
    assert rds.calls == ["PromoteReadReplica", "PromoteReadReplica"]
    assert rds.clock.monotonic() < 600


def test_one_that_was_promoted_since_it_was_seen_is_not_asked_again(rds: Rds) -> None:
    """Each look is a moment old: what is none any more by the next one is what was wanted, and no other's replica."""
    rds.promotion.asked_before()
    rds.promotion._unheard = -3600.0
    seen = {**rds.own}
    rds.own.pop(replicas.SOURCE)
    looks = [[seen], [rds.own]]
    with mock.patch.object(rds, "pages", lambda *_, **__: looks[0] if len(looks) == 1 else looks.pop(0)):
        rds.api.pages = rds.pages
        rds.promotion.ready(COPY)
    assert rds.calls == []


def test_a_server_that_stays_read_only_was_not_promoted(rds: Rds) -> None:
    """RDS calls it available, and it answers: who cannot write to it has not recovered, however its checks read."""
    rds.alone = False
    rds.promotion.asked_before()
    rds.own.pop(replicas.SOURCE)
    with pytest.raises(NotMeasured, match="no server that takes writes answers there"):
        rds.promotion.ready(COPY)


def making(rds: Rds) -> Any:
    """What is asked for, of a replica that is not there yet."""
    with (
        mock.patch.object(rds.promotion._objects, "described", lambda _: None),
        mock.patch.object(RdsPromotion, "_overrides", lambda _: {}),
    ):
        return rds.promotion.follow(COPY)


def test_a_backup_that_begins_between_look_and_call_is_waited_for(rds: Rds) -> None:
    """RDS refuses what it took a moment before: that is no verdict on a replica."""

    class Begins(Refused):
        def __init__(self) -> None:
            super().__init__("is not in available state")
            self.code = "InvalidDBInstanceState"

    def named(operation: str, *_: Any, **given: Any) -> dict[str, Any]:
        if operation == "CreateDBInstanceReadReplica" and rds.answers:
            rds.standing["DBInstanceStatus"] = "backing-up"
            raise rds.answers.pop() or ValueError
        return Rds.named(rds, operation, **given)

    rds.answers, rds.api.named = [Begins()], named
    rds.at(3600, lambda: rds.standing.update(DBInstanceStatus="available"))
    making(rds)
    assert rds.clock.monotonic() >= 3600
    assert rds.calls == ["CreateDBInstanceReadReplica"]


@pytest.mark.parametrize(("code", "least"), [("InvalidDBInstanceState", 900.0), ("KMSKeyNotAccessibleFault", 0.0)])
def test_a_refusal_that_stays_is_believed(rds: Rds, code: str, least: float) -> None:
    """Of one that is available all the while, after a quarter of an hour: then it is against something else."""
    refused = Refused("no", call="rds:CreateDBInstanceReadReplica")
    refused.code = code

    def named(operation: str, *_: Any, **given: Any) -> dict[str, Any]:
        if operation.startswith("Create"):
            raise refused
        return Rds.named(rds, operation, **given)

    rds.api.named = named
    with pytest.raises(Refused):
        making(rds)
    assert least <= rds.clock.monotonic() < least + 120


def test_what_rds_takes_to_make_it_is_no_failure(rds: Rds) -> None:
    """Nothing was to be recovered yet: at the ceiling of what no target bounds it is not measured."""
    rds.own["DBInstanceStatus"] = "creating"
    with pytest.raises(NotMeasured, match="still 'creating'"):
        rds.promotion.follows(COPY)


def test_no_target_bounds_what_is_made_before_the_disruption() -> None:
    """A large one takes an hour to be made, whatever is promised of its promotion: that alone is held to the target."""
    clock = FakeClock()
    tools = Toolkit(mock.Mock(), Watcher(clock), mock.Mock(), RunContext("r", clock), ceiling=2700.0)
    feed = tools.watcher.feed(("rds",), lambda names: {each: Sighting("creating") for each in names})
    with pytest.raises(GaveUp, match=r"still 'creating' after 0\.8 h"):
        tools.wait_until_ready(feed, COPY, STATES)
    with pytest.raises(NotMeasured, match=r"still 'creating' after 72\.0 h"):
        tools.wait_beforehand(feed, COPY, STATES, lambda _: True)


def test_replication_that_breaks_while_it_catches_up_is_told_by_its_words(rds: Rds) -> None:
    """After minutes and by what RDS says, not after days as one that is behind."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 5000.0})
    began = rds.clock.monotonic()
    rds.at(1800, lambda: rds.own.update(StatusInfos=[STOPPED]))
    with pytest.raises(NotMeasured, match="does not replicate: RDS tells error row not found"):
        rds.promotion.follows(COPY)
    assert rds.clock.monotonic() - began < 3600


def test_one_that_dies_while_it_catches_up_is_not_waited_for(rds: Rds) -> None:
    """Its state is looked at as long as its lag is."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 5000.0})
    rds.at(1800, lambda: rds.own.update(DBInstanceStatus="storage-full"))
    with pytest.raises(NotRecoverable, match="ended as 'storage-full'"):
        rds.promotion.follows(COPY)


@pytest.mark.parametrize(("silent", "follows"), [(600.0, True), (1800.0, False)])
def test_cloudwatch_may_be_silent_for_a_while(rds: Rds, silent: float, follows: bool) -> None:
    """One call without an answer ends no hours of waiting; silence that lasts does."""
    rds.lags.update({"orders-eu": 1.0, COPY.id: 3.0})
    call, began = rds.api.call, rds.clock.monotonic()

    def told(operation: str, **given: Any) -> dict[str, Any]:
        if operation == "GetMetricStatistics" and rds.clock.monotonic() - began < silent:
            raise Transient("no answer")
        return dict(call(operation, **given))

    rds.api.call = told
    if follows:
        assert "no further behind" in rds.promotion.follows(COPY).words
        return
    with pytest.raises(Transient):
        rds.promotion.follows(COPY)


def test_a_clock_that_is_a_little_ahead_spoils_nothing(rds: Rds) -> None:
    """A heartbeat is no later than when it was read; that is told. One from hours ahead is told as it is."""
    rds.promotion.held = lambda _: rds.clock.now() + timedelta(seconds=2)
    assert "production's clock is 2 s ahead of ours" in rds.promotion.hold(COPY).words
    point = rds.promotion.choose()
    assert point.data_time == rds.clock.now()
    assert "2 s ahead" in point.data_time_source
    rds.promotion.held = lambda _: rds.clock.now() + timedelta(hours=2)
    rds.promotion.hold(COPY)
    assert rds.promotion.choose().data_time == rds.clock.now() + timedelta(hours=2)


def test_what_rds_promoted_while_it_refused_us_is_no_recovery(rds: Rds) -> None:
    """It is busy, so that our call is not taken; then somebody deletes the standing one, and RDS promotes it."""
    rds.promotion.hold(COPY)
    rds.answers, rds.own["DBInstanceStatus"] = [BUSY], "modifying"
    rds.promotion.restore(rds.promotion.choose(), COPY)
    rds.own.pop(replicas.SOURCE)
    rds.own["DBInstanceStatus"] = "available"
    for each in (rds.promotion.ready, lambda copy: rds.promotion.restore(mock.Mock(), copy)):
        with pytest.raises(NotMeasured, match="this run did not promote it"):
            each(COPY)


def test_one_that_is_busy_with_what_was_asked_was_asked_for(rds: Rds) -> None:
    """The answer to the call was lost, and it was made again: what refuses it may be its own effect."""
    busy = Refused("is not in available state", call="rds:PromoteReadReplica")
    busy.code, busy.repeated = "InvalidDBInstanceState", True
    rds.answers, rds.own["DBInstanceStatus"] = [busy], "modifying"
    rds.promotion.restore(mock.Mock(), COPY)
    rds.own.pop(replicas.SOURCE)
    rds.own["DBInstanceStatus"] = "available"
    assert "first backup" in rds.promotion.ready(COPY).words


def test_a_process_that_goes_on_asks_the_journal_who_promoted_it(rds: Rds) -> None:
    """It read nothing itself: where no step of the run had begun to ask, somebody else promoted it."""
    rds.own.pop(replicas.SOURCE)
    with pytest.raises(NotMeasured, match="this run did not promote it"):
        rds.promotion.restore(mock.Mock(), COPY)
    rds.promotion.asked_before()
    rds.promotion.restore(mock.Mock(), COPY)
    assert rds.calls == []


def test_the_option_group_that_is_looked_at_is_the_standing_ones(rds: Rds) -> None:
    """No other is used, whatever the resource says of its copies."""
    rds.standing["OptionGroupMemberships"] = [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}]
    resource = replace(STANDING, own={"option_group": "gone"})
    rds.promotion._resource = resource
    with (
        mock.patch.object(isolation, "vpc_of", lambda *_: "vpc-1"),
        mock.patch.object(isolation, "declared", lambda _: mock.Mock(subnet_group="s")),
    ):
        assert rds.promotion._look_at_options() == "default:postgres-16, of any VPC"
