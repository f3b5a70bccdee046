"""The rights that replicas need: to make by CloudFormation what templates make, and roles under the boundary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.aws.access import named, nameless
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Statement, allow, deny
from dr_orchestrator.aws.template import boundary, given, outward
from dr_orchestrator.aws.template.registry import permissions
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.replica import Note

OF_BOUNDARIES = frozenset({"iam:GetPolicy", "iam:GetPolicyVersion"})
_CHANGES_OF_POLICIES = (
    *("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"),
)
_OF_ROLES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "AWS::IAM::Role": (
        "role",
        ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy"),
        (
            *("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy"),
            *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:PassRole", "iam:TagRole", "iam:UntagRole"),
            "iam:UpdateRole",
        ),
    ),
    "AWS::IAM::InstanceProfile": (
        "instance-profile",
        (),
        (
            *("iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile"),
            *("iam:GetInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile"),
        ),
    ),
    "AWS::IAM::ManagedPolicy": (
        "policy",
        (),
        (
            *("iam:CreatePolicy", "iam:DeletePolicy", "iam:GetPolicy", "iam:GetPolicyVersion"),
            *("iam:ListPolicyVersions", "iam:TagPolicy"),
        ),
    ),
}
"""The rights on a replica's roles, by type: the ARN, the calls that must name the boundary, and those that cannot."""


_EXPANDED: Mapping[str, frozenset[str]] = {
    "AWS::Serverless::Function": frozenset({"AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::IAM::Role"}),
    "AWS::Serverless::SimpleTable": frozenset({"AWS::DynamoDB::Table"}),
    "AWS::Serverless::HttpApi": frozenset({"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"}),
    "AWS::Serverless::Api": frozenset(
        {"AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"}
    ),
    "AWS::Serverless::StateMachine": frozenset({"AWS::StepFunctions::StateMachine", "AWS::IAM::Role"}),
    "AWS::Serverless::LayerVersion": frozenset({"AWS::Lambda::LayerVersion"}),
}
"""The types that SAM makes of its own; what the events of a function add is known only once it is expanded."""


def _kinds(drill: Drill) -> set[str]:
    """The types in CloudFormation that a drill's template makes."""
    rebuild = drill.resource.rebuild
    if rebuild and rebuild.builder:  # nobody knows what a program makes
        return set()
    read = [each for one in rebuild.templates for each in given.all_of(one)] if rebuild else []
    kinds = set(_typed([each.part("Resources") for each in read]))
    return kinds.union(*(_EXPANDED.get(kind, frozenset()) for kind in kinds))


def _typed(part: object) -> Iterator[str]:
    """The types in a section of resources, those that a loop is to make among them."""
    if isinstance(part, dict) and isinstance(part.get("Type"), str):
        yield part["Type"]
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _typed(each)


def makes(scope: Scope) -> Iterator[Statement]:
    """The rights to make what templates make and take it down, by the calls of CloudFormation and by no others.

    They are those that AWS publishes for its resource types; in which regions, the rights on stacks say. What is made
    by its name alone has to have the copy's in it. Of IAM's only the roles that services link are among them: all
    others are made by rights of their own.
    """
    kinds = set[str]().union(*map(_kinds, scope.drills))
    by_service: dict[str, list[str]] = {}
    for action in permissions(kinds):
        service, _, call = action.partition(":")
        if service != "iam" or call == "CreateServiceLinkedRole":
            by_service.setdefault(service, []).append(action)
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
    linked = [f"arn:{scope.partition}:iam::{scope.account}:role/aws-service-role/*"]
    for service, actions in by_service.items():
        sid = "".join(part.title() for part in service.split("-"))
        own = [each for each in actions if named.is_named(each)]
        rest = [each for each in actions if each not in own]
        yield allow(f"Make{sid}ByTemplates", rest, linked if service == "iam" else ["*"], via)
        yield allow(f"MakeNamed{sid}ByTemplates", own, scope.arns(service, named.name_of(service)), via)
    if scope.apart and kinds & boundary.ROLES:
        for kind, (arn, bound, free) in _OF_ROLES.items():
            own = [f"arn:{scope.partition}:iam::{scope.account}:{arn}/{boundary.OWN}"]
            if kind in kinds:
                yield allow(f"Make{kind.rpartition('::')[2]}s", [*bound, *free], own)


def notes(scope: Scope) -> list[str]:
    """The rights that nobody can tell, in words."""
    told = []
    for drill in scope.drills:
        silent = sorted(each for each in _kinds(drill) - _OF_ROLES.keys() if _is_silent(each))
        if silent:
            told.append(
                f"{drill.name}: AWS does not publish which calls make {', '.join(silent)}: whoever makes the replica"
                f" needs the rights to create, tag and delete those, too, with names like {COPIES}."
            )
        told += [f"{drill.name}: {each.resource} {each.what}: {each.why}." for each in _nameless(drill)]
    return told


def _nameless(drill: Drill) -> Iterator[Note]:
    """The parts that the rights by names would keep from being made, as the drill's file says now."""
    rebuild = drill.resource.rebuild
    if rebuild is None or rebuild.builder:
        return
    for one in rebuild.templates:
        for read in given.all_of(one):
            left_out = [each.rpartition("/")[2] for each in one.answers.leave_out]
            for name, key in nameless.nameless({"Resources": read.part("Resources")}, left_out):
                yield nameless.note(name, key)


def _is_silent(kind: str) -> bool:
    """Whether AWS publishes no call that makes a type; what makes nothing by itself needs none."""
    made_of_it = (*outward.CUSTOM, "AWS::CloudFormation::", outward.SERVERLESS)
    none_needed = kind in outward.WITHOUT_EFFECT or kind.startswith(made_of_it)
    return not none_needed and not permissions({kind})


def boundaries(scope: Scope) -> list[str]:
    """The boundaries of the drills whose replicas have a role."""
    names = {
        drill.resource.rebuild.boundary
        for drill in scope.drills
        if drill.resource.rebuild is not None and _kinds(drill) & boundary.ROLES
    }
    return [boundary.arn(name, scope.partition, scope.account) for name in sorted(names)]


def rights(scope: Scope) -> Iterator[Statement]:
    """The rights to make roles for a replica: each under its boundary, which nothing takes away or changes."""
    held = boundaries(scope)
    made = set[str]().union(*map(_kinds, scope.drills))
    for kind, (arn, bound, free) in _OF_ROLES.items():
        if kind not in made or not held:
            continue
        on = [f"arn:{scope.partition}:iam::{scope.account}:{arn}/{boundary.OWN}"]
        under = {"StringEquals": {"iam:PermissionsBoundary": held}}
        name = kind.rpartition("::")[2]
        yield allow(f"MakeBound{name}s", bound, on, under)
        yield allow(f"Make{name}s", free, on)
        unbound = {"StringNotEquals": {"iam:PermissionsBoundary": held}}
        yield deny(f"NeverMakeUnbound{name}s", bound, {"Resource": ["*"], "Condition": unbound})
    if held:
        yield deny("NeverTakeTheBoundaryAway", ["iam:DeleteRolePermissionsBoundary"], {"Resource": ["*"]})
        yield deny("NeverChangeTheBoundary", _CHANGES_OF_POLICIES, {"Resource": held})
