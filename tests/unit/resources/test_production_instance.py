"""The wait for production that fails over: bound to minutes, whatever state AWS tells, and by its events."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import events, on_production
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.failover import FAILOVER, Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.rds_instance.production import ProductionInstance
from tests.support.fakes import FakeClock

BEFORE = Zones("a", "b")
COPY: Any = mock.Mock(id="copy")
OLD, DONE = (
    ServerTime("orders", events.COMPLETED, datetime(2026, 5, day, tzinfo=UTC), "rds:DescribeEvents") for day in (1, 2)
)


class Production:
    """Production that is described as told, and of which AWS wrote down these failovers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, zone: str = "a", status: str = "available") -> None:
        self.clock, self.events = FakeClock(), [OLD]
        live = {
            "DBInstanceArn": "an-arn",
            "DBInstanceStatus": status,
            "MultiAZ": True,
            "AvailabilityZone": zone,
            "SecondaryAvailabilityZone": "b" if zone == "a" else "a",
            "DBParameterGroups": [{"DBParameterGroupName": "own", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "own", "Status": "in-sync"}],
        }
        self.live: dict[str, Any] = live
        toolkit = mock.Mock(clock=self.clock)
        self.instance = ProductionInstance(mock.Mock(id="orders"), toolkit)
        self.instance._asked = BEFORE, [OLD]
        monkeypatch.setattr(self.instance, "_live", lambda: self.live)
        monkeypatch.setattr(self.instance, "_maintenance", lambda _: [])
        monkeypatch.setattr(on_production.events, "failovers", lambda *_: list(self.events))

    def wait(self, served: Any = lambda: True) -> Zones:
        return self.instance.failed_over(COPY, BEFORE, served)


def test_a_client_that_is_served_in_another_zone_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while AWS tells that production reboots: its client writes no longer than it has to."""
    assert Production(monkeypatch, "b", "rebooting").wait() == Zones("b", "a")


def test_no_service_ends_the_wait_whatever_state_aws_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked at each look: the limit is not left to a state that never comes, nor to an answer of AWS."""
    made = Production(monkeypatch, "a", "rebooting")

    def served() -> bool:
        if made.clock.monotonic() - began > 60:
            raise NotRecoverable("no write")
        return False

    began = made.clock.monotonic()
    with pytest.raises(NotRecoverable):
        made.wait(served)
    monkeypatch.setattr(made.instance, "_live", mock.Mock(side_effect=Transient("no answer")))
    began = made.clock.monotonic()
    with pytest.raises(NotRecoverable):
        made.wait(served)


def test_the_old_zone_is_believed_only_where_no_event_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failover that AWS says completed is never told as none: nobody knows then, after twenty minutes."""
    assert Production(monkeypatch).wait() == BEFORE
    made = Production(monkeypatch)
    made.events.append(DONE)
    began = made.clock.monotonic()
    with pytest.raises(NotMeasured, match=r"AWS goes on telling .* 2026-05-02"):
        made.wait()
    assert made.clock.monotonic() - began < on_production.ZONES_WITHIN + 60


def test_a_standby_that_does_not_come_back_is_told_within_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for it is bound, and says what lacks."""
    made = Production(monkeypatch)
    made.live["SecondaryAvailabilityZone"] = ""
    began = made.clock.monotonic()
    with pytest.raises(NotMeasured, match="has a standby in its own zone"):
        made.instance.stand_by(COPY)
    assert made.clock.monotonic() - began < on_production.WHOLE_WITHIN + 60


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("DBParameterGroups", {"DBParameterGroupName": "own", "ParameterApplyStatus": "pending-reboot"}),
        ("DBParameterGroups", {"DBParameterGroupName": "own", "ParameterApplyStatus": "applying"}),
        ("OptionGroupMemberships", {"OptionGroupName": "own", "Status": "pending-apply"}),
        ("OptionGroupMemberships", {"OptionGroupName": "own"}),
    ],
)
def test_it_is_looked_at_again_right_before_each_ask(
    monkeypatch: pytest.MonkeyPatch, key: str, group: dict[str, str]
) -> None:
    """Settings that a restart would put in force are no part of the drill: nothing is asked for."""
    made = Production(monkeypatch)
    asking: Any = made.instance._asking(COPY, FAILOVER)
    asking()
    made.live[key] = [group]
    with pytest.raises(NotMeasured, match="waits for the"):
        made.instance._asking(COPY, FAILOVER)


@pytest.mark.parametrize("state", sorted(events.GIVEN_UP))
@pytest.mark.parametrize("served", [True, False])
def test_a_failover_that_aws_gives_up_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, state: str, served: bool
) -> None:
    """Production serves as before, or not yet again: the wait ends within seconds of AWS's word, which is told."""
    made = Production(monkeypatch)
    told = "rds:DescribeEvents: Abandoning user requested failover since a failover recently occurred"
    made.events.append(ServerTime("orders", state, DONE.at, told))
    began = made.clock.monotonic()
    with pytest.raises(NotMeasured, match="AWS gave up the failover of orders: Abandoning user requested failover"):
        made.wait(lambda: served)
    assert made.clock.monotonic() - began <= 12


def test_abandonments_are_known_by_rds_own_words() -> None:
    """As RDS writes them for instances and for clusters; the raw message is kept."""
    messages = (
        "Abandoning user requested failover since a failover recently occurred on the database instance.",
        "Promoting previous primary again: orders-1.",
        "Cluster failover failed, check the health of your cluster instances and try again.",
    )
    dated = [{"Message": each, "Date": DONE.at} for each in messages]
    api: Any = mock.Mock(pages=lambda *_, **__: dated)
    told = events.failovers(api, "orders", DONE.at)
    assert {each.state for each in told} == events.GIVEN_UP
    assert [each.source.partition(": ")[2] for each in told] == list(messages)


@pytest.mark.parametrize("code", ["InvalidDBInstanceState", "DBInstanceNotFound"])
def test_a_call_that_aws_refuses_is_no_failed_drill(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A backup began since the look, say: nothing came of the call, and production was not seen to fail."""
    made = Production(monkeypatch)
    refused = Refused(f"{code}: it is not available", "", "rds:RebootDBInstance")
    refused.code = code
    made.instance._asked = None
    monkeypatch.setattr(made.instance._api, "call", mock.Mock(side_effect=refused))
    with pytest.raises(NotMeasured, match=f"AWS refused to fail orders over: .*{code}.*; nothing came of it") as raised:
        made.instance.fail_over(Copy("rds-instance", "copy", "r", "run", "d", "s"), BEFORE, FAILOVER)
    assert not isinstance(raised.value, Transient)
    refused.repeated = True
    assert made.instance._told_of(refused) is refused


def seen_as(monkeypatch: pytest.MonkeyPatch, *described: dict[str, Any] | None) -> Production:
    """Production of which AWS tells these one after the other, the last again and again."""
    made, left = Production(monkeypatch), list(described)
    live = functools.partial(ProductionInstance._live, made.instance)
    monkeypatch.setattr(made.instance, "_live", live)
    look = mock.Mock(described=lambda _: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(made.instance, "_objects", look)
    return made


def test_what_aws_forgets_for_a_moment_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the midst of an outage one answer that it is not there ends nothing; before it, what stays away is told."""
    there = {**Production(monkeypatch).live, "AvailabilityZone": "b", "SecondaryAvailabilityZone": "a"}
    there["DbiResourceId"] = "db-1"
    assert seen_as(monkeypatch, None, there).instance._live() == there
    assert seen_as(monkeypatch, *[None] * 20, there).wait() == Zones("b", "a")
    with pytest.raises(NotMeasured, match="orders is not to be seen"):
        seen_as(monkeypatch, None).instance.look()


def test_one_that_was_made_anew_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never becomes whole as the one that was failed over: that is told at once."""
    there = {**Production(monkeypatch).live, "DbiResourceId": "db-2"}
    made = seen_as(monkeypatch, there)
    made.instance._unique = "db-1"
    began = made.clock.monotonic()
    with pytest.raises(NotMeasured, match="orders is another than when the run began"):
        made.instance.stand_by(COPY)
    assert made.clock.monotonic() - began < 10
