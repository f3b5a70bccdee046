"""The option group of a copy: that of the restored data, unless its owner names another.

Once an instance in a VPC has one, RDS binds it to that VPC: in another its copies need another group with the same
options, of which the permanent and the persistent ones cannot be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable

KEY = "option_group"
"""The key of a resource by which its owner names another."""

_CALL = "rds:DescribeOptionGroups"
_DEFAULT = "default:"
"""How the names of those begin that AWS gives by itself, and that fit anywhere."""

_GOING = ("removing", "pending-removal", "pending-maintenance-removal", "failed")


def of_instance(described: Mapping[str, Any]) -> str:
    """The name of the group that an instance has; empty where none is told."""
    told = described.get("OptionGroupMemberships") or ()
    return next((str(each["OptionGroupName"]) for each in told if each.get("Status") not in _GOING), "")


def given(resource: Resource, told: str) -> str | None:
    """The group that a restore is to say, where the data's own is `told`; None where AWS's default is meant."""
    own = str(resource.to.option_group if resource.to else resource.own.get(KEY) or told)
    return own if own and not own.startswith(_DEFAULT) else None


def look(account: Account, resource: Resource, told: str, vpc: str) -> str:
    """The group that a copy in a VPC would have; NotRecoverable where there is none of that name, or none for there."""
    name = given(resource, told)
    if name is None and resource.to is not None and told and not told.startswith(_DEFAULT):
        message = f"the data has option group {told}, which is of {resource.region}"
        hint = f"name one of {resource.to.region} with the same options: `{KEY}` in the drill's `to`"
        raise NotRecoverable(message, hint, _CALL)
    if name is None:
        return f"{told or 'the default'}, of any VPC"
    try:
        found = account.api("rds").named(
            "DescribeOptionGroups", "OptionGroupsList", "OptionGroupName", name, OptionGroupName=name
        )
    except NotFound as fault:
        hint = f"name one that there is, in {account.region}: `{KEY}` at the resource"
        raise NotRecoverable(f"no option group {name}", hint, _CALL) from fault
    bound = str(found.get("VpcId") or "")
    if bound and bound != vpc:
        raise NotRecoverable(*_elsewhere(name, found, bound, vpc), _CALL)
    return f"{name}, of {bound or 'any VPC'}"


def _elsewhere(name: str, found: Mapping[str, Any], bound: str, vpc: str) -> tuple[str, str]:
    stuck = [str(each["OptionName"]) for each in found.get("Options", ()) if _stays(each)]
    needs = f", with {', '.join(stuck)}, which the data cannot do without" if stuck else ""
    hint = (
        f"make another for {vpc} (aws rds copy-option-group){needs}, and name it by `{KEY}` at the resource; "
        f"or put its copies into a subnet group of {bound} (`isolation`)"
    )
    return f"option group {name} is bound to {bound}, and copies are put into {vpc}", hint


def _stays(option: Mapping[str, Any]) -> bool:
    return bool(option.get("Permanent") or option.get("Persistent"))
