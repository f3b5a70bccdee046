"""What a replica is asked at, and a program is given, is the replica's own: by the template it was really made of."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.domain.drill import HttpAnswer
from dr_orchestrator.domain.replica import Derived
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack import outlets
from tests.support.replicas import Build, Replica

PLACES = """
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Topic: {Value: !Ref Topic}
  Queue: {Value: !Ref Queue}
  Site: {Value: "https://www.shop.example.com/"}
"""


def derived(value: Any, **children: Derived) -> Derived:
    of = {"Web": {"Type": "AWS::CloudFormation::Stack"}, "Api": {"Type": "AWS::Lambda::Url"}}
    return Derived({"Resources": of, "Outputs": {"Url": {"Value": value}}}, children=children)


@pytest.mark.parametrize(("asked", "stack"), [({"Url"}, ""), ({"Orders.Url"}, "Orders")])
def test_what_a_macro_made_of_an_output_is_looked_at_again(asked: set[str], stack: str) -> None:
    """The template that is executed counts, of stacks within, too; what nobody asks at may name whom it likes."""
    inner = derived({"Fn::GetAtt": ["Api", "FunctionUrl"]})
    own = outlets.outline(derived({"Fn::GetAtt": ["Web", "Outputs.Url"]}, Web=inner))
    other = outlets.outline(derived("https://www.shop.example.com/"))
    assert list(outlets.elsewhere(own, asked, stack)) == []
    assert list(outlets.elsewhere(other, asked, stack)) == [
        "the output Url is not the address of a resource of the template"
    ]
    assert list(outlets.elsewhere(other, {"Other"}, stack)) == []


def test_the_outputs_that_are_asked_at_are_those_of_the_urls() -> None:
    """As they are written there."""
    assert outlets.asked_by([HttpAnswer("a", "{Orders.Url}/x?of={Id}")]) == {"Orders.Url", "Id"}


@pytest.fixture
def replica(build: Build) -> Replica:
    """A replica that tells an address of its own, and one of production's."""
    return build(PLACES)


def test_a_program_is_given_no_address_of_production(replica: Replica) -> None:
    """By the template that AWS has of the stack; names that nobody can be reached by are given as ever."""
    stack = replica.restorer
    given, withheld = outlets.apart(stack.outputs(replica.copy), stack.foreign(replica.copy))
    assert sorted(given) == ["Queue", "Topic"]
    assert withheld == {"Site": "is not the address of a resource of the template"}


def test_nothing_is_executed_that_would_be_asked_at_productions_address(build: Build) -> None:
    """A check asks at an output: of what is to be executed that has to be the stack's own."""
    replica = build(PLACES, stands=False)
    stack = replica.restorer
    stack._asked = frozenset({"Site"})
    with pytest.raises(NotMeasured, match="the output Site is not the address of a resource"):
        stack.build(replica.copy)
    done = [each for each in replica.made.lab.journal if each.action == "ExecuteChangeSet"]
    assert not [each for each in done if replica.copy.id in str(each.params)]
