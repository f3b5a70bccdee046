"""Templates to be inspected."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template import template as under_test
from dr_orchestrator.errors import NotRecoverable

COPY = "dro-20261120-abc123-shop"
GIVEN = {"EnvironmentName": "{copy}", "Prod": "shop-prod"}
PARAMETERS = """\
Parameters:
  EnvironmentName: {Type: String, Default: shop-prod}
  Prod: {Type: String}
  Late: {Type: String, Default: shop-prod}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: "{copy}"}
"""

OWN = """\
Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Resource: "arn:aws:s3:::prod"}]}}}
Held: {Type: AWS::SSM::Parameter, Properties: {Value: prod-role}}
"""


PRIVATE = "DBSubnetGroupName: !Ref Own, PubliclyAccessible: false"


def inspect(template: str, path: str) -> str:
    return under_test.inspect(template, path, GIVEN, COPY)


def resources(text: str) -> str:
    return PARAMETERS + "Resources:\n" + "\n".join(f"  {line}" for line in text.splitlines())


def refusal(template: str) -> str:
    with pytest.raises(NotRecoverable) as refused:
        inspect(template, "shop.template.yaml")
    assert refused.value.message.startswith("shop.template.yaml")
    return refused.value.message
