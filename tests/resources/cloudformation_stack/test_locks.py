"""The protection of what a stack made is taken off by one call that changes nothing else, once it is proven."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.resources.cloudformation_stack import holds
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part, parts_of, resisting
from dr_orchestrator.resources.cloudformation_stack.teardown.protecting import LOCKS, unprotect
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving
from tests.support.estate import REGION, Estate
from tests.support.replicas import BUCKET, Build, Replica

Made = Callable[[Any, str, dict[str, str]], str]


def balancer(client: Any, name: str, tags: dict[str, str]) -> str:
    subnet = client["ec2"].describe_subnets()["Subnets"][0]["SubnetId"]
    elb, given = client["elbv2"], [{"Key": key, "Value": value} for key, value in tags.items()]
    made = elb.create_load_balancer(Name=name[:30].strip("-"), Subnets=[subnet], Type="network", Tags=given)
    arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
    on = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=on)
    return arn


def user_pool(client: Any, name: str, tags: dict[str, str]) -> str:
    given = {"PoolName": name[:100], "UserPoolTags": tags, "DeletionProtection": "ACTIVE"}
    return str(client["cognito-idp"].create_user_pool(**given)["UserPool"]["Id"])


def cluster(client: Any, name: str, tags: dict[str, str]) -> str:
    client["rds"].create_db_cluster(
        DBClusterIdentifier=f"{name}-cluster",
        Engine="aurora-postgresql",
        MasterUsername="old",
        MasterUserPassword="not-a-secret",
        DeletionProtection=True,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    return f"{name}-cluster"


CASES: dict[str, tuple[Made, str, dict[str, Any]]] = {
    holds.BALANCER: (
        balancer,
        "ModifyLoadBalancerAttributes",
        {"Attributes.member.1.Key": "deletion_protection.enabled", "Attributes.member.1.Value": "false"},
    ),
    holds.USER_POOL: (user_pool, "UpdateUserPool", {"DeletionProtection": "INACTIVE"}),
    holds.CLUSTER: (cluster, "ModifyDBCluster", {"DeletionProtection": "false", "ApplyImmediately": "true"}),
}


class _Clients:
    def __init__(self, made: Estate) -> None:
        self._made = made

    def __getitem__(self, service: str) -> Any:
        return self._made.client(service)


def proving(replica: Replica, part: Part) -> Proving:
    """The proofs of a stack that tells of the part's creation."""
    found = Proving(replica.made.toolkit, replica.copy, part.stack)
    found._made = lambda _stack: frozenset({(part.logical_id, part.name)})  # type: ignore[assignment,method-assign]
    return found


def stack_id(replica: Replica) -> str:
    identity = replica.made.ledger.rows[replica.copy.id].identity
    assert identity is not None
    return identity.unique_id


@pytest.mark.parametrize("kind", CASES)
def test_a_lock_is_opened_by_one_parameter(build: Build, kind: str) -> None:
    """The call names the part, and the protection that goes; a second time there is nothing to do."""
    make, action, given = CASES[kind]
    replica = build(BUCKET)
    tags = {**replica.copy.tags, "aws:cloudformation:stack-id": stack_id(replica)}
    name = make(_Clients(replica.made), replica.copy.id, tags)
    part = Part(kind, name, "Logical", stack_id(replica))
    replica.made.clock.sleep(3600)
    replica.heard = len(replica.made.lab.journal)
    api = replica.made.toolkit.account.api(LOCKS[kind].service)
    assert unprotect(api, proving(replica, part), part)
    (asked,) = replica.calls(action)
    assert name in asked.values()
    assert {key: str(asked[key]) for key in given} == given
    assert len(asked) - ("Version" in asked) == len(given) + 1
    assert not unprotect(api, proving(replica, part), part)
    replica.destroy()


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("stack", ["", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop-prod/1"])
def test_productions_lock_stays(build: Build, kind: str, stack: str) -> None:
    """What wears no tag of this stack is not opened, whoever names it."""
    make, action, _ = CASES[kind]
    replica = build(BUCKET)
    name = make(
        _Clients(replica.made),
        replica.copy.id,
        {"aws:cloudformation:stack-id": stack} if stack else {"env": "production"},
    )
    replica.made.clock.sleep(3600)
    part = Part(kind, name, "Logical", stack_id(replica))
    replica.heard = len(replica.made.lab.journal)
    api = replica.made.toolkit.account.api(LOCKS[kind].service)
    with pytest.raises(UnsafeToDelete, match=r"nothing proves|is of arn:aws"):
        unprotect(api, proving(replica, part), part)
    assert not replica.calls(action)
    replica.destroy()


ROOT = f"arn:aws:cloudformation:{REGION}:123456789012:stack/dro-a/1"
NESTED = f"arn:aws:cloudformation:{REGION}:123456789012:stack/dro-a-Data/2"
STRANGE = f"arn:aws:cloudformation:{REGION}:123456789012:stack/production/3"


class Nesting:
    """CloudFormation's answers on a stack with another in it, and one that it only claims."""

    def __init__(self) -> None:
        self.endpoint, self.region = "https://cloudformation", REGION

    def pages(self, operation: str, _key: str, StackName: str) -> list[dict[str, str]]:  # noqa: N803 (AWS's name)
        if operation == "DescribeStackEvents":
            told = {"LogicalResourceId": "Uploads", "PhysicalResourceId": f"dro-20261120-abc123-{StackName[-1]}"}
            return [{**told, "ResourceStatus": "CREATE_COMPLETE"}]
        listed = {ROOT: [("Data", NESTED), ("Claimed", STRANGE)]}
        found = [
            {"ResourceType": "AWS::CloudFormation::Stack", "PhysicalResourceId": name, "LogicalResourceId": logical}
            for logical, name in listed.get(StackName, [])
        ]
        own = {"ResourceType": holds.BUCKET, "LogicalResourceId": "Uploads", "ResourceStatus": "DELETE_FAILED"}
        return [*found, {**own, "PhysicalResourceId": f"dro-20261120-abc123-{StackName[-1]}"}]

    def named(self, *_: str, StackName: str) -> dict[str, str]:  # noqa: N803
        return {"StackId": StackName, "RootId": ROOT if StackName == NESTED else STRANGE}

    def call(self, _operation: str, **_: str) -> dict[str, Any]:
        return {"TemplateBody": json.dumps({"Resources": {"Uploads": {"Type": holds.BUCKET}}})}


def test_what_a_stack_in_the_stack_made_is_the_runs_and_what_another_made_is_not(made: Estate) -> None:
    """A nested stack says itself which one it stands in: one that is only listed opens nothing that it holds."""
    copy = Copy("cloudformation-stack", "dro-20261120-abc123-a", REGION, "20261120-abc123", "d", "s")
    account: Any = type("Accounts", (), {"api": lambda *_: Nesting(), "guard": made.toolkit.account.guard})()
    found = Proving(replace(made.toolkit, account=account), copy, ROOT)
    own, nested, strange = (
        next(each for each in parts_of(Nesting(), stack) if each.type == holds.BUCKET)  # type: ignore[arg-type]
        for stack in (ROOT, NESTED, STRANGE)
    )
    found.raise_unless_made(own)
    found.raise_unless_made(nested)
    with pytest.raises(UnsafeToDelete, match="which is no part of"):
        found.raise_unless_made(strange)
    told = parts_of(Nesting(), ROOT)  # type: ignore[arg-type]
    assert {each.stack for each in told} == {ROOT, NESTED, STRANGE}
    assert len(resisting(told)) == 3
