"""The wait for production that fails over: bound to minutes, whatever state AWS tells, and by its events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.rds import events, on_production
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
