"""An event is delivered to each target of a rule, whatever the others of it are."""

from __future__ import annotations

import json
from typing import Any

from dr_orchestrator.lab import Lab
from tests.support.labs import client

SOURCE = "northwind.scans"
ACCOUNT = "123456789012"


def machine(lab: Lab) -> str:
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    role = f"arn:aws:iam::{ACCOUNT}:role/follow"
    return str(
        client(lab, "stepfunctions").create_state_machine(name="follow", definition=definition, roleArn=role)[
            "stateMachineArn"
        ]
    )


def told(lab: Lab, *targets: str, source: str = SOURCE) -> tuple[dict[str, Any], list[str]]:
    """What putting an event answered, and what the log group then holds."""
    logs, events = client(lab, "logs"), client(lab, "events")
    logs.create_log_group(logGroupName="/scans")
    events.put_rule(Name="scans", EventPattern=json.dumps({"source": [SOURCE]}), State="ENABLED")
    kept = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/scans"
    events.put_targets(Rule="scans", Targets=[{"Id": str(n), "Arn": arn} for n, arn in enumerate((*targets, kept))])
    entry = {"Source": source, "DetailType": "scan", "Detail": '{"parcel": "7"}'}
    answer = events.put_events(Entries=[entry])
    held = logs.filter_log_events(logGroupName="/scans")["events"]
    return answer, [json.loads(each["message"])["detail"]["parcel"] for each in held]


def test_a_state_machine_and_a_function_keep_no_other_target_from_hearing(lab: Lab) -> None:
    """The machine is started with the event; the log group has it, though a function stands before it."""
    following = machine(lab)
    answer, kept = told(lab, following, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody")
    assert answer["FailedEntryCount"] == 0
    assert kept == ["7"]
    states = client(lab, "stepfunctions")
    (started,) = states.list_executions(stateMachineArn=following)["executions"]
    given = json.loads(states.describe_execution(executionArn=started["executionArn"])["input"])
    assert (given["source"], given["detail"]) == (SOURCE, {"parcel": "7"})


def test_an_event_that_the_rule_does_not_take_starts_nothing(lab: Lab) -> None:
    """Its pattern is asked for every target alike."""
    following = machine(lab)
    assert told(lab, following, source="somebody.else")[1] == []
    assert client(lab, "stepfunctions").list_executions(stateMachineArn=following)["executions"] == []
