"""Policies that the lab holds its callers to, in an account where IAM sees the tags of all objects, or where not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends
from moto.sts.models import sts_backends

from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.domain.resource_type import CopyType
from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.twin import Refusal
from dr_orchestrator.resources import TYPES

NAMING = ("TableName", "StackName", "ResourceArn", "PolicySourceArn", "SecretId", "KeyId")
FREE = ("sts", "GetCallerIdentity")
"""The call that needs no permission."""

Context = Mapping[str, Sequence[str]]


@dataclass
class Enforced:
    """The policies of roles, by the roles' names; who took on none of them may do all. `denied` is what was refused.

    Without `abac` IAM sees no tags of what does not show them in every account.
    """

    roles: Mapping[str, Sequence[Policy]]
    abac: bool
    denied: list[str] = field(default_factory=list)

    def refuses(self, call: ApiCall) -> Refusal | None:
        """AWS's refusal of a call, where a policy of the caller's does not allow it on all that it concerns."""
        assumed = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(call.key)
        policies = self.roles.get(assumed.role_arn.rpartition("/")[2]) if assumed else None
        if policies is None or (call.service, call.action) == FREE:
            return None
        for action, arn in needs(call):
            if not allowed(policies, action, arn, self._context(call, arn)):
                self.denied.append(f"{action} on {arn}")
                told = f"User: {assumed.arn} is not authorized to perform: {action} on resource: {arn}"
                return "AccessDenied", f"{told} because no identity-based policy allows the {action} action", 403
        return None

    def _context(self, call: ApiCall, arn: str) -> Context:
        asked = _asked(call.params)
        found = {"aws:RequestedRegion": [call.region]}
        if call.service in {copy.service for copy in TYPES.copies.values() if not copy.shows_tags} and not self.abac:
            return found
        found |= {f"aws:RequestTag/{key}": [value] for key, value in asked.items()}
        found |= {f"aws:ResourceTag/{key}": [value] for key, value in _worn(arn).items()}
        return found | ({"aws:TagKeys": [*asked]} if asked else {})


def needs(call: ApiCall) -> Iterator[tuple[str, str]]:
    """Each action that a call needs, with each ARN that it needs it on."""
    action = f"{call.service}:{call.action}"
    write = next(iter(TYPES.calls.writes.get((call.service, call.action), ())), None)
    if write is None:
        named = next((str(call.params[name]) for name in NAMING if name in call.params), "*")
        form = "secret:{}-aB3dE6" if call.service == "secretsmanager" else "table/{}"
        yield action, _arn(call, named if ":" in named else form.format(named))
        return
    copy = TYPES.targets[write.target.type]
    targets = [_arn(call, copy.arn_of(each.name)) for each in write.target.targets(call.params)]
    origins = [_origin(call, copy, str(call.params[write.origin]))] if write.origin else []
    yield from ((action, arn) for arn in (*targets, *origins))
    for beside in write.actions.values():
        yield from ((each, arn) for each in beside for arn in targets)


def allowed(policies: Sequence[Policy], action: str, arn: str, context: Context) -> bool:
    """Whether policies allow an action on a resource: one statement does, and none denies it."""
    hit = [
        each["Effect"] for policy in policies for each in policy["Statement"] if _applies(each, action, arn, context)
    ]
    return "Allow" in hit and "Deny" not in hit


def _applies(statement: Mapping[str, Any], action: str, arn: str, context: Context) -> bool:
    within = any(fnmatchcase(arn, each) for each in statement.get("Resource", statement.get("NotResource")))
    named = any(fnmatchcase(action, each) for each in statement["Action"])
    if within is not ("Resource" in statement) or not named:
        return False
    return all(
        _holds(operator, context.get(key), [wanted] if isinstance(wanted, str) else wanted)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, found: Sequence[str] | None, wanted: Sequence[str]) -> bool:
    if operator == "Null":
        return (found is None) is (wanted == ["true"])
    if operator == "StringNotEquals":
        return found is None or not any(each in wanted for each in found)
    if operator == "ArnLike":
        return found is not None and _alike(found, wanted)
    if operator == "ArnNotLike":  # of a key that is not there, a negated operator holds
        return found is None or not _alike(found, wanted)
    if operator in ("StringEquals", "Bool", "ForAnyValue:StringEquals"):
        return found is not None and any(each in wanted for each in found)
    if operator == "ForAnyValue:StringNotEquals":
        return found is not None and any(each not in wanted for each in found)
    raise NotImplementedError(operator)


def _alike(found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether ARNs are like a pattern, each of whose six parts stands for itself."""
    pairs = [(each.split(":", 5), pattern.split(":", 5)) for each in found for pattern in wanted]
    return any(all(map(fnmatchcase, each, pattern)) for each, pattern in pairs if len(each) == len(pattern))


def _arn(call: ApiCall, named: str) -> str:
    return named if named.startswith("arn:") else f"arn:aws:{call.service}:{call.region}:{ACCOUNT}:{named}"


def _origin(call: ApiCall, copy: CopyType, named: str) -> str:
    """The ARN of what is restored from: of the copy's type, where a name is all that is given."""
    return _arn(call, named if named.startswith("arn:") else copy.arn_of(named))


def _asked(params: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a call gives, in JSON or in the words of the query protocol."""
    if isinstance(params.get("Tags"), list):
        return {each["Key"]: each["Value"] for each in params["Tags"]}
    keys = {name[:-4]: str(value) for name, value in params.items() if name.startswith("Tags.") and name[-4:] == ".Key"}
    return {key: str(params[f"{name}.Value"]) for name, key in keys.items()}


def _worn(arn: str) -> dict[str, str]:
    service, region, name = arn.split(":")[2], arn.split(":")[3], arn.rpartition("/")[2]
    if service == "dynamodb" and name in (tables := dynamodb_backends[ACCOUNT][region].tables):
        return {tag["Key"]: tag["Value"] for tag in tables[name].tags}
    if service == "rds":
        kept = rds_backends[ACCOUNT][region]
        of = {**kept.database_snapshots, **kept.cluster_snapshots}.get(arn.rpartition(":")[2])
        return {tag["Key"]: tag["Value"] for tag in of.tags} if of is not None else {}
    if service == "cloudformation":
        stacks = cloudformation_backends[ACCOUNT][region].stacks.values()
        return next((dict(each.tags) for each in stacks if f":stack/{each.name}/" in arn), {})
    return {}
