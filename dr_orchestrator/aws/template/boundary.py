"""The permissions boundary of replicas: their code reaches the copies alone, whatever the policies of its roles say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.copies import TAG

OWN = "dro-2*"
"""The names of copies: they begin with the day of their run, so that no role and no policy of drills is called so."""

NAMED: Mapping[str, str] = {
    "athena": "workgroup/{}",
    "autoscaling": "autoScalingGroup:*:autoScalingGroupName/{}",
    "batch": "job-definition/{} job-queue/{}",
    "cloudformation": "stack/{}",
    "cloudwatch": "alarm:{}",
    "codebuild": "project/{}",
    "codepipeline": "{}",
    "dax": "cache/{}",
    "dynamodb": "table/{}",
    "ecr": "repository/{}",
    "ecs": "cluster/{} container-instance/{} service/{} task/{} task-definition/{}",
    "elasticache": "cluster:{} replicationgroup:{} serverlesscache:{}",
    "elasticloadbalancing": "loadbalancer/app/{} loadbalancer/net/{} targetgroup/{}",
    "es": "domain/{}",
    "events": "event-bus/{} rule/{}",
    "firehose": "deliverystream/{}",
    "glue": "crawler/{} database/{} job/{} table/{}",
    "kafka": "cluster/{} group/{} topic/{} transactional-id/{}",
    "kinesis": "stream/{}",
    "lambda": "function:{} layer:{}",
    "logs": "log-group:{} log-group:*/{}",
    "memorydb": "cluster/{}",
    "rds": "cluster:{} db:{}",
    "redshift": "cluster:{} dbname:{} dbuser:{}",
    "s3": "{}",
    "sagemaker": "endpoint/{} model/{}",
    "scheduler": "schedule/*/{} schedule-group/{}",
    "secretsmanager": "secret:{} secret:*/{}",
    "sns": "{}",
    "sqs": "{}",
    "ssm": "parameter/{} parameter/*/{}",
    "states": "activity:{} execution:{} express:{} stateMachine:{}",
}
"""The ARNs in which the name stands that an object was given, by service; `{}` is the name. Tags tell of the rest."""

WITHOUT_RESOURCE = (
    *("cloudwatch:PutMetricData", "logs:CreateLogDelivery", "logs:CreateLogGroup", "logs:CreateLogStream"),
    *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
    *("logs:PutLogEvents", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords"),
    "xray:PutTraceSegments",
)
"""Logs, figures and traces: AWS names no resource for them, or they only add lines to a log."""

INTERFACES = (
    *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    "ec2:UnassignPrivateIpAddresses",
)
"""The calls of Lambda itself, by the role of a function that stands in a network; its code makes none of them."""

IMAGES = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
)
"""Containers are started from the images of production, which are read alone."""

AIMING = (
    *("cloudwatch:PutCompositeAlarm", "cloudwatch:PutMetricAlarm", "events:PutTargets", "logs:PutSubscriptionFilter"),
    *("s3:PutBucketNotification", "s3:PutReplicationConfiguration", "sns:Subscribe"),
)
"""The calls that let a service of AWS act on something else, with rights that no role of the replica has."""

OF_IAM = tuple(f"iam:{verb}*" for verb in ("A", "C", "De", "Di", "E", "Pu", "R", "S", "T", "U"))
"""The changes of IAM: nothing that a replica's code makes may be without this boundary."""

ROLES = frozenset({"AWS::IAM::Role", "AWS::Serverless::Function", "AWS::Serverless::StateMachine"})
"""The types in CloudFormation that make a role."""

_OF_CODE = ("lambda:SourceFunctionArn", "ec2:SourceInstanceARN")
"""The keys that a call has which code makes: of a function, of an instance."""

_READ = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search", "Select", "View")
_NAMED = re.compile(r"^[a-zA-Z-]+[:/]")

Statement = dict[str, Any]


def arn(name: str, partition: str = "${AWS::Partition}", account: str = "${AWS::AccountId}") -> str:
    """The ARN of a boundary, which may be given as one; as a template writes it where nothing else is said."""
    return name if name.startswith("arn:") else f"arn:{partition}:iam::{account}:policy/{name}"


def policy(partition: str = "aws") -> dict[str, Any]:
    """The boundary, as a managed policy of at most 6,144 characters."""
    return {"Version": "2012-10-17", "Statement": list(_statements(partition))}


def _statements(partition: str) -> Iterator[Statement]:
    roles = [f"arn:{partition}:iam::*:role/{OWN}"]
    named = [
        f"arn:{partition}:{service}:{'::' if service == 's3' else '*:*:'}{part.format(OWN)}"
        for service, parts in NAMED.items()
        for part in parts.split()
    ]
    worn = {"Null": {f"aws:ResourceTag/{TAG}": "false"}}
    yield _said("OwnByName", "Allow", ["*"], named)
    yield _said("OwnByTag", "Allow", ["*"], ["*"], worn)
    yield _said("LogsFiguresTraces", "Allow", WITHOUT_RESOURCE, ["*"])
    yield _said("NetworkOfFunctions", "Allow", INTERFACES, ["*"], {"Null": dict.fromkeys(_OF_CODE, "true")})
    yield _said("ReadImages", "Allow", IMAGES, ["*"])
    yield _said("OwnRoles", "Allow", ["iam:PassRole", "sts:AssumeRole"], roles)
    yield _said("NeverChangeRights", "Deny", [*OF_IAM, "account:*", "organizations:*"], ["*"])
    yield {
        "Sid": "NeverTakeOnOthers",
        "Effect": "Deny",
        "Action": ["iam:PassRole", "sts:AssumeRole"],
        "NotResource": roles,
    }
    yield _said("NeverAimAtOthers", "Deny", AIMING, ["*"])


def _said(
    sid: str, effect: str, actions: Sequence[str], resources: Sequence[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": dict(condition)} if condition else statement


def too_wide(document: Any) -> bool:
    """Whether a policy allows changes of everything, and asks no tag of it; so too where it cannot be read."""
    if not isinstance(document, dict):
        return True
    return any(_is_wide(each) for each in _listed(document.get("Statement")))


def _is_wide(said: Any) -> bool:
    if not isinstance(said, dict):
        return True
    if said.get("Effect") != "Allow" or _asks_a_tag(said.get("Condition")):
        return False
    if "NotAction" in said or "NotResource" in said:
        return True
    changes = any(map(_changes_many, _listed(said.get("Action"))))
    return changes and any(map(_is_everything, _listed(said.get("Resource"))))


def _asks_a_tag(conditions: Any) -> bool:
    """Whether a statement holds only for what wears a tag; any other condition may hold for all."""
    for test, asked in conditions.items() if isinstance(conditions, dict) else ():
        for key, values in asked.items() if isinstance(asked, dict) else ():
            if ":resourcetag/" in str(key).lower() and not str(test).lower().endswith("ifexists"):
                wanted = {str(each).lower() for each in _listed(values)}
                if wanted == {"false"} if str(test) == "Null" else not any(set(each) <= {"*", "?"} for each in wanted):
                    return not str(test).startswith(("StringNot", "ArnNot"))
    return False


def _changes_many(action: Any) -> bool:
    """Whether an action stands for several, and not for those alone that read."""
    service, _, call = str(action).partition(":")
    begins = call.partition("*")[0].partition("?")[0]
    return service == "*" or ("*" in call and not begins.startswith(_READ))


def _is_everything(resource: Any) -> bool:
    """Whether a resource is all there is, or all of a service, or of a kind of it."""
    name = str(resource).split(":", 5)[-1]
    return not _NAMED.sub("", name).strip("*?/:")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
