"""What a switched name stands on: adopted by the name that it was given, and deleted only as what this run made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.drill_name.controls import GIVEN_UP_S, HealthCheck, RoutingControl
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.leading import CONTROLS_TAG, Way
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from tests.support.fakes import FakeClock

RUN, PANEL = "20261120-abc123", "arn:aws:route53-recovery-control::123456789012:controlpanel/0a"
NAME, CLUSTER = f"dro-{RUN}-there-shop", "arn:aws:route53-recovery-control::123456789012:cluster/0b"
CONTROL = Copy("arc-routing-control", f"{PANEL}/{NAME}", "eu-central-1", RUN, "a-drill", "a-service")
CHECK = Copy("health-check", NAME, "eu-central-1", RUN, "a-drill", "a-service")


def refused(code: str, words: str) -> Refused:
    made = Refused(f"{code}: {words}")
    made.code = code
    return made


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
        self.tags: dict[str, str] = {}
        self.looked: list[int] = []
        self.faults: dict[str, list[Exception]] = {}
        self.clock = FakeClock()

    def api(self, _service: str) -> Any:
        return self

    def call(self, operation: str, **given: Any) -> dict[str, Any]:
        self.made.append((operation, given))
        if faults := self.faults.get(operation):
            raise faults.pop(0) if len(faults) > 1 else faults[0]
        match operation:
            case "ListTagsForResource":
                return {"Tags": self.tags}
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
            assert copy.type == (CONTROL.type if "/" in copy.id else CHECK.type)
            return SimpleNamespace(identity=self.known.get(copy.id))

        return SimpleNamespace(
            account=self,
            clock=self.clock,
            context=SimpleNamespace(raise_if_stopped=lambda: None),
            describe_confirmed=lambda look: look(),
            absence_confirmed=lambda look: look(),
            retry_transient=lambda ask: ask(),
            patiently=lambda ask: ask(),
            retry_while=lambda act, *_, **__: act(),
            never_created=lambda _: CopyState.NEVER_CREATED,
            proofs=SimpleNamespace(record=record, intended=record),
        )


@pytest.fixture
def account() -> Account:
    return Account()


def control(account: Account) -> RoutingControl:
    """As a drill has it: whether the panel is the drills' is looked at before one is made in it."""

    def look() -> None:
        account.looked.append(len(account.controls))

    return RoutingControl(cast("Any", account.toolkit()), CONTROL, Way.THERE, CLUSTER, look)


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


def swept(account: Account, of: type[HealthCheck | RoutingControl], copy: Copy) -> CopyState:
    """What a sweep does, which knows nothing but the ledger's row."""
    follows = {"follows": CONTROL.type} if of is HealthCheck else {}
    return cast("Any", of)(account.toolkit(), copy, **follows).destroy(copy)


@pytest.mark.parametrize("known", [True, False])
def test_the_ledgers_word_alone_deletes_no_health_check(account: Account, known: bool) -> None:
    """Production's stays, though a row may name it, and even say which id AWS gave it."""
    account.checks = [{"Id": "prod-1", "CallerReference": "prod-web-2021", "HealthCheckConfig": {"Type": "HTTPS"}}]
    copy = replace(CHECK, id="prod-web-2021")
    account.known |= {copy.id: Identity("arn:prod", "prod-1")} if known else {}
    with pytest.raises(UnsafeToDelete, match="is not named after run"):
        swept(account, HealthCheck, copy)
    assert (len(account.checks), account.vouched) == (1, [])


@pytest.mark.parametrize("known", [True, False])
def test_the_ledgers_word_alone_deletes_no_routing_control(account: Account, known: bool) -> None:
    """Not in production's panel, and not in the drills' under a name that is no run's."""
    account.controls = [{"Name": "prod-eu", "RoutingControlArn": f"{PANEL}/routingcontrol/9", "Status": "DEPLOYED"}]
    account.tags = {CONTROLS_TAG: "yes"}
    copy = replace(CONTROL, id=f"{PANEL}/prod-eu")
    account.known |= {copy.id: Identity("arn:prod", f"{PANEL}/routingcontrol/9")} if known else {}
    with pytest.raises(UnsafeToDelete, match="is not named after run"):
        swept(account, RoutingControl, copy)
    assert (len(account.controls), account.vouched) == (1, [])


@pytest.mark.parametrize(
    "config",
    [
        {"Type": "HTTPS", "RoutingControlArn": f"{PANEL}/routingcontrol/1"},
        {"Type": "RECOVERY_CONTROL", "RoutingControlArn": f"{PANEL}/routingcontrol/9"},
        {"Type": "RECOVERY_CONTROL", "RoutingControlArn": "arn:another/routingcontrol/1"},
        {"Type": "RECOVERY_CONTROL"},
    ],
)
def test_a_health_check_that_is_no_runs_by_what_it_is_stays(account: Account, config: dict[str, str]) -> None:
    """Whatever its reference says: it has to follow the routing control that this run made."""
    made(account)
    account.checks[0]["HealthCheckConfig"] = config
    with pytest.raises(UnsafeToDelete, match="and no routing control of this run"):
        swept(account, HealthCheck, CHECK)
    assert len(account.checks) == 1


def test_a_health_check_whose_control_the_ledger_does_not_know_stays(account: Account) -> None:
    """Nothing says then that what it follows is the run's."""
    made(account)
    del account.known[CONTROL.id]
    with pytest.raises(UnsafeToDelete, match="and no routing control of this run"):
        swept(account, HealthCheck, CHECK)


def test_a_sweep_deletes_controls_of_a_panel_alone_that_says_it_is_for_drills(account: Account) -> None:
    """It knows no drill that declares the panel: without the tag somebody's own stays."""
    made(account)
    with pytest.raises(UnsafeToDelete, match="does not wear the tag dr-drill:controls"):
        swept(account, RoutingControl, CONTROL)
    account.tags = {CONTROLS_TAG: ""}
    assert swept(account, HealthCheck, CHECK) is CopyState.DELETED
    assert swept(account, RoutingControl, CONTROL) is CopyState.DELETED
    assert (account.controls, account.checks) == ([], [])


def test_a_control_is_asked_for_again_while_somebody_changes_the_same_panel(account: Account) -> None:
    """AWS takes one change of a panel at a time: the other says nothing of what is drilled. Each try looks by its name
    first, for the answer of an earlier one may be lost, and at the panel's tag.
    """
    account.faults["CreateRoutingControl"] = [refused("ConflictException", "Please retry.")] * 3
    ask, calls = control(account).ask, account.call

    def heal(operation: str, **given: Any) -> dict[str, Any]:
        if len(account.looked) == 3:
            account.faults.clear()
        return calls(operation, **given)

    account.call = heal  # type: ignore[method-assign]
    assert ask().identity == Identity(f"{PANEL}/routingcontrol/1", f"{PANEL}/routingcontrol/1")
    assert account.looked == [0, 0, 0], "right before each try"
    assert account.clock.monotonic() == 20


def test_a_conflict_that_does_not_end_is_no_failure_of_what_is_drilled(account: Account) -> None:
    """It was not measured; and it is given up."""
    account.faults["CreateRoutingControl"] = [refused("ConflictException", "Please retry.")]
    with pytest.raises(NotMeasured, match=r"is not made for 15 min: .*Please retry"):
        control(account).ask()
    assert GIVEN_UP_S < account.clock.monotonic() < GIVEN_UP_S + 30


@pytest.mark.parametrize(
    ("of", "operation", "code"),
    [
        (control, "CreateRoutingControl", "ServiceQuotaExceededException"),
        (check, "CreateHealthCheck", "TooManyHealthChecks"),
    ],
)
def test_a_full_quota_at_the_call_is_not_measured(
    account: Account, of: Callable[[Account], Any], operation: str, code: str
) -> None:
    """As of every other copy: what is drilled did nothing wrong."""
    account.known[CONTROL.id] = Identity("arn", f"{PANEL}/routingcontrol/1")
    account.faults[operation] = [refused(code, "no more")]
    with pytest.raises(NotMeasured, match=r"is not made: .*no more"):
        of(account).ask()
    account.faults[operation] = [refused("ValidationException", "never")]
    with pytest.raises(Refused, match="never"):
        of(account).ask()


def test_a_control_in_a_safety_rule_is_told_and_not_waited_for(account: Account) -> None:
    """Somebody put it there: only they take it out. Another refusal is told as it is."""
    made(account)
    account.faults["DeleteRoutingControl"] = [refused("ConflictException", "it is in rule keep-one-on")]
    with pytest.raises(NotMeasured, match=r"is not let go for 15 min: .*keep-one-on") as told:
        control(account).destroy(CONTROL)
    assert "safety rule" in told.value.hint
    account.faults["DeleteRoutingControl"] = [refused("ValidationException", "never")]
    with pytest.raises(Refused, match="never"):
        control(account).destroy(CONTROL)
