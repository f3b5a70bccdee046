"""A resource of a stack within is found by its way, and only in a stack that says itself where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack import finding

ROOT, INNER, STRANGE = (f"arn:aws:cloudformation:us-east-1:1:stack/dro-{each}/0a" for each in ("a", "a-data", "other"))
NESTED = "AWS::CloudFormation::Stack"
HELD = {
    "dro-a": {"Data": (NESTED, INNER), "Claimed": (NESTED, STRANGE)},
    INNER: {"Table": ("AWS::DynamoDB::Table", "dro-a-data-table")},
    STRANGE: {"Table": ("AWS::DynamoDB::Table", "sessions-prod")},
}


def failed(stack: str, at: str, logical: str, of: str, name: str, why: str = "") -> dict[str, str]:
    """An event of CloudFormation's."""
    told = {"StackId": stack, "Timestamp": at, "LogicalResourceId": logical, "ResourceType": of}
    return {**told, "PhysicalResourceId": name, "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": why}


EVENTS = {
    "dro-a": [
        failed(ROOT, "3", "dro-a", NESTED, ROOT),
        failed(ROOT, "2", "Data", NESTED, INNER, f"Embedded stack {INNER} was not successfully created"),
    ],
    INNER: [failed(INNER, "1", "Table", "AWS::DynamoDB::Table", "", "it has no key")],
}


class Stacks:
    """CloudFormation's answers on them."""

    def pages(self, operation: str, _key: str, StackName: str) -> list[dict[str, str]]:  # noqa: N803 (AWS's name)
        if operation == "DescribeStackEvents":
            return EVENTS[StackName]
        return [
            {"LogicalResourceId": logical, "ResourceType": of, "PhysicalResourceId": name}
            for logical, (of, name) in HELD[StackName].items()
        ]

    def named(self, *_: str, StackName: str) -> dict[str, str]:  # noqa: N803
        return {"StackId": StackName, "RootId": ROOT if StackName == INNER else STRANGE}


API: Any = Stacks()


def test_a_table_of_a_stack_within_is_found_with_the_stack_that_made_it() -> None:
    """The tag of that one is what proves it."""
    found = finding.part(API, "dro-a", ROOT, "Data/Table")
    assert (found.type, found.name, found.stack) == ("AWS::DynamoDB::Table", "dro-a-data-table", INNER)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("Claimed/Table", "does not say that it stands in"),
        ("Data/Other", "dro-a has no resource Data/Other|has no resource Data/Other"),
        ("Other/Table", "has no resource Other/Table"),
    ],
)
def test_what_is_not_of_the_runs_stack_is_not_found(way: str, why: str) -> None:
    """A stack that is only claimed, or a name that nothing has: nothing of it is read or filled."""
    with pytest.raises(NotMeasured, match=why):
        finding.part(API, "dro-a", ROOT, way)


def test_what_failed_in_a_stack_within_is_told_by_its_way() -> None:
    """The stack around it tells only that the one within was not made."""
    assert finding.first_failure(API, "dro-a") == "; Data/Table: it has no key"
