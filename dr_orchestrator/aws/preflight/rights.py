"""The rights of the caller, by IAM's own simulation; and how long its credentials last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.aws.accounts import Account, Caller
from dr_orchestrator.aws.copies import TAG
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.leading import Controls, RecordType
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import CopyType, ResourceType, Types
from dr_orchestrator.domain.vault import SERVICE as BACKUP
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotMeasured, NotRecoverable

_START, _PASS = "backup:StartRestoreJob", "iam:PassRole"
_CHANGE = "route53:ChangeResourceRecordSets"
_NOW = "aws:CurrentTime"
_ARC, _ARC_CLUSTER, _ARC_HOME = "route53-recovery-control-config", "route53-recovery-cluster", "us-west-2"
_OVERRIDES = f"{_ARC_CLUSTER}:AllowSafetyRulesOverrides"
_TYPES = {_NOW: "date", _OVERRIDES: "boolean"}
"""The types of keys that are no text."""

_HOME = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
"""The region that IAM sees in a call of Route 53, by partition."""

_SIMULATION = "iam:SimulatePrincipalPolicy"
_BY_TAG = "allow them on what wears the tag dr-drill:run"
_BY_ORGANISATION, _ALLOWED = "OrganizationsDecisionDetail", "AllowedByOrganizations"


def writes(
    types: Types[ResourceType],
    of: ResourceType,
    kind: Kind,
    copy: CopyType | None = None,
    *,
    vaulted: bool = False,
    elsewhere: bool = False,
) -> list[str]:
    """The IAM actions with which drills make their copies, or those of a type of them, and take them down; `vaulted` is
    whether AWS Backup restores them, `elsewhere` whether their recovery points are brought to where they stand.
    """
    calls = (of.vaulted if vaulted else of.kinds)[kind].writes
    calls |= of.elsewhere[kind].writes if elsewhere else frozenset()
    return own(types, of, calls) if copy is None else of_copies(types, of, calls, copy)


def of_copies(types: Types[ResourceType], of: ResourceType, calls: frozenset[str], copy: CopyType) -> list[str]:
    """The IAM actions of those calls that are made of one type of a type's copies."""
    return own(types, of, calls & {write.operation for write in of.writes if write.target.type == copy.name})


def own(types: Types[ResourceType], of: ResourceType, calls: Collection[str]) -> list[str]:
    """The IAM actions of calls, of those that are the type's own service's."""
    return sorted(action for action in actions_of(types, calls) if action.startswith(f"{of.made.service}:"))


def simulated(account: Account, caller: Caller, copy: Copy, of: CopyType, actions: Sequence[str]) -> str:
    """The answer of IAM to the calls that make and delete the copy; NotMeasured where a policy denies one by name,
    or one of the organisation does not allow it.

    What no policy mentions is a Doubt only: the simulation sees neither the policies of resources nor those of the
    organisation as a real call does. A Doubt, too, is what is allowed by tags alone that IAM may not see: no call
    tells whether it does, and a copy could then be made and not be deleted.
    """
    principal = _principal(caller)
    decisions, barred = _decisions(account, caller, copy, of, actions, tagged=True)
    _raise_where_denied(principal, decisions, barred)
    if unheard := _not_allowed(decisions, actions):
        raise Doubt(f"by IAM's simulation {principal} is not allowed {', '.join(unheard)}")
    told = f"IAM's simulation allows {principal} {', '.join(actions)}"
    if of.shows_tags:
        return told
    if by_tag := _not_allowed(_decisions(account, caller, copy, of, actions, tagged=False)[0], actions):
        raise Doubt(
            f"by IAM's simulation {principal} is allowed {', '.join(by_tag)} only where IAM sees the tags of a"
            f" {of.title}; whether it does here is not known, no call tells: the policies of `dro iam` do without"
        )
    return f"{told}, whether IAM sees the tags of a {of.title} or not"


def simulated_job(account: Account, caller: Caller, point: str, vault: Vault) -> str:
    """The answer of IAM to the start of a job that restores a point (ARN) by the vault's role, given to AWS Backup.

    NotMeasured where a policy denies one of the two by name, or one of the organisation does not allow it; what no
    policy mentions is a Doubt.
    """
    principal = _principal(caller)
    region = {"aws:RequestedRegion": [account.region]}  # of a lock to regions; PassRole has the region of its call
    start, started = _decided(account, caller, point, [_START], region)
    given, passing = _decided(account, caller, vault.role, [_PASS], {**region, "iam:PassedToService": [BACKUP]})
    decisions = {**start, **given}
    _raise_where_denied(principal, decisions, [*started, *passing], "`dro iam` prints the policies that allow it")
    if unheard := _not_allowed(decisions, (_START, _PASS)):
        raise Doubt(f"by IAM's simulation {principal} is not allowed {', '.join(unheard)}")
    return f"IAM's simulation allows {principal} {_START} of {point}, and {_PASS} of {vault.role} to AWS Backup"


def simulated_name(account: Account, caller: Caller, copy: Copy, record: RecordType) -> str:
    """The answer of IAM to the changes of a drill's name, by the keys that it has of names and types of records.

    NotMeasured where a policy denies it by name, or one of the organisation does not allow it; what no policy mentions
    is a Doubt.
    """
    principal, partition = _principal(caller), caller.arn.split(":")[1]
    zone, _, name = copy.id.partition("/")
    keys = {
        f"{_CHANGE}NormalizedRecordNames": [name],
        f"{_CHANGE}RecordTypes": [record.value],
        f"{_CHANGE}Actions": ["UPSERT", "DELETE"],
        "aws:RequestedRegion": [_HOME.get(partition, copy.region)],
    }
    about = f"arn:{partition}:route53:::hostedzone/{zone}"
    if not _is_allowed(account, caller, about, _CHANGE, keys, principal):
        raise Doubt(f"by IAM's simulation {principal} is not allowed {_CHANGE} of {name} in {zone}")
    return f"IAM's simulation allows {principal} {_CHANGE} of {name} in {zone}"


def simulated_controls(account: Account, caller: Caller, controls: Controls, lost: str) -> str:
    """The answer of IAM to all that is done to what a switched name stands on, so that nothing is made which could be
    neither switched nor deleted: where IAM sees each call, the switch at every endpoint outside of the `lost` region.

    NotMeasured where a policy denies one by name, or one of the organisation does not allow it; what no policy mentions
    is a Doubt.
    """
    principal, partition = _principal(caller), caller.arn.split(":")[1]
    one, route53 = f"{controls.panel}/routingcontrol/0", _HOME.get(partition, account.region)
    asked = [
        (controls.cluster, f"{_ARC}:CreateRoutingControl", _ARC_HOME),
        (one, f"{_ARC}:DeleteRoutingControl", _ARC_HOME),
        ("*", "route53:CreateHealthCheck", route53),
        (f"arn:{partition}:route53:::healthcheck/0", "route53:DeleteHealthCheck", route53),
        *((one, f"{_ARC_CLUSTER}:UpdateRoutingControlStates", each) for each, _ in controls.endpoints if each != lost),
    ]
    unheard = []
    for about, action, region in asked:
        obeying = {_OVERRIDES: ["false"]} if action.startswith(_ARC_CLUSTER) else {}
        keys = {**obeying, "aws:RequestedRegion": [region]}
        if not _is_allowed(account, caller, about, action, keys, f"{principal} in {region}"):
            unheard.append(f"{action} in {region}")
    if unheard:
        raise Doubt(f"by IAM's simulation {principal} is not allowed {', '.join(unheard)}")
    told = ", ".join(dict.fromkeys(action for _, action, _ in asked))
    return f"IAM's simulation allows {principal} {told}, the last at each endpoint outside {lost}"


def simulated_failover(account: Account, caller: Caller, action: str, arns: Sequence[str], at: datetime) -> str:
    """The answer of IAM to the one call that fails production over, on each ARN that it concerns, as of an instant.

    NotMeasured where a policy denies it by name, or one of the organisation does not allow it; what no policy mentions
    is a Doubt.
    """
    principal, keys = _principal(caller), {"aws:RequestedRegion": [account.region], _NOW: [f"{at:%Y-%m-%dT%H:%M:%SZ}"]}
    for arn in arns:
        if not _is_allowed(account, caller, arn, action, keys, principal):
            raise Doubt(f"by IAM's simulation {principal} is not allowed {action} on {arn}")
    return f"IAM's simulation allows {principal} {action} on {' and '.join(arns)}"


def _is_allowed(
    account: Account, caller: Caller, arn: str, action: str, keys: Mapping[str, Sequence[str]], called: str
) -> bool:
    """Whether a policy allows an action; NotMeasured where one denies it by name to whoever is `called` so."""
    decisions, barred = _decided(account, caller, arn, [action], keys)
    _raise_where_denied(called, decisions, barred, "`dro iam` prints the policies that allow it")
    return not _not_allowed(decisions, [action])


def _decisions(
    account: Account, caller: Caller, copy: Copy, of: CopyType, actions: Sequence[str], *, tagged: bool
) -> tuple[dict[str, str], list[str]]:
    """The decision on each action, and those that a policy of the organisation bars; with the tags that the copy will
    wear, or as if there were none.
    """
    part = of.arn_of(copy.id)
    where = f"::{caller.account}" if part.startswith(":") else f":{copy.region}:{caller.account}:"
    arn = f"{of.service}{part if part.startswith(':::') else f'{where}{part}'}"
    run = {f"aws:{each}Tag/{TAG}": [copy.run] for each in ("Request", "Resource")}
    tags = {**run, "aws:TagKeys": list(copy.tags)} if tagged else {}
    about = f"arn:{caller.arn.split(':')[1]}:{arn}"
    return _decided(account, caller, about, actions, {**tags, "aws:RequestedRegion": [copy.region]})


def _decided(
    account: Account, caller: Caller, arn: str, actions: Sequence[str], context: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[str]]:
    """The decision on each action on what has the ARN, by the keys of a context; and those an organisation bars."""
    try:
        answer = account.api("iam").call(
            "SimulatePrincipalPolicy",
            PolicySourceArn=_principal(caller),
            ActionNames=list(actions),
            ResourceArns=[arn],
            ContextEntries=[
                {
                    "ContextKeyName": key,
                    "ContextKeyValues": list(values),
                    "ContextKeyType": _type_of(key, values),
                }
                for key, values in context.items()
            ],
        )
    except (NotMeasured, NotRecoverable) as fault:
        raise NotApplicable(f"not simulated: {fault.message}") from fault
    results = answer["EvaluationResults"]
    barred = [each["EvalActionName"] for each in results if each.get(_BY_ORGANISATION, {}).get(_ALLOWED) is False]
    return {each["EvalActionName"]: each["EvalDecision"] for each in results}, barred


def _type_of(key: str, values: Sequence[str]) -> str:
    if key in _TYPES:
        return _TYPES[key]
    return f"string{'List' * (len(values) > 1 or key.startswith(_CHANGE))}"


def _raise_where_denied(
    principal: str, decisions: Mapping[str, str], barred: Sequence[str], hint: str = _BY_TAG
) -> None:
    if barred:
        told = f"a policy of the organisation does not allow {principal} {', '.join(barred)}"
        raise NotMeasured(told, "only who administers AWS Organizations can change that", _SIMULATION)
    if denied := [action for action, said in decisions.items() if said == "explicitDeny"]:
        raise NotMeasured(f"a policy denies {principal} {', '.join(denied)}", hint, _SIMULATION)


def _not_allowed(decisions: Mapping[str, str], actions: Sequence[str]) -> list[str]:
    return [action for action in actions if decisions.get(action) != "allowed"]


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
