"""An app that is pinned to production's account names the replica's instead, and nothing of production's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.editing.accounts import Move
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.domain.replica import Answers, Derived, Place

PINNED, THERE = "111111111111", "222222222222"


def derived(properties: dict[str, Any], answers: Answers | None = None, **more: Any) -> Derived:
    """A function that is derived for the other account."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Handler": "i.h", "Runtime": "python3.13", **properties},
    }
    text = json.dumps({"Resources": {"Api": function}, **more}, indent=1)
    source = cloudformation.parse(text, "Orders.template.json")
    return derive(source, "dro-x-orders", Place.DRILL_ACCOUNT, answers, move=Move(PINNED, THERE))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (f"arn:aws:iam::{PINNED}:role/orders", f"arn:aws:iam::{THERE}:role/orders"),
        (f":logs:us-east-1:{PINNED}:log-group:x", f":logs:us-east-1:{THERE}:log-group:x"),
        (PINNED, THERE),
        (
            f"{PINNED}.dkr.ecr.x/cdk-x-container-assets-{PINNED}-x:1",
            f"{THERE}.dkr.ecr.x/cdk-x-container-assets-{THERE}-x:1",
        ),
        (f"cdk-hnb659fds-assets-{PINNED}-us-east-1", f"cdk-hnb659fds-assets-{THERE}-us-east-1"),
        (f"cdk-x-container-assets-{PINNED}-us-east-1", f"cdk-x-container-assets-{THERE}-us-east-1"),
    ],
)
def test_what_can_be_nobody_elses_is_moved_and_told(was: str, becomes: str) -> None:
    """In ARNs, by itself, and in what the CDK publishes: an edit each, with its line."""
    found = derived({"Environment": {"Variables": {"IT": was}}})
    assert json.dumps(becomes) in json.dumps(found.template)
    assert PINNED not in json.dumps(found.template)
    assert found.asks == ()
    (edit,) = (each for each in found.edits if each.was == was)
    assert (edit.resource, edit.property, edit.becomes) == ("Api", "Environment.Variables.IT", becomes)
    assert edit.why == f"the app is pinned to account {PINNED}, and the replica stands in account {THERE}"
    assert edit.line > 1


PUT_TOGETHER = {
    "an ARN": {"Fn::Join": [":", ["arn:aws:sqs:us-east-1", PINNED, "orders"]]},
    "an ARN of what is told later": {
        "Fn::Join": ["", ["arn:aws:sqs:", {"Ref": "AWS::Region"}, ":", PINNED, ":orders"]]
    },
    "a published file": {"Fn::Join": ["", ["cdk-hnb659fds-assets-", PINNED, "-", {"Ref": "AWS::Region"}]]},
    "an ARN in a text": {"Fn::Sub": ["arn:aws:iam::${It}:role/${AWS::Region}", {"It": PINNED}]},
}
NAMES = {
    "a name": {"Fn::Join": ["-", ["shared", PINNED, "data"]]},
    "a name whose end is told later": {"Fn::Join": ["", ["shared-", PINNED, {"Ref": "AWS::Region"}]]},
    "a name in a text": {"Fn::Sub": ["shared-${It}", {"It": PINNED}]},
    "both in a text": {"Fn::Sub": ["arn:aws:s3:${It}:${It}", {"It": PINNED}]},
}


@pytest.mark.parametrize("case", PUT_TOGETHER)
def test_an_element_that_is_the_account_is_moved_and_told(case: str) -> None:
    """Where the text that is put together is an ARN, or what the CDK publishes."""
    found = derived({"Environment": {"Variables": {"IT": PUT_TOGETHER[case]}}})
    (edit,) = (each for each in found.edits if each.was == PINNED)
    assert (edit.resource, edit.becomes, edit.line > 1) == ("Api", THERE, True)
    assert edit.property.startswith("Environment.Variables.IT.Fn::")
    assert PINNED not in json.dumps(found.template)
    assert found.asks == ()


@pytest.mark.parametrize("case", NAMES)
def test_an_element_of_any_other_name_is_asked(case: str) -> None:
    """The name that comes of it may be of something that exists, as if it stood there whole."""
    found = derived({"Environment": {"Variables": {"IT": NAMES[case]}}})
    assert [each for each in found.edits if each.becomes == THERE] == []
    assert [PINNED in each.what for each in found.asks] == [True]


@pytest.mark.parametrize(
    "name",
    [
        f"shared-{PINNED}",
        f"{PINNED}.dkr.ecr.us-east-1.amazonaws.com/orders:1",
        f"my-assets-{PINNED}-us-east-1",
        f"arn:aws:s3:::shared-{PINNED}-data",
        f"https://x/{PINNED}/y",
    ],
)
def test_within_any_other_name_it_is_asked(name: str) -> None:
    """A bucket of that name may be production's, and one of the other name anybody's: the line to write is told."""
    variables = {"Environment": {"Variables": {"IT": name}}}
    (ask,) = (each for each in derived(variables).asks if PINNED in each.what)
    assert (ask.resource, ask.answer) == ("Api", "allow: {Api: why}")
    assert ask.what == f"Environment.Variables.IT names account {PINNED}: {name}"
    allowed = derived(variables, Answers(allow={"Api": "it is read by anybody"}))
    assert [each for each in allowed.asks if PINNED in each.what] == []
    assert json.dumps(name) in json.dumps(allowed.template)


def test_a_longer_number_is_no_account() -> None:
    """Nor is a template changed that is pinned nowhere."""
    found = derived({"Environment": {"Variables": {"IT": f"9{PINNED}"}}})
    assert (found.asks, [each for each in found.edits if PINNED in str(each.was)]) == ((), [])


@pytest.mark.parametrize(
    ("value", "told", "more"),
    [
        ({"Ref": "Url"}, f"https://x/{PINNED}/y", {"Parameters": {"Url": {"Default": f"https://x/{PINNED}/y"}}}),
        (
            {"Fn::FindInMap": ["Names", {"Ref": "AWS::Region"}, "data"]},
            f"shared-{PINNED}",
            {"Mappings": {"Names": {"us-east-1": {"data": f"shared-{PINNED}"}}}},
        ),
        ({"Fn::Join": ["", [f"shared-{PINNED[:6]}", f"{PINNED[6:]}-data"]]}, f"shared-{PINNED}-data", {}),
        (int(PINNED), PINNED, {}),
    ],
)
def test_what_comes_to_name_it_is_asked_by_whichever_way(value: Any, told: str, more: dict[str, Any]) -> None:
    """By a parameter's default, a table, a text that is put together, and as a number."""
    if isinstance(value, dict) and "Ref" in value:
        more["Parameters"]["Url"]["Type"] = "String"
    (ask,) = (
        each for each in derived({"Environment": {"Variables": {"IT": value}}}, **more).asks if PINNED in each.what
    )
    assert ask.what.startswith(f"Environment.Variables.IT names account {PINNED}: ")
    assert told in ask.what


def test_each_part_that_names_it_is_asked_and_the_word_on_another_answers_none() -> None:
    """Whoever allows one property was not shown the others, names of what code is given among them."""
    variables = {"Environment": {"Variables": {f"OF_{PINNED}": "x"}}, "Description": f"of {PINNED}"}
    asked = [each.what for each in derived(variables).asks if PINNED in each.what]
    assert asked == [
        f"Environment.Variables.OF_{PINNED} names account {PINNED}: OF_{PINNED}",
        f"Description names account {PINNED}: of {PINNED}",
    ]
    found = derived(variables, Answers(allow={"Api.Environment": "it is a name"}))
    assert [each.what for each in found.asks if PINNED in each.what] == asked[1:]
