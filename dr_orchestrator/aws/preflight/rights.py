"""The rights of the caller, by IAM's own simulation; and how long its credentials last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.aws.accounts import Account, Caller
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import CopyType, ResourceType, Types
from dr_orchestrator.errors import NotMeasured, NotRecoverable


def writes(types: Types[ResourceType], drill: Drill, copy: CopyType | None = None) -> list[str]:
    """The IAM actions with which a drill makes its copies, or those of a type of them, and takes them down."""
    of = types[drill.resource.type]
    calls = of.kinds[drill.kind].writes
    if copy is not None:
        calls &= {write.operation for write in of.writes if write.target.type == copy.name}
    actions = actions_of(types, calls)
    return sorted(action for action in actions if action.startswith(f"{of.made.service}:"))


def simulated(account: Account, caller: Caller, copy: Copy, of: CopyType, actions: Sequence[str]) -> str:
    """The answer of IAM to the calls that make and delete the copy; NotMeasured where a policy denies one by name.

    What no policy mentions is a Doubt only: the simulation sees neither the policies of resources nor those of the
    organisation as a real call does.
    """
    principal = _principal(caller)
    arn = f"{of.service}:{copy.region}:{caller.account}:{of.arn_of(copy.id)}"
    tags = [(f"aws:{of}Tag/dr-drill:run", copy.run) for of in ("Request", "Resource")]
    context = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in [*tags, ("aws:RequestedRegion", copy.region)]
    ]
    try:
        answer = account.api("iam").call(
            "SimulatePrincipalPolicy",
            PolicySourceArn=principal,
            ActionNames=list(actions),
            ResourceArns=[f"arn:{caller.arn.split(':')[1]}:{arn}"],
            ContextEntries=context,
        )
    except (NotMeasured, NotRecoverable) as fault:
        raise NotApplicable(f"not simulated: {fault.message}") from fault
    decisions = {each["EvalActionName"]: each["EvalDecision"] for each in answer["EvaluationResults"]}
    if denied := [action for action, said in decisions.items() if said == "explicitDeny"]:
        hint = "allow them on what wears the tag dr-drill:run"
        raise NotMeasured(f"a policy denies {principal} {', '.join(denied)}", hint, "iam:SimulatePrincipalPolicy")
    if unheard := [action for action in actions if decisions.get(action) != "allowed"]:
        raise Doubt(f"by IAM's simulation {principal} is not allowed {', '.join(unheard)}")
    return f"IAM's simulation allows {principal} {', '.join(actions)}"


def _principal(caller: Caller) -> str:
    """The user or role whose policies count; of an assumed role its own ARN, as far as that can be told."""
    _, partition, service, _, account, name = [*(caller.changer or caller.arn).split(":", 5), *[""] * 6][:6]
    if service == "iam" and name.startswith(("user/", "role/")):
        return caller.arn
    if service == "sts" and name.startswith("assumed-role/"):
        return f"arn:{partition}:iam::{account}:role/{name.split('/')[1]}"
    raise NotApplicable(f"not simulated: {caller.arn or 'the caller'} is no user or role of IAM")


def last(account: Account, ends_by: datetime | None, sure: bool) -> str:
    """How long the credentials are good; NotMeasured where they surely end before the drill does (UTC, real time)."""
    lifetime = account.lifetime()
    if lifetime.lasting:
        return lifetime.told
    if lifetime.until is None or ends_by is None:
        raise Doubt(lifetime.told)
    told = f"{lifetime.told}; the drill ends at about {ends_by:%Y-%m-%d %H:%M} UTC"
    if lifetime.until > ends_by:
        return told
    if not sure:
        raise Doubt(f"{told}, should it take as long as its RTO allows")
    raise NotMeasured(told, "use credentials that can be refreshed, or new ones: a copy could not be deleted")
