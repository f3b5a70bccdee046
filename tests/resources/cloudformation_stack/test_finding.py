"""A resource of a stack within is found by its way, and only in a stack that says itself where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack import finding

ROOT, INNER, STRANGE = (f"arn:aws:cloudformation:us-east-1:1:stack/dro-{each}/0a" for each in ("a", "a-data", "other"))
HELD = {
    "dro-a": {"Data": ("AWS::CloudFormation::Stack", INNER), "Claimed": ("AWS::CloudFormation::Stack", STRANGE)},
    INNER: {"Table": ("AWS::DynamoDB::Table", "dro-a-data-table")},
    STRANGE: {"Table": ("AWS::DynamoDB::Table", "sessions-prod")},
}


class Stacks:
    """CloudFormation's answers on them."""

    def pages(self, _operation: str, _key: str, StackName: str) -> list[dict[str, str]]:  # noqa: N803 (AWS's name)
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
