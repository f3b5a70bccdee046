"""What a switched name stands on: adopted by the name that it was given, and deleted only as what this run made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.drill_name.controls import HealthCheck, RoutingControl
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from tests.support.fakes import FakeClock

RUN, PANEL = "20261120-abc123", "arn:aws:route53-recovery-control::123456789012:controlpanel/0a"
NAME, CLUSTER = f"dro-{RUN}-there-shop", "arn:aws:route53-recovery-control::123456789012:cluster/0b"
CONTROL = Copy("arc-routing-control", f"{PANEL}/{NAME}", "eu-central-1", RUN, "a-drill", "a-service")
CHECK = Copy("health-check", NAME, "eu-central-1", RUN, "a-drill", "a-service")


class Account:
    """ARC and Route 53 as far as both need them; `known` is what the ledger has of each copy."""

    def __init__(self) -> None:
        self.controls: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.vouched: list[str] = []
        self.known: dict[str, Identity] = {}
        self.guard = SimpleNamespace(vouch=lambda held: self.vouched.append(held.id))
        self.deploying = 2

    def api(self, _service: str) -> Any:
        return self

    def call(self, operation: str, **given: Any) -> dict[str, Any]:
        self.made.append((operation, given))
        match operation:
            case "CreateRoutingControl":
                arn, name = f"{given['ControlPanelArn']}/routingcontrol/1", given["RoutingControlName"]
                self.controls.append({"Name": name, "RoutingControlArn": arn, "Status": "PENDING"})
                return {"RoutingControl": self.controls[-1]}
            case "DescribeRoutingControl":
                self.deploying -= 1
                return {"RoutingControl": {"Status": "PENDING" if self.deploying else "DEPLOYED"}}
            case "CreateHealthCheck":
                config, reference = given["HealthCheckConfig"], given["CallerReference"]
                self.checks.append({"Id": "check-1", "CallerReference": reference, "HealthCheckConfig": config})
                return {"HealthCheck": self.checks[-1]}
            case "DeleteRoutingControl":
                gone = given["RoutingControlArn"]
                self.controls = [each for each in self.controls if each["RoutingControlArn"] != gone]
            case "DeleteHealthCheck":
                self.checks = [each for each in self.checks if each["Id"] != given["HealthCheckId"]]
        return {}

    def pages(self, operation: str, *_: str, **__: Any) -> Iterator[dict[str, Any]]:
        yield from self.controls if operation == "ListRoutingControls" else self.checks

    def toolkit(self) -> Any:
        def record(copy: Copy) -> Any:
            return SimpleNamespace(identity=self.known.get(copy.id))

        return SimpleNamespace(
            account=self,
            clock=FakeClock(),
            context=SimpleNamespace(raise_if_stopped=lambda: None),
            describe_confirmed=lambda look: look(),
            absence_confirmed=lambda look: look(),
            retry_transient=lambda ask: ask(),
            patiently=lambda ask: ask(),
            retry_while=lambda act, _code: act(),
            never_created=lambda _: CopyState.NEVER_CREATED,
            proofs=SimpleNamespace(record=record, intended=record),
        )


@pytest.fixture
def account() -> Account:
    return Account()


def control(account: Account) -> RoutingControl:
    return RoutingControl(cast("Any", account.toolkit()), CONTROL, Way.THERE, CLUSTER)


def check(account: Account) -> HealthCheck:
    return HealthCheck(cast("Any", account.toolkit()), CHECK, Way.THERE, control(account))


def made(account: Account) -> None:
    """Both are there, and in the ledger."""
    account.known[CONTROL.id] = cast("Identity", control(account).ask().identity)
    account.known[CHECK.id] = cast("Identity", check(account).ask().identity)


def test_a_control_is_made_in_the_declared_panel_and_waited_for(account: Account) -> None:
    """Under the name that carries the run, by a token that makes a second try no second control."""
    made(account)
    asked = dict(account.made)
    assert asked["CreateRoutingControl"] == {
        "ClientToken": NAME,
        "ClusterArn": CLUSTER,
        "ControlPanelArn": PANEL,
        "RoutingControlName": NAME,
    }
    assert asked["CreateHealthCheck"] == {
        "CallerReference": NAME,
        "HealthCheckConfig": {"Type": "RECOVERY_CONTROL", "RoutingControlArn": f"{PANEL}/routingcontrol/1"},
    }
    control(account).ready()
    assert account.deploying == 0


def test_what_an_earlier_process_made_is_taken(account: Account) -> None:
    """Its answer may be lost with the process: there is one of each all the same."""
    made(account)
    made(account)
    assert (len(account.controls), len(account.checks)) == (1, 1)


def test_a_health_check_that_follows_another_control_is_not_the_runs(account: Account) -> None:
    """Whatever its reference says: it would switch with somebody else's."""
    made(account)
    account.checks[0]["HealthCheckConfig"] = {"RoutingControlArn": f"{PANEL}/routingcontrol/9"}
    with pytest.raises(NotRecoverable, match=r"follows .*routingcontrol/9, and no control of this run"):
        check(account).ask()


def test_a_control_that_is_going_is_not_taken(account: Account) -> None:
    """It would be gone before the switch."""
    made(account)
    account.controls[0]["Status"] = "PENDING_DELETION"
    with pytest.raises(NotRecoverable, match="is being deleted"):
        control(account).ask()


@pytest.mark.parametrize(("of", "copy"), [(control, CONTROL), (check, CHECK)])
def test_both_are_deleted_by_what_aws_gave_them_and_told_to_the_guard(
    account: Account, of: Callable[[Account], Any], copy: Copy
) -> None:
    """By no name; and nothing is deleted twice."""
    made(account)
    account.vouched.clear()
    assert of(account).destroy(copy) is CopyState.DELETED
    assert account.vouched == [account.known[copy.id].unique_id]
    assert of(account).destroy(copy) is CopyState.NEVER_CREATED, "what absence means is the ledger's to say"


@pytest.mark.parametrize(("of", "copy"), [(control, CONTROL), (check, CHECK)])
def test_another_under_its_name_stays(account: Account, of: Callable[[Account], Any], copy: Copy) -> None:
    """This run made one that AWS called otherwise: what is there now is somebody's."""
    made(account)
    account.known[copy.id] = Identity("arn:another", "another")
    with pytest.raises(UnsafeToDelete, match="but this run made another"):
        of(account).destroy(copy)
    assert (len(account.controls), len(account.checks)) == (1, 1)


def test_a_panel_that_is_gone_took_its_controls_along(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can list what is in it: nothing is left."""

    def gone(*_: Any, **__: Any) -> Iterator[Any]:
        raise NotFound("no such panel")

    monkeypatch.setattr(account, "pages", gone)
    assert control(account).destroy(CONTROL) is CopyState.NEVER_CREATED


def test_what_was_never_made_is_switched_by_nobody(account: Account) -> None:
    """The ledger knows no id of it."""
    with pytest.raises(NotMeasured, match="was never made"):
        control(account).unique_id  # noqa: B018
