"""Reads a CloudFormation template for what would collide with production, or stay behind after a drill."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from dr_orchestrator.errors import NotRecoverable

NAMES = frozenset(
    {
        "AlarmName",
        "BucketName",
        "ClusterName",
        "DBClusterIdentifier",
        "DBInstanceIdentifier",
        "DashboardName",
        "DomainName",
        "FunctionName",
        "GroupName",
        "LogGroupName",
        "ManagedPolicyName",
        "PolicyName",
        "QueueName",
        "RoleName",
        "StateMachineName",
        "TableName",
        "TopicName",
        "UserName",
    }
)
"""Properties that name a resource once in an account and region, whatever its type."""

NAMED_BY_NAME = ("AWS::Events::Rule", "AWS::SSM::Parameter", "AWS::SecretsManager::Secret", "AWS::KMS::Alias")
PUT_ON: Mapping[str, tuple[str, ...]] = {
    "AWS::EC2::Route": ("RouteTableId",),
    "AWS::EC2::SecurityGroupEgress": ("GroupId",),
    "AWS::EC2::SecurityGroupIngress": ("GroupId",),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::Route53::RecordSet": ("Name",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::Subscription": ("TopicArn",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
}
"""Types that change something which exists already, and the properties that say what."""

SNAPSHOT_BY_DEFAULT = (
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::Redshift::Cluster",
    "AWS::Neptune::DBCluster",
)
LARGEST = 51_200
"""Bytes that CreateStack takes as text."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Sub`), and nothing else beyond plain data."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {f"!{suffix}": loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {f"!{suffix}": loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {f"!{suffix}": loader.construct_mapping(node, deep=True)}
    return {f"!{suffix}": None}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str, path: str) -> Mapping[str, Any]:
    """A template as data; NotRecoverable where it is none."""
    try:
        template = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError) as error:
        raise NotRecoverable(f"{path} is not a template: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise NotRecoverable(f"{path} is not a template: it has no Resources")
    return template


def inspect(text: str, path: str) -> str:
    """What the template will make; NotRecoverable with all that is unsafe in it."""
    template = parse(text, path)
    unsafe = [*_oversize(text), *_unsafe(template)]
    if unsafe:
        hint = "give names through a parameter, and `DeletionPolicy: Delete` to what a replica may lose"
        raise NotRecoverable(f"{path} is not safe to rebuild beside production: " + "; ".join(unsafe), hint)
    kinds = sorted(resource.get("Type", "?") for resource in template["Resources"].values())
    return f"{len(kinds)} resources: {', '.join(kinds)}"


def _oversize(text: str) -> Iterator[str]:
    if len(text.encode()) > LARGEST:
        yield f"it has more than {LARGEST} bytes, the most that CreateStack takes as text"


def _unsafe(template: Mapping[str, Any]) -> Iterator[str]:
    if _transforms(template):
        yield "it uses a Transform, which is expanded elsewhere and cannot be inspected"
    for logical_id, resource in template["Resources"].items():
        if not isinstance(resource, dict):
            yield f"{logical_id} is not a resource"
            continue
        yield from _stays_behind(logical_id, resource)
        yield from _collides(logical_id, resource)
        yield from _reaches_out(logical_id, resource)


def _transforms(part: Any) -> bool:
    """Whether there is a Transform at the top, or a macro called anywhere below."""
    if isinstance(part, dict):
        called = any(key in ("Transform", "Fn::Transform", "!Transform") and part[key] for key in part)
        return called or any(map(_transforms, part.values()))
    return isinstance(part, list) and any(map(_transforms, part))


def _stays_behind(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    policy = resource.get("DeletionPolicy")
    if policy in ("Retain", "RetainExceptOnCreate", "Snapshot"):
        yield f"{logical_id} has DeletionPolicy {policy}: it would stay behind"
    elif policy is None and resource.get("Type") in SNAPSHOT_BY_DEFAULT:
        yield f"{logical_id} has no DeletionPolicy: for {resource['Type']} that means a final snapshot, left behind"
    elif policy not in (None, "Delete"):
        yield f"{logical_id} has a DeletionPolicy that cannot be read: {policy}"
    kind = str(resource.get("Type", ""))
    if kind == "AWS::CloudFormation::Stack":
        yield f"{logical_id} is a nested stack, which cannot be inspected"
    if kind == "AWS::CloudFormation::CustomResource" or kind.startswith("Custom::"):
        yield f"{logical_id} is a custom resource, whose code may do anything to anybody"


def _collides(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    properties = resource.get("Properties")
    if not isinstance(properties, dict):
        return
    for key, value in properties.items():
        names = key in NAMES or (key == "Name" and resource.get("Type") in NAMED_BY_NAME)
        if names and (literal := _literal(value)):
            yield f"{logical_id} has the literal name '{literal}' ({key}): it would collide with production's"


def _reaches_out(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    """A resource that is put on another one changes it: that one must be of the stack too."""
    properties = resource.get("Properties")
    if not isinstance(properties, dict):
        return
    for key in PUT_ON.get(str(resource.get("Type")), ()):
        value = properties.get(key)
        for each in value if isinstance(value, list) else [value]:
            if literal := _literal(each):
                yield f"{logical_id} would change '{literal}' ({key}), which the stack does not make"


def _literal(value: Any) -> str:
    """The text of a value that is the same in every stack; empty where something is put into it."""
    if isinstance(value, dict) and len(value) == 1:
        (form, inner), *_ = value.items()
        value = inner if form in ("!Sub", "Fn::Sub") else None
    return value if isinstance(value, str) and "${" not in value else ""
