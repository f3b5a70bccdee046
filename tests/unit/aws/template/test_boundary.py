"""The permissions boundary: a replica's code reaches the copies and nothing else, whatever its policies say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dr_orchestrator.aws.access.statements import LARGEST, size
from dr_orchestrator.aws.copies import TAG, name
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.resource_type import CopyType
from tests.support.iam.enforced import allowed
from tests.support.iam.reference import DATA, overlap

COPY = "dro-20261120-0123abcdef-shop-prod"
HERE = "arn:aws:{}:us-east-1:123456789012:{}"
ROLE = "arn:aws:iam::123456789012:role/"
WORN = {f"aws:ResourceTag/{TAG}": ["20261120-0123abcdef"]}
OF_FUNCTION = {"lambda:SourceFunctionArn": ["arn:aws:lambda:us-east-1:123456789012:function:x"]}


def may(action: str, arn: str, context: dict[str, Any]) -> bool:
    return allowed([boundary.policy()], action, arn, context)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_it_is_a_managed_policy(partition: str) -> None:
    """No longer than one may be, and of the partition that it is for."""
    made = boundary.policy(partition)
    assert size(made) <= LARGEST
    arns = [arn for each in made["Statement"] for arn in each.get("Resource", each.get("NotResource"))]
    assert {arn.split(":")[1] for arn in arns if arn != "*"} == {partition}


def test_each_name_stands_in_the_arns_of_its_service() -> None:
    """AWS's own reference knows each form: the part that is fixed, and that a name follows."""
    for service, parts in boundary.NAMED.items():
        types = DATA.resources.get_resource_types_for_service(service)
        whole = [str(DATA.resources.get_resource_type_details(service, each)["arn"]) for each in types]
        arns = [re.sub(r"\$\{\w+\}", "*", each.split(":", 5)[5]) for each in whole]
        for part in parts.split():
            assert any(overlap(part.format(boundary.OWN), each) for each in arns), (service, part)


def test_each_action_is_one() -> None:
    """No word of it is unknown to AWS."""
    named = (*boundary.WITHOUT_RESOURCE, *boundary.INTERFACES, *boundary.IMAGES, *boundary.AIMING)
    assert [each for each in named if not DATA.actions.action_exists(*each.split(":"))] == []


def test_copies_are_named_so() -> None:
    """The name of each copy is taken for one, and nothing that drills need beside them."""
    of = CopyType("x", "x", "x", "x", "x", 63, "x")
    assert overlap(boundary.OWN, name("20261120-0123abcdef", "shop-prod", of))
    for other in ("dro-drill", "dro-read", "dro-boundary", "dro-isolated"):
        assert not overlap(boundary.OWN, other)


@pytest.mark.parametrize(
    ("action", "arn", "context"),
    [
        ("dynamodb:PutItem", HERE.format("dynamodb", f"table/{COPY}-config"), {}),
        ("s3:GetObject", f"arn:aws:s3:::{COPY}-assets/a", {}),
        ("ssm:GetParameter", HERE.format("ssm", f"parameter/shop/{COPY}-x"), {}),
        ("ec2:StopInstances", HERE.format("ec2", "instance/i-0123abcd"), WORN),
        ("kms:Decrypt", HERE.format("kms", "key/1"), WORN),
        ("logs:PutLogEvents", HERE.format("logs", "log-group:any:log-stream:x"), {}),
        ("ec2:CreateNetworkInterface", "*", {}),
        ("ecr:BatchGetImage", HERE.format("ecr", "repository/shop"), {}),
        ("iam:PassRole", f"{ROLE}{COPY}-Worker", {}),
    ],
)
def test_the_copys_own_is_reached(action: str, arn: str, context: dict[str, Any]) -> None:
    """By its name, where that stands in ARNs, else by its tag; logs, figures, traces and networks of functions."""
    assert may(action, arn, context)


@pytest.mark.parametrize(
    ("action", "arn", "context"),
    [
        ("dynamodb:PutItem", HERE.format("dynamodb", "table/sessions-prod"), {}),
        ("s3:PutObject", f"arn:aws:s3:::shop-prod-assets/{COPY}", {}),
        ("s3:PutBucketPolicy", "arn:aws:s3:::shop-prod-assets", {}),
        ("rds:DeleteDBInstance", HERE.format("rds", "db:orders-prod"), {}),
        ("secretsmanager:GetSecretValue", HERE.format("secretsmanager", "secret:prod/orders-abcdef"), {}),
        ("ec2:TerminateInstances", HERE.format("ec2", "instance/i-0123abcd"), {}),
        ("ec2:CreateTags", HERE.format("ec2", "instance/i-0123abcd"), {}),
        ("ec2:DeleteNetworkInterface", "*", OF_FUNCTION),
        ("sts:AssumeRole", f"{ROLE}dro-drill", {}),
        ("sts:AssumeRole", f"{ROLE}shop-prod", WORN),
        ("iam:PassRole", f"{ROLE}shop-prod", WORN),
        ("iam:CreateRole", f"{ROLE}{COPY}", WORN),
        ("iam:DeleteRolePermissionsBoundary", f"{ROLE}{COPY}", WORN),
        ("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/dro-boundary", WORN),
        ("organizations:LeaveOrganization", "*", WORN),
        ("cloudwatch:PutMetricAlarm", HERE.format("cloudwatch", f"alarm:{COPY}"), WORN),
        ("events:PutTargets", HERE.format("events", f"rule/{COPY}"), {}),
        ("events:PutRule", HERE.format("events", f"rule/shop-prod/{COPY}"), {}),
    ],
)
def test_production_is_not_reached(action: str, arn: str, context: dict[str, Any]) -> None:
    """Nor what would reach it by way of another role, of a tag, or of a service that acts with rights of its own."""
    assert not may(action, arn, context)


def test_nothing_of_iam_is_changed() -> None:
    """Of all actions of IAM that AWS has today, but handing a role of the replica to a service."""
    reads = ("Read", "List")
    actions = [each for each in DATA.actions.get_actions_for_service("iam") if each != "PassRole"]
    changing = [each for each in actions if DATA.actions.get_action_details("iam", each)["accessLevel"] not in reads]
    assert len(changing) > 80
    assert [each for each in changing if may(f"iam:{each}", f"{ROLE}{COPY}", WORN)] == []


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statement", "wide"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}, True),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "x"}, True),
        ("Allow", True),
        ({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, False),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
        (ALL | {"Condition": {"StringLike": {"aws:userid": "*"}}}, True),
        (ALL | {"Condition": {"StringLike": {"aws:ResourceTag/team": "*"}}}, True),
        (ALL | {"Condition": {"StringEquals": {"aws:ResourceTag/team": "drills"}}}, False),
        (ALL | {"Resource": "arn:aws:*:*:*:*"}, True),
        (ALL | {"Resource": "arn:aws:dynamodb:*:*:table/*"}, True),
        (ALL | {"Resource": "arn:aws:dynamodb:*:*:table/drill-*"}, False),
        (ALL | {"Action": ["s3:D*", "rds:D*"]}, True),
        (ALL | {"Action": ["s3:Get*", "ec2:Describe*"]}, False),
    ],
)
def test_a_boundary_that_holds_nothing_is_known(statement: Any, wide: bool) -> None:
    """Many changes of everything, unless a tag is asked; what a team allows by name is its own choice, and told."""
    assert boundary.too_wide({"Statement": [statement]}) is wide
    assert boundary.too_wide(boundary.policy()) is False
    assert boundary.too_wide("") is True
