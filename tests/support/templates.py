"""Templates as drills would give them to AWS."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template.given import Given, given
from dr_orchestrator.domain.replica import Answers
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotRecoverable

COPY = "dro-20261120-abc123-shop"
GIVEN = {"EnvironmentName": "{copy}", "Prod": "shop-prod"}
PARAMETERS = """\
Parameters:
  EnvironmentName: {Type: String, Default: shop-prod}
  Prod: {Type: String}
  Which: {Type: String, Default: Value}
  Late: {Type: String, Default: shop-prod}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: "{copy}"}
Conditions:
  Always: !Equals [a, a]
  A: !Equals [!Ref Prod, x]
"""

OWN = """\
Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Resource: "arn:aws:s3:::prod"}]}}}
Held: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: prod-role}}
Net: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: own, SubnetIds: [!Ref Sub, !Ref Sub]}}
Sub: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
"""


def made(template: str, answers: Answers | None = None, sources: frozenset[str] = frozenset(), **more: object) -> Given:
    """What AWS is given in place of a template."""
    rebuild = Rebuild(template, "shop.template.yaml", GIVEN, answers=answers or Answers(), **more)  # type: ignore[arg-type]
    return given(rebuild, COPY, sources)


def edits(template: str, answers: Answers | None = None) -> dict[str, object]:
    """What a replica has otherwise, by resource and property; what it has not is None."""
    found = made(template, answers).made.edits
    return {f"{each.resource}.{each.property}" if each.property else each.resource: each.becomes for each in found}


def resources(text: str) -> str:
    return PARAMETERS + "Resources:\n" + "\n".join(f"  {line}" for line in text.splitlines())


def refusal(template: str, answers: Answers | None = None) -> str:
    with pytest.raises(NotRecoverable) as refused:
        made(template, answers)
    assert refused.value.message.startswith("shop.template.yaml")
    return refused.value.message
