"""The endpoints of a cluster of ARC: which are asked, in which order, and what their answers mean for a drill."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from dr_orchestrator.aws.calls.api import Denied, Refused
from dr_orchestrator.aws.drill_name.cluster import CONFLICTS, GIVEN_UP_S, Cluster, told_by
from dr_orchestrator.domain.leading import Controls
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Transient
from tests.support.fakes import FakeClock

PANEL = "arn:aws:route53-recovery-control::123456789012:controlpanel/0a"
HERE, THERE = f"{PANEL}/routingcontrol/1", f"{PANEL}/routingcontrol/2"
LOST = "eu-west-1"
URLS = {
    region: f"https://0a1b2c3d.route53-recovery-cluster.{region}.amazonaws.com/v1"
    for region in ("us-east-1", "us-west-2", LOST, "ap-northeast-1", "ap-southeast-2")
}


def refused(code: str, words: str = "not now") -> Refused:
    made = Refused(f"{code}Exception: {words}")
    made.code = f"{code}Exception"
    made.__cause__ = ClientError({"Error": {"Code": made.code}}, "UpdateRoutingControlStates")
    return made


class Cell:
    """A cluster's endpoints; `faults` are what some answer in place of doing it, once each where they are a list."""

    def __init__(self, faults: dict[str, Any] | None = None, real: bool = True) -> None:
        self.asked: list[str] = []
        self.given: list[dict[str, Any]] = []
        self.faults, self.clock, self.real = faults or {}, FakeClock(), real

    def api_at(self, service: str, url: str, region: str) -> Any:
        assert (service, url) == ("route53-recovery-cluster", URLS[region])
        return SimpleNamespace(call=lambda operation, **given: self._call(region, operation, given))

    def api(self, service: str) -> Any:
        assert service == "route53"
        return SimpleNamespace(is_real=self.real)

    def _call(self, region: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(region)
        fault = self.faults.get(region, self.faults.get("*"))
        if isinstance(fault, list):
            fault = fault.pop(0) if fault else None
        if fault is not None:
            raise fault
        self.given.append(given)
        return {"RoutingControlState": "On"} if operation == "GetRoutingControlState" else {}


def cluster(cell: Cell, lost: str = LOST) -> Cluster:
    context = SimpleNamespace(raise_if_stopped=lambda: None)
    toolkit = cast("Any", SimpleNamespace(account=cell, clock=cell.clock, context=context))
    controls = Controls("arn:cluster", PANEL, tuple(sorted(URLS.items())))
    return Cluster(toolkit, controls, lost, shuffle=lambda each: each.sort(reverse=True))


def test_the_lost_regions_endpoint_is_not_asked_and_else_comes_last() -> None:
    """Whatever chance says of the others."""
    cell = Cell()
    order = [region for region, _ in cluster(cell).in_order(is_lost=True)]
    assert order == ["us-west-2", "us-east-1", "ap-southeast-2", "ap-northeast-1"]
    assert [region for region, _ in cluster(cell).in_order(is_lost=False)] == [*order, LOST]


def test_chance_says_which_is_first() -> None:
    """Two drills in a row, or ten teams on one day, do not all ask the same one."""
    toolkit = cast("Any", SimpleNamespace())
    controls = Controls("arn:cluster", PANEL, tuple(sorted(URLS.items())))
    firsts = {Cluster(toolkit, controls, LOST).in_order(is_lost=True)[0][0] for _ in range(200)}
    assert firsts == set(URLS) - {LOST}


def test_both_are_switched_in_one_change_and_no_rule_is_overridden() -> None:
    """What is on and what is off changes at once: between two changes both sides would be off, or on."""
    cell = Cell()
    told = cluster(cell).turn({HERE: False, THERE: True}, is_lost=True)
    assert told == "the endpoint in us-west-2 switched it"
    assert cell.given == [
        {
            "UpdateRoutingControlStateEntries": [
                {"RoutingControlArn": HERE, "RoutingControlState": "Off"},
                {"RoutingControlArn": THERE, "RoutingControlState": "On"},
            ]
        }
    ]


def test_who_does_not_answer_is_passed_by_and_named() -> None:
    """An endpoint that is cut off, and one that says that it is not available, are no reason to wait."""
    cell = Cell({"us-west-2": Transient("timed out"), "us-east-1": refused("EndpointTemporarilyUnavailable")})
    told = cluster(cell).turn({THERE: True}, is_lost=True)
    assert cell.asked == ["us-west-2", "us-east-1", "ap-southeast-2"]
    assert told.startswith("the endpoint in ap-southeast-2 switched it; before it us-west-2 did not: timed out; us-")
    assert cell.clock.monotonic() == Cell().clock.monotonic()


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        (Transient("timed out"), NotMeasured),
        (refused("EndpointTemporarilyUnavailable"), NotRecoverable),
    ],
)
def test_all_that_fail_are_asked_again_until_it_is_given_up(fault: DrillFault, means: type[DrillFault]) -> None:
    """Where none answers nobody knows whose fault it is; where they answer that they cannot, the recovery failed."""
    cell = Cell({"*": fault})
    began = cell.clock.monotonic()
    with pytest.raises(means, match="none of 4 endpoints"):
        cluster(cell).turn({THERE: True}, is_lost=True)
    assert GIVEN_UP_S < cell.clock.monotonic() - began < GIVEN_UP_S + 60
    assert LOST not in cell.asked


def test_a_safety_rule_that_refuses_is_told_in_its_own_words() -> None:
    """A change soon after another is refused for a while, too: it is asked for again, and then believed."""
    cell = Cell({"*": refused("Conflict", "Unmet assertion rule keep-one-on")})
    with pytest.raises(NotRecoverable, match=r"refuses to switch its routing controls: .*keep-one-on") as told:
        cluster(cell).turn({THERE: False}, is_lost=True)
    assert len(cell.asked) == CONFLICTS
    assert "never overrides" in told.value.hint
    passing = Cell({"*": [refused("Conflict")]})
    assert "switched it" in cluster(passing).turn({THERE: True}, is_lost=True)


def test_a_right_that_lacks_is_told_at_once() -> None:
    """No other endpoint would say otherwise."""
    cell = Cell({"*": Denied("AccessDenied")})
    with pytest.raises(Denied):
        cluster(cell).turn({THERE: True}, is_lost=True)
    assert len(cell.asked) == 1


def test_states_are_read_at_an_endpoint_too() -> None:
    """Of each control; one that is otherwise is enough."""
    assert cluster(Cell()).are({HERE: True, THERE: True}, is_lost=True)
    assert not cluster(Cell()).are({HERE: True, THERE: False}, is_lost=True)


def test_a_lab_never_calls_aws() -> None:
    """Endpoints of AWS's own are asked only where the account is one, and no other where it is."""
    with pytest.raises(NotMeasured, match="is not of the AWS that Route 53 is asked at"):
        cluster(Cell(real=False)).turn({THERE: True}, is_lost=True)


def test_endpoints_are_read_as_they_are_declared() -> None:
    """With a slash at the end or without."""
    told = {"ClusterEndpoints": [{"Region": "us-east-1", "Endpoint": f"{URLS['us-east-1']}/"}]}
    assert dict(told_by(told)) == {"us-east-1": URLS["us-east-1"]}
