"""The endpoints of a cluster of ARC: which are asked, in which order, and what their answers mean for a drill."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from dr_orchestrator.aws.calls.api import Denied, NotFound, Refused
from dr_orchestrator.aws.drill_name.cluster import AGAIN_S, GIVEN_UP_S, Cluster, told_by
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
    assert told.startswith("the endpoint in ap-southeast-2 switched it; before it us-west-2 gave no answer: timed out")
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
    """A change soon after another is refused for a while, too: it is asked for as patiently as any, and then
    believed.
    """
    cell = Cell({"*": refused("Conflict", "Unmet assertion rule keep-one-on")})
    began = cell.clock.monotonic()
    with pytest.raises(NotRecoverable, match=r"refuses to switch its routing controls: .*keep-one-on") as told:
        cluster(cell).turn({THERE: False}, is_lost=True)
    assert GIVEN_UP_S < cell.clock.monotonic() - began < GIVEN_UP_S + 60
    assert "never overrides" in told.value.hint
    passing = Cell({"*": [refused("Conflict")] * 20})
    assert "switched it" in cluster(passing).turn({THERE: True}, is_lost=True)


def test_no_safety_rule_is_blamed_that_nobody_named() -> None:
    """AWS says Conflict of two changes at a time, too; where it names a rule as what it is about, that is one."""
    cell = Cell({"*": refused("Conflict", "Please retry")})
    with pytest.raises(NotRecoverable, match="Please retry") as told:
        cluster(cell).turn({THERE: False}, is_lost=True)
    assert "safety rule" not in told.value.hint
    named = refused("Conflict", "Please retry")
    cast("ClientError", named.__cause__).response["resourceType"] = "SafetyRule"  # type: ignore[typeddict-unknown-key]
    with pytest.raises(NotRecoverable) as by_rule:
        cluster(Cell({"*": named})).turn({THERE: False}, is_lost=True)
    assert "safety rule" in by_rule.value.hint


def test_a_conflict_at_the_end_of_a_silence_is_not_believed_at_once() -> None:
    """Nobody answered until then: that it would be refused again nobody has seen."""
    rounds = int(GIVEN_UP_S / AGAIN_S) - 2
    faults: list[Any] = [*[refused("Conflict")] * 3, *[Transient("timed out")] * (4 * rounds), refused("Conflict")]
    cell = Cell({"*": faults})
    with pytest.raises(NotMeasured, match="refuses to switch"):
        cluster(cell).turn({THERE: False}, is_lost=True)


def page(status: str = "503") -> Transient:
    """What a proxy on the way answers: a page, whose code botocore takes of its status."""
    made = Transient(f"{status}: Service Unavailable")
    made.__cause__ = ClientError({"Error": {"Code": status}}, "UpdateRoutingControlStates")
    return made


def modelled(code: str) -> Transient:
    """What an endpoint itself says, with the status of a server's fault."""
    made = Transient(f"{code}Exception: not now")
    made.__cause__ = ClientError({"Error": {"Code": f"{code}Exception"}}, "UpdateRoutingControlStates")
    return made


OUT, FAILED, CUT = modelled("EndpointTemporarilyUnavailable"), modelled("InternalServer"), Transient("timed out")
THROTTLED = modelled("Throttling")
UNKNOWN = NotFound("ResourceNotFoundException: no such control")


@pytest.mark.parametrize(
    ("faults", "means"),
    [
        ([OUT, CUT, CUT, CUT], NotMeasured),
        ([OUT, OUT, CUT, CUT], NotMeasured),
        ([OUT, FAILED, OUT, CUT], NotRecoverable),
        ([OUT, FAILED, UNKNOWN, OUT], NotRecoverable),
        ([page(), page(), page(), page()], NotMeasured),
        ([THROTTLED, THROTTLED, THROTTLED, THROTTLED], NotMeasured),
        ([OUT, OUT, page(), THROTTLED], NotMeasured),
        ([UNKNOWN, UNKNOWN, CUT, CUT], NotMeasured),
        ([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN], NotRecoverable),
    ],
)
def test_what_endpoints_say_themselves_alone_is_a_failure_of_theirs(
    faults: list[DrillFault], means: type[DrillFault]
) -> None:
    """Each of those that are asked, or as many as AWS promises never to be away at one time; of a page of a proxy, of
    throttling and of silence nobody knows.
    """
    order = ("us-west-2", "us-east-1", "ap-southeast-2", "ap-northeast-1")
    with pytest.raises(means, match="none of 4 endpoints"):
        cluster(Cell(dict(zip(order, faults, strict=True)))).turn({THERE: True}, is_lost=True)


def test_two_endpoints_that_both_say_that_they_cannot_are_all_there_are() -> None:
    """A team may declare fewer than five."""
    controls = Controls("arn:cluster", PANEL, tuple(sorted(URLS.items()))[:2])
    cell = Cell({"*": OUT})
    toolkit = SimpleNamespace(account=cell, clock=cell.clock, context=SimpleNamespace(raise_if_stopped=lambda: None))
    with pytest.raises(NotRecoverable, match="none of 2 endpoints"):
        Cluster(cast("Any", toolkit), controls, LOST).turn({THERE: True}, is_lost=True)


def test_an_endpoint_that_does_not_know_a_control_yet_is_passed_by() -> None:
    """Others do; and it may itself a moment later."""
    cell = Cell({"us-west-2": UNKNOWN})
    told = cluster(cell).turn({THERE: True}, is_lost=True)
    assert told.startswith("the endpoint in us-east-1 switched it; before it us-west-2 did not: ResourceNotFound")
    assert cluster(Cell({"us-west-2": UNKNOWN})).are({THERE: True}, is_lost=True)
    later = Cell({"*": [UNKNOWN] * 4})
    assert "switched it" in cluster(later).turn({THERE: True}, is_lost=True)


def test_who_gave_no_answer_may_have_done_it() -> None:
    """The run does not say that it did not."""
    told = cluster(Cell({"us-west-2": CUT})).turn({THERE: True}, is_lost=True)
    assert told.endswith("before it us-west-2 gave no answer: timed out")


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


def test_one_endpoint_that_is_gone_ends_no_look_at_the_others() -> None:
    """Each is asked, and those that do not answer are named with why; a right that lacks is no endpoint's fault."""
    gone = {"us-east-1": NotFound("nothing of that name"), "us-west-2": Transient("no answer")}
    cell = Cell(gone)
    assert cluster(cell).silent() == {"us-east-1": "nothing of that name", "us-west-2": "no answer"}
    assert sorted(cell.asked) == sorted(URLS)
    with pytest.raises(Denied):
        cluster(Cell({"us-east-1": Denied("no right")})).silent()
