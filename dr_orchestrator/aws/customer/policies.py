"""The roles of a stack (what they may do, who may take them on) and its rules (what they pass on), as they are live."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.customer.asking import Asking
from dr_orchestrator.aws.customer.stack import members
from dr_orchestrator.domain.customer_stack import Aspect

ROLE, RULE = "AWS::IAM::Role", "AWS::Events::Rule"


def live(asking: Asking) -> dict[str, Any]:
    """The roles and rules of the stack, and those that were recorded of it: None for one that is gone."""
    roles, rules = _named(asking)
    return {
        "roles": {each: asking.settled(partial(_role, asking, each)) for each in sorted(roles)},
        "rules": {each: asking.settled(partial(_rule, asking, each)) for each in sorted(rules)},
    }


def _named(asking: Asking) -> tuple[set[str], set[str]]:
    baseline = asking.stack.baseline
    recorded = baseline.documents[Aspect.POLICIES] if baseline else {}
    roles, rules = set(recorded.get("roles") or ()), set(recorded.get("rules") or ())
    try:
        listed = members(asking)
    except NotFound:
        if baseline is None:
            raise
        return roles, rules
    held = [each for each in listed if each["ResourceStatus"] != "DELETE_COMPLETE" and each.get("PhysicalResourceId")]
    roles |= {each["PhysicalResourceId"] for each in held if each["ResourceType"] == ROLE}
    rules |= {each["PhysicalResourceId"] for each in held if each["ResourceType"] == RULE}
    return roles, rules


def _role(asking: Asking, name: str) -> dict[str, Any] | None:
    """A role with all that it may do; None where AWS knows none, and NotFound where something of it went meanwhile."""
    found = asking.there(lambda: asking.call("iam", "GetRole", RoleName=name))
    if found is None:
        return None
    role = found["Role"]
    inline = asking.pages("iam", "ListRolePolicies", "PolicyNames", RoleName=name)
    attached = asking.pages("iam", "ListAttachedRolePolicies", "AttachedPolicies", RoleName=name)
    bound = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
    return {
        "arn": role["Arn"],
        "id": role["RoleId"],
        "trust": _policy(role["AssumeRolePolicyDocument"]),
        "longest session": role.get("MaxSessionDuration"),
        "inline": {each: _inline(asking, name, each) for each in inline},
        "attached": {each["PolicyArn"]: _default(asking, each["PolicyArn"]) for each in attached},
        "boundary": {bound: _default(asking, bound)} if bound else None,
    }


def _inline(asking: Asking, role: str, policy: str) -> Any:
    return _policy(asking.call("iam", "GetRolePolicy", RoleName=role, PolicyName=policy)["PolicyDocument"])


def _default(asking: Asking, arn: str) -> dict[str, Any]:
    """The version of a managed policy that holds now."""
    version = asking.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    told = asking.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return {"version": version, "document": _policy(told["Document"])}


def _policy(document: Any) -> Any:
    """A document as data; what is none of IAM's is held to the letter."""
    try:
        return json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return document


def _rule(asking: Asking, physical: str) -> dict[str, Any] | None:
    """A rule by its physical id (its name, or its bus and its name); None where AWS knows none."""
    bus, _, name = physical.rpartition("|")
    where = {"EventBusName": bus} if bus else {}
    rule = asking.there(lambda: asking.call("events", "DescribeRule", Name=name, **where))
    if rule is None:
        return None
    targets = asking.pages("events", "ListTargetsByRule", "Targets", Rule=name, **where)
    return {
        "arn": rule["Arn"],
        "state": rule["State"],
        "pattern": _policy(rule["EventPattern"]) if rule.get("EventPattern") else None,
        "schedule": rule.get("ScheduleExpression"),
        "role": rule.get("RoleArn"),
        "managed by": rule.get("ManagedBy"),
        "targets": {each["Id"]: _plain(each) for each in targets},
    }


def _plain(part: Any) -> Any:
    """A part of an answer as JSON has it."""
    if isinstance(part, Mapping):
        return {str(key): _plain(value) for key, value in part.items()}
    return [_plain(each) for each in part] if isinstance(part, list) else part


def names(documents: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The names that CloudTrail knows the parts by, and whether they are IAM's: those events are in one region alone.

    Roles are asked for by their names: by its ARN each use of one is told, too.
    """
    found: dict[str, bool] = {}
    for name, told in (documents.get("roles") or {}).items():
        found[name] = True
        role = told or {}
        for arn in (*(role.get("attached") or ()), *(role.get("boundary") or ())):
            if arn.split(":")[4] != "aws":  # those of AWS are nobody's to change
                found[arn] = True
    for physical in documents.get("rules") or ():
        found[physical.rpartition("|")[2]] = False
    return sorted(found.items())
