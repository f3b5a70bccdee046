"""Takes the protection off what a stack made: the copy's own alone, so that it can be deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.resources.cloudformation_stack.holds import BALANCER, CLUSTER, INSTANCE, TABLE, USER_POOL
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

_BALANCED = {"Key": "deletion_protection.enabled", "Value": "false"}


@dataclass(frozen=True)
class Seen:
    """A live object with whether it is protected, and the call that ends that."""

    live: Live
    arn: str
    protected: bool
    named: bool = True


@dataclass(frozen=True)
class Lock:
    """How the protection of one type is looked at and taken off: by a write (operation, parameters) of a service."""

    service: str
    look: Callable[[Api, str], Seen]
    off: tuple[str, Callable[[str], Mapping[str, Any]]]


def _instance(api: Api, name: str) -> Seen:
    found = api.named("DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", name, DBInstanceIdentifier=name)
    live = Live(
        name, found["DbiResourceId"], _tags(found.get("TagList", ())), created_at=found.get("InstanceCreateTime")
    )
    return Seen(live, found["DBInstanceArn"], bool(found.get("DeletionProtection")))


def _cluster(api: Api, name: str) -> Seen:
    found = api.named("DescribeDBClusters", "DBClusters", "DBClusterIdentifier", name, DBClusterIdentifier=name)
    tags = _tags(found.get("TagList", ()))
    live = Live(name, found["DbClusterResourceId"], tags, created_at=found.get("ClusterCreateTime"))
    return Seen(live, found["DBClusterArn"], bool(found.get("DeletionProtection")))


def _table(api: Api, name: str) -> Seen:
    found = api.named("DescribeTable", "Table", "TableName", name, TableName=name)
    tags = _tags(api.pages("ListTagsOfResource", "Tags", ResourceArn=found["TableArn"]))
    live = Live(name, found["TableId"], tags, created_at=found.get("CreationDateTime"))
    return Seen(live, found["TableArn"], bool(found.get("DeletionProtectionEnabled")))


def _balancer(api: Api, arn: str) -> Seen:
    found = api.named("DescribeLoadBalancers", "LoadBalancers", "LoadBalancerArn", arn, LoadBalancerArns=[arn])
    (told,) = api.call("DescribeTags", ResourceArns=[arn])["TagDescriptions"]
    attributes = api.call("DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
    protected = {"Key": _BALANCED["Key"], "Value": "true"} in [dict(each) for each in attributes]
    name = re.sub(r".+:loadbalancer/", "", arn)  # AWS names it after the first letters of the stack's name alone
    live = Live(name, arn, _tags(told["Tags"]), created_at=found.get("CreatedTime"))
    return Seen(live, arn, protected, named=False)


def _user_pool(api: Api, name: str) -> Seen:
    found = api.named("DescribeUserPool", "UserPool", "Id", name, UserPoolId=name)
    live = Live(name, found["Arn"], found.get("UserPoolTags", {}), created_at=found.get("CreationDate"))
    return Seen(live, found["Arn"], found.get("DeletionProtection") == "ACTIVE", named=False)


LOCKS: Mapping[str, Lock] = {
    INSTANCE: Lock(
        "rds",
        _instance,
        (
            "ModifyDBInstance",
            lambda name: {"DBInstanceIdentifier": name, "DeletionProtection": False, "ApplyImmediately": True},
        ),
    ),
    CLUSTER: Lock(
        "rds",
        _cluster,
        (
            "ModifyDBCluster",
            lambda name: {"DBClusterIdentifier": name, "DeletionProtection": False, "ApplyImmediately": True},
        ),
    ),
    TABLE: Lock(
        "dynamodb", _table, ("UpdateTable", lambda name: {"TableName": name, "DeletionProtectionEnabled": False})
    ),
    BALANCER: Lock(
        "elbv2",
        _balancer,
        ("ModifyLoadBalancerAttributes", lambda arn: {"LoadBalancerArn": arn, "Attributes": [_BALANCED]}),
    ),
    # What is not given falls back to its default; of a pool that is about to be deleted that is all the same.
    USER_POOL: Lock(
        "cognito-idp",
        _user_pool,
        ("UpdateUserPool", lambda name: {"UserPoolId": name, "DeletionProtection": "INACTIVE"}),
    ),
}


def unprotect(api: Api, proving: Proving, part: Part) -> bool:
    """Take the protection off a part, once proven to be the run's; False where none is on it."""
    lock = LOCKS[part.type]
    seen = lock.look(api, part.name)
    if not seen.protected:
        return False
    proving.raise_unless_made(part)
    proving.vouch(part, seen.live, seen.arn, named=seen.named)
    operation, given = lock.off
    api.call(operation, **given(part.name))
    return True


def _tags(given: Any) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in given}
