"""Whom a plan of AWS Backup takes of what does not stand yet: by ARN and tags, and no guess where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.backup.selections import Copied, Taken, taken

TAGS = {"dr-drill:run": "20261120-abc123", "dr-drill:drill": "orders-snapshot"}
INSTANCE = Copied("dro-x", "RDS", "arn:aws:rds:us-east-1:123456789012:db:dro-x", TAGS)
VOLUME = Copied("dro-x", "EBS", "arn:aws:ec2:us-east-1:123456789012:volume/*", TAGS)
PART = Copied("dro-x-*", "DynamoDB", "arn:aws:dynamodb:us-east-1:123456789012:table/dro-x-*", TAGS, more=True)
SURE, NAMED = Taken(True, False), Taken(True, True)


def tag(key: str, value: str, of: str = "aws:ResourceTag/") -> list[dict[str, str]]:
    return [{"ConditionKey": f"{of}{key}", "ConditionValue": value}]


RUN = "dr-drill:run"


@pytest.mark.parametrize(
    ("selection", "copied", "wanted"),
    [
        ({"Resources": ["*"]}, INSTANCE, SURE),
        ({}, INSTANCE, SURE),  # AWS selects all that it supports
        ({"Resources": ["arn:aws:rds:*"]}, INSTANCE, SURE),
        ({"Resources": ["arn:aws:rds:*:*:*"]}, INSTANCE, SURE),
        ({"Resources": ["arn:aws:rds:*:*:db:*"]}, INSTANCE, NAMED),
        ({"Resources": ["arn:aws:rds:*:*:db:orders-*"]}, INSTANCE, None),
        ({"Resources": ["arn:aws:rds:*:*:cluster:*"]}, INSTANCE, None),
        ({"Resources": ["arn:aws:rds:us-east-1:123456789012:db:orders", "*:db:dro-*"]}, INSTANCE, SURE),
        ({"Resources": ["arn:aws:ec2:*:*:volume/*"]}, VOLUME, NAMED),
        ({"Resources": ["arn:aws:ec2:*:*:volume/vol-0*"]}, VOLUME, Taken(False, True)),
        ({"Resources": ["arn:aws:ec2:us-east-1:123456789012:volume/vol-0abc"]}, VOLUME, None),
        ({"Resources": ["*:volume/vol-0abc"]}, VOLUME, None),
        ({"Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/dro-x-orders"]}, PART, None),
        ({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*:*:volume/vol-0*"]}, VOLUME, Taken(False, False)),
        ({"Resources": ["arn:aws:ec2:eu-west-1:*:volume/*"]}, VOLUME, None),
        ({"Resources": ["*"], "NotResources": ["arn:aws:rds:*:*:db:dro-*"]}, INSTANCE, None),
        ({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*:*:volume/*"]}, VOLUME, None),
        ({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*:*:volume/vol-1"]}, VOLUME, SURE),
        ({"ListOfTags": tag("backup", "daily", "")}, INSTANCE, None),
        ({"ListOfTags": tag("backup", "daily", "")}, PART, Taken(False, False)),
        ({"ListOfTags": [*tag("backup", "daily"), *tag("dr-drill:drill", "orders-snapshot")]}, INSTANCE, SURE),
        ({"Resources": ["*"], "ListOfTags": tag("backup", "daily", "")}, INSTANCE, Taken(False, False)),
        ({"Resources": ["arn:aws:s3:::*"], "ListOfTags": tag("backup", "daily", "")}, INSTANCE, None),
        ({"Resources": ["*"], "Conditions": {"StringEquals": tag("backup", "daily")}}, INSTANCE, None),
        ({"Resources": ["*"], "Conditions": {"StringEquals": tag("backup", "daily")}}, PART, Taken(False, False)),
        ({"Resources": ["*"], "Conditions": {"StringNotEquals": tag("backup", "no")}}, INSTANCE, SURE),
        ({"Resources": ["*"], "Conditions": {"StringLike": tag(RUN, "2026*")}}, INSTANCE, SURE),
        ({"Resources": ["*"], "Conditions": {"StringNotLike": tag(RUN, "*")}}, INSTANCE, None),
        ({"Resources": ["*"], "Conditions": {"StringNotLike": tag(RUN, "*")}}, PART, None),
        ({"Resources": ["*"], "Conditions": {"StringNotLike": tag("backup", "n*")}}, INSTANCE, SURE),
        (
            {"Resources": ["*"], "Conditions": {"StringLike": tag(RUN, "*"), "StringEquals": tag(RUN, "another")}},
            INSTANCE,
            None,
        ),
    ],
)
def test_whom_a_selection_takes(selection: dict[str, Any], copied: Copied, wanted: Taken | None) -> None:
    """Any of the ARNs or tags, all conditions, none that is left out; unsure where tags of a template may decide."""
    assert taken(selection, copied) == wanted
