"""A customer's stack in a lab, looked at by its role: every tampering is a difference, and says who did it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.customer import changes, policies
from dr_orchestrator.aws.customer import stack as of_stack
from dr_orchestrator.aws.customer.calls import READS
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.customer.looking import FIGURE, When, results
from dr_orchestrator.domain.customer_stack import Aspect, CustomerStack
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.customers.reaching import Reached
from tests.support.customers import CUSTOMER, READER, ROLE, RULE, STACK, Acme, acme, looked, recorded, stack_of

ALL = set(Aspect)
LIVE = {Aspect.POLICIES, Aspect.HISTORY}
DRIFTED = LIVE | {Aspect.DRIFT}


@pytest.fixture
def customer(tmp_path: Path) -> Iterator[tuple[Acme, App]]:
    with acme(tmp_path) as made:
        yield made


def told(here: App, stack: CustomerStack) -> dict[Aspect, CheckResult]:
    """What a look before a drill says, by aspect."""
    found = results(stack, looked(here, stack), When.BEFORE)
    return dict(zip(Aspect, found, strict=True))


def failed(found: dict[Aspect, CheckResult]) -> set[Aspect]:
    return {each for each, result in found.items() if result.outcome is Outcome.FAILED}


def unknown(found: dict[Aspect, CheckResult]) -> set[Aspect]:
    return {each for each, result in found.items() if result.outcome is Outcome.INCONCLUSIVE}


def test_what_nobody_touched_is_as_recorded(customer: tuple[Acme, App]) -> None:
    """Two looks at the same stack say the same of every aspect, and the second finds no change in the history."""
    _, here = customer
    found = told(here, recorded(here, stack_of(here)))
    assert {each.outcome for each in found.values()} == {Outcome.PASSED}


@pytest.mark.parametrize(
    ("tamper", "differs", "where", "call"),
    [
        (Acme.widen_trust, DRIFTED, f"roles / {ROLE} / trust", "UpdateAssumeRolePolicy"),
        (Acme.change_inline_policy, DRIFTED, f"roles / {ROLE} / inline / forward", "PutRolePolicy"),
        (Acme.change_default_version, LIVE, f"roles / {ROLE} / attached", "CreatePolicyVersion"),
        (Acme.attach_a_policy, DRIFTED, f"roles / {ROLE} / attached", "AttachRolePolicy"),
        (Acme.bound, LIVE, f"roles / {ROLE} / boundary", "PutRolePermissionsBoundary"),
        (Acme.disable_rule, DRIFTED, f"rules / {RULE} / state", "DisableRule"),
        (Acme.change_target, DRIFTED, f"rules / {RULE} / targets / vendor", "PutTargets"),
        (Acme.change_pattern, DRIFTED, f"rules / {RULE} / pattern", "PutRule"),
        (Acme.delete_rule, DRIFTED, f"rules / {RULE}", "DeleteRule"),
        (Acme.delete_role, DRIFTED, f"roles / {ROLE}", "DeleteRole"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_change_of_what_is_live_is_a_difference(
    customer: tuple[Acme, App], tamper: Callable[[Acme], None], differs: set[Aspect], where: str, call: str
) -> None:
    """Each change fails what it changed and the history; the differences name the place, CloudTrail names the hand."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    tamper(made)
    made.wait(1000)
    found = told(here, stack)
    assert failed(found) == differs
    live = found[Aspect.POLICIES].figures[FIGURE]
    assert all(each["path"].startswith(where) for each in live["changes"])
    assert call in {each["call"] for each in live["events"]}
    assert {each["by"] for each in live["events"]} == {f"arn:aws:sts::{CUSTOMER}:assumed-role/acme-admin/ada"}


def test_an_update_of_the_stack_is_a_difference(customer: tuple[Acme, App]) -> None:
    """Another template fails the template and the stack, with what it has now; roles and rules are as they were."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.update_template()
    found = told(here, stack)
    assert failed(found) == {Aspect.STACK, Aspect.TEMPLATE, Aspect.HISTORY}
    assert [each["path"] for each in found[Aspect.TEMPLATE].figures[FIGURE]["changes"]] == [
        f"{STACK} / Resources / Extra"
    ]


def test_a_stack_that_is_gone_fails_in_every_aspect(customer: tuple[Acme, App]) -> None:
    """It is known by its baseline alone, and each aspect says that what was there is not."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.delete_stack()
    found = told(here, stack)
    assert failed(found) == ALL
    assert f"{STACK} is gone" in found[Aspect.STACK].observed
    assert f"roles / {ROLE} is gone" in found[Aspect.POLICIES].observed


def test_the_same_made_anew_is_another(customer: tuple[Acme, App]) -> None:
    """A stack of the same template and name is not the one that was recorded: its id is another."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.delete_stack()
    made.make_stack()
    found = told(here, stack)
    assert Aspect.STACK in failed(found)
    assert Aspect.TEMPLATE not in failed(found)


@pytest.mark.campaign(6)
@pytest.mark.parametrize(
    ("service", "action", "blind"),
    [
        ("cloudformation", "DescribeStacks", {Aspect.STACK}),
        ("cloudformation", "ListStackResources", {Aspect.STACK, Aspect.POLICIES}),
        ("cloudformation", "GetTemplate", {Aspect.TEMPLATE}),
        ("cloudformation", "DetectStackDrift", {Aspect.DRIFT}),
        ("cloudformation", "DescribeStackDriftDetectionStatus", {Aspect.DRIFT}),
        ("cloudformation", "DescribeStackResourceDrifts", {Aspect.DRIFT}),
        ("iam", "GetRole", {Aspect.POLICIES}),
        ("iam", "ListRolePolicies", {Aspect.POLICIES}),
        ("iam", "GetRolePolicy", {Aspect.POLICIES}),
        ("iam", "ListAttachedRolePolicies", {Aspect.POLICIES}),
        ("iam", "GetPolicy", {Aspect.POLICIES}),
        ("iam", "GetPolicyVersion", {Aspect.POLICIES}),
        ("events", "DescribeRule", {Aspect.POLICIES}),
        ("events", "ListTargetsByRule", {Aspect.POLICIES}),
        ("cloudtrail", "LookupEvents", {Aspect.HISTORY}),
        ("sts", "AssumeRole", ALL),
        ("sts", "GetCallerIdentity", ALL),
    ],
)
def test_what_may_not_be_asked_is_not_known(
    customer: tuple[Acme, App],
    service: str,
    action: str,
    blind: set[Aspect],
) -> None:
    """A right that is missing leaves its aspects unknown, by the call, and hides no other."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.lab.faults.add({"kind": "access-denied", "service": service, "action": action})
    found = told(here, stack)
    assert unknown(found) == blind
    assert failed(found) == set()
    assert all(f"{service}:{action}" in found[each].observed or action == "AssumeRole" for each in blind)


@pytest.mark.parametrize(
    ("service", "action", "blind"),
    [
        ("cloudformation", "DetectStackDrift", {Aspect.DRIFT}),
        ("iam", "GetRole", {Aspect.POLICIES}),
        ("cloudtrail", "LookupEvents", {Aspect.HISTORY}),
    ],
)
def test_what_is_throttled_is_asked_again_and_else_not_known(
    customer: tuple[Acme, App], monkeypatch: pytest.MonkeyPatch, service: str, action: str, blind: set[Aspect]
) -> None:
    """What passes is waited for; what does not pass leaves its aspect unknown, and hides no other."""
    made, here = customer
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=made.clock.sleep))
    stack = recorded(here, stack_of(here))
    made.lab.faults.add({"kind": "throttle", "service": service, "action": action, "times": 7})
    assert {each.outcome for each in told(here, stack).values()} == {Outcome.PASSED}
    made.lab.faults.add({"kind": "throttle", "service": service, "action": action})
    found = told(here, stack)
    assert unknown(found) == blind
    assert failed(found) == set()


def test_every_call_of_a_look_is_declared_and_none_writes(customer: tuple[Acme, App]) -> None:
    """What arrives in the customer's account are the declared reads, each of which a look does make."""
    made, here = customer
    before = len(made.lab.journal)
    looked(here, recorded(here, stack_of(here)))
    calls = {f"{each.service}:{each.action}" for each in list(made.lab.journal)[before:]}
    assert calls - {"sts:AssumeRole"} == READS


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("iam", "DeleteRole", {"RoleName": ROLE}),
        ("iam", "UpdateAssumeRolePolicy", {"RoleName": ROLE, "PolicyDocument": "{}"}),
        ("events", "PutRule", {"Name": RULE}),
        ("events", "EnableRule", {"Name": RULE}),
        ("events", "PutEvents", {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]}),
        ("cloudformation", "DeleteStack", {"StackName": STACK}),
        ("cloudformation", "UpdateStack", {"StackName": STACK}),
        ("cloudformation", "ExecuteChangeSet", {"ChangeSetName": "dro-20261120-abc123-x-make"}),
        ("dynamodb", "DeleteTable", {"TableName": "dro-20261120-abc123-x"}),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k"}),
    ],
)
def test_no_write_gets_through(customer: tuple[Acme, App], service: str, operation: str, given: dict[str, Any]) -> None:
    """The guard of the account refuses every write before it is sent, also those that drills make of their copies."""
    made, here = customer
    before = len(made.lab.journal)
    with pytest.raises(Forbidden):
        Reached(here, stack_of(here)).at("eu-west-1").api(service).call(operation, **given)
    assert [each.action for each in list(made.lab.journal)[before:]] == []


def test_credentials_of_another_account_look_at_nothing(customer: tuple[Acme, App]) -> None:
    """A role of another account tells nothing of the stack: nothing is asked, and nothing is known."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    strange = replace(stack, role=READER.replace(CUSTOMER, "222222222222"))
    before = len(made.lab.journal)
    found = told(here, strange)
    assert unknown(found) == ALL
    assert "is of account 222222222222" in found[Aspect.STACK].observed
    asked = {each.service for each in list(made.lab.journal)[before:]}
    assert asked == {"sts"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "stuck"}, "the detection of drift did not end"),
        ({"kind": "ends-as", "status": "DETECTION_FAILED"}, "the detection of drift failed: Failed to detect drift"),
    ],
)
def test_a_detection_that_ends_badly_says_nothing_of_the_stack(
    customer: tuple[Acme, App], fault: dict[str, str], words: str
) -> None:
    """One that is stuck, or failed, leaves the drift unknown and says so; it is no difference."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.lab.faults.add({**fault, "service": "cloudformation", "action": "DetectStackDrift", "resource": STACK})
    found = told(here, stack)
    assert unknown(found) == {Aspect.DRIFT}
    assert failed(found) == set()
    assert words in found[Aspect.DRIFT].observed


def test_somebody_elses_detection_is_waited_for(customer: tuple[Acme, App]) -> None:
    """CloudFormation detects the drift of a stack once at a time: ours begins when the other one is over."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.client("cloudformation").detect_stack_drift(StackName=STACK)
    found = told(here, stack)
    assert found[Aspect.DRIFT].outcome is Outcome.PASSED


def test_lookups_keep_to_the_rate_that_aws_takes(customer: tuple[Acme, App]) -> None:
    """Two a second: none of a look's is throttled."""
    made, here = customer
    before = len(made.lab.journal)
    looked(here, stack_of(here))
    answers = [each.status for each in list(made.lab.journal)[before:] if each.action == "LookupEvents"]
    assert len(answers) > 3
    assert set(answers) == {200}


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two events of a name are read, and no more."""
    monkeypatch.setattr(changes, "PAGE", 1)
    monkeypatch.setattr(changes, "PAGES", 2)


def test_a_history_with_too_many_events_hides_no_change_that_was_read(
    customer: tuple[Acme, App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found in the newest events fails, and it is said how far back they were read."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    few(monkeypatch)
    for _ in range(3):
        made.disable_rule()
    made.wait(1000)
    found = told(here, stack)[Aspect.HISTORY]
    assert found.outcome is Outcome.FAILED
    assert "2 changes since the recorded one" in found.observed
    assert f"{RULE} has more than 2 events" in found.observed


def test_a_history_with_too_many_events_and_no_change_is_not_known_until_it_is_recorded_anew(
    customer: tuple[Acme, App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can say that nothing changed before them; a new record begins where all of it is read."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    few(monkeypatch)
    for _ in range(4):
        made.client("cloudformation").detect_stack_drift(StackName=STACK)
        made.wait(1000)
    look = looked(here, stack)
    found = dict(zip(Aspect, results(stack, look, When.BEFORE), strict=True))
    assert unknown(found) == {Aspect.HISTORY}
    assert f"{STACK} has more than 2 events" in found[Aspect.HISTORY].observed
    assert look.history is not None
    assert stack.baseline is not None
    assert stack.baseline.recorded_at < look.history.since < look.at
    anew = recorded(here, stack, look)
    assert told(here, anew)[Aspect.HISTORY].outcome is Outcome.PASSED


def test_a_stack_within_is_seen_by_nobody(customer: tuple[Acme, App], monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds is not looked at: nothing of that passes, nothing is recorded, and a difference fails as before."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    members = of_stack.members
    inner = {
        "LogicalResourceId": "Inner",
        "ResourceType": "AWS::CloudFormation::Stack",
        "PhysicalResourceId": "arn:inner",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    monkeypatch.setattr(of_stack, "members", lambda asking: [*members(asking), inner])
    look = looked(here, stack)
    assert set(look.unread) == {Aspect.DRIFT, Aspect.TEMPLATE, Aspect.POLICIES}
    found = told(here, stack)
    assert unknown(found) == {Aspect.DRIFT, Aspect.TEMPLATE, Aspect.POLICIES}
    assert all("stacks within: Inner" in found[each].observed for each in unknown(found))
    made.disable_rule()
    assert Aspect.POLICIES in failed(told(here, stack))


@pytest.mark.parametrize("part", ["_inline", "_default"])
def test_a_part_that_is_gone_while_it_is_read_is_not_the_role(
    customer: tuple[Acme, App], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The role is read anew as it is then; where that does not end nothing is known of it, and nothing is gone."""
    _, here = customer
    stack = recorded(here, stack_of(here))
    read = getattr(policies, part)
    times = iter([True, False, False, False])

    def gone(*given: Any) -> Any:
        if next(times, True):
            raise NotFound("NoSuchEntity", call="iam:GetRolePolicy")
        return read(*given)

    monkeypatch.setattr(policies, part, gone)
    assert told(here, stack)[Aspect.POLICIES].outcome is Outcome.PASSED
    times = iter(())
    found = told(here, stack)
    assert unknown(found) == {Aspect.POLICIES}
    assert "iam:GetRolePolicy: NoSuchEntity" in found[Aspect.POLICIES].observed


def test_what_drifted_is_kept_as_digests(customer: tuple[Acme, App]) -> None:
    """A property may be a secret: its way and kind are told, its values are known again and never read."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.change_pattern()
    found = told(here, stack)[Aspect.DRIFT]
    assert found.outcome is Outcome.FAILED
    text = json.dumps(found.figures[FIGURE]) + found.observed
    assert "acme.nothing" not in text
    assert "acme.incidents" not in text
    drifts = looked(here, stack).documents[Aspect.DRIFT][STACK]["resources"]["Incidents"]["differences"]
    assert drifts
    for each in drifts.values():
        assert each["kind"]
        assert each["expected"] != each["actual"]
        assert all(each[key].startswith("sha256 ") and len(each[key]) == 23 for key in ("expected", "actual"))


def test_attempts_that_were_refused_changed_nothing(customer: tuple[Acme, App]) -> None:
    """An event that tells of an error is no change."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.lab.faults.add({"kind": "access-denied", "service": "events", "action": "DisableRule", "times": 1})
    with pytest.raises(made.client("events").exceptions.ClientError):
        made.disable_rule()
    made.wait(1000)
    assert failed(told(here, stack)) == set()


def test_a_baseline_older_than_the_history_is_not_enough(customer: tuple[Acme, App]) -> None:
    """What was changed and changed back before the history begins nobody can tell: that is said, and is unknown."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    made.wait(timedelta(days=92).total_seconds())
    found = told(here, stack)
    assert unknown(found) == {Aspect.HISTORY}
    assert "nobody can tell" in found[Aspect.HISTORY].observed


def test_without_a_baseline_nothing_is_known(customer: tuple[Acme, App]) -> None:
    """There is nothing to hold the stack to."""
    _, here = customer
    found = told(here, stack_of(here))
    assert unknown(found) == ALL
    assert {each.observed for each in found.values()} == {"no baseline is recorded"}
