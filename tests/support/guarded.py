"""The calls that are tried on the guard of a run with one copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import botocore.session

from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.resource_type import Write
from dr_orchestrator.resources import TYPES
from tests.support.estate import MACHINE, REGION, RESTORER
from tests.support.types import CALLS, WRITES

COPY = "dro-20261120-abc123-orders-prod"
SOURCES = frozenset({"orders-prod", "Shop-Prod", "sessions-prod"})
SERVICES = (
    *("rds", "dynamodb", "cloudformation", "sts", "ec2", "secretsmanager", "kms", "iam"),
    *("s3", "ecr", "logs", "elbv2", "cognito-idp", "ssm", "rds-data", "route53", "ecs", "resourcegroupstaggingapi"),
    *("lambda", "cloudfront", "cloudwatch", "application-autoscaling", "backup", "resource-explorer-2", "events"),
    *("service-quotas", "efs", "route53-recovery-control-config", "route53-recovery-cluster"),
)
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in SERVICES}
ACCOUNT = "123456789012"
COPIES = tuple(TYPES.targets)
BUCKET = "drill-templates"
ELSEWHERE = "222222222222"
"""Another account, in which copies of the run stand."""
FOUND = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/{{}}/{'0' * 40}.json"
NAMED_IN = {
    ("cloudformation-stack", "Key"): "{}/" + "0" * 40 + ".json",
    ("dynamodb-table", "Key"): "{}/AWSDynamoDB/0a/data/1.json.gz",
    ("cloudformation-stack", "ChangeSetName"): "{}-make",
}
"""The texts that name a copy in part, by its type and the parameter that holds one."""
BY_ARN = {
    each.target.type: f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{{}}"
    for writes in CALLS.writes.values()
    for each in writes
    if each.target.each and each.target.key
}
"""The types that are known by their whole ARN: a bus of that name in another account is another."""
PLACED = frozenset(each.target.type for writes in CALLS.writes.values() for each in writes if each.target.at)
"""The types whose names begin with that of a place."""


def copy(name: str, of: str, region: str = REGION, parent: str = "") -> Copy:
    return Copy(of, name, region, "20261120-abc123", "a-drill", "a-service", parent=parent)


def named(name: str, of: str) -> str:
    """The name under which a guard knows one."""
    if of in BY_ARN:
        return BY_ARN[of].format(name)
    return f"{BUCKET}/{name}" if of in PLACED else name


def guard(*ledgered: str, types: Iterable[str] = COPIES) -> Guard:
    """Of a run that has copies of each name and type in its ledger, the tables being parts of its stack."""
    rows = [copy(named(name, of), of, parent="a-stack") for name in ledgered for of in types]
    places, accounts = frozenset({BUCKET}), frozenset({ELSEWHERE})
    origins = {"orders-prod", COPY}
    return Guard(
        *(CALLS, lambda: rows, SOURCES, origins.__contains__),
        places=places,
        accounts=lambda: accounts,
        roles=frozenset({RESTORER}),
        lent=frozenset({MACHINE}),
    )


def everywhere(service: str, operation: str, value: str) -> dict[str, Any]:
    """Parameters in which every member of the operation's input names the value, whatever its shape."""
    shape = MODELS[service].operation_model(operation).input_shape
    if shape is None:
        return {}
    forms: dict[str, Any] = {"list": [value], "map": {value: [value]}, "structure": {"Name": value}}
    members = shape.members.items()
    write = WRITES.get((service, operation))
    takes = write.accepts if write else shape.members.keys()
    only = {name: values[0] for name, values in write.only.items()} if write else {}
    if write and (write.target.within or write.target.key or write.every):
        named, beside = _target(write, value), nested(write)
        if write.target.key and not write.target.each:
            named = {**beside.get(write.target.parameter, {}), **named}
        only |= {**beside, write.target.parameter: named}
    if write:
        only = {name: {} for name in write.holds} | only
    if write and write.acts_as:
        only[write.acts_as] = RESTORER
    if write and write.uses:
        only[write.uses] = [MACHINE]
    if write and write.brings:
        only[write.brings] = [{"ResourceType": "AWS::DynamoDB::Table", "ResourceIdentifier": {"TableName": value}}]
    if write:
        only |= dict.fromkeys(filter(None, (write.among, write.target.at, write.into)), BUCKET)
    if write and write.lends:
        only[write.lends] = [ELSEWHERE]
    if write:
        only |= dict.fromkeys(write.found, FOUND.format(value))
        only |= _along(write, value)
    return {name: only.get(name, forms.get(member.type_name, value)) for name, member in members if name in takes}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def targeted(write: Write, name: str) -> dict[str, Any]:
    """What names a copy to a write, and what it stands in; what is restored from is the run's own source."""
    within = {write.within.parameter: name} if write.within else {}
    origin = {write.origin: "orders-prod"} if write.origin else {}
    only = {parameter: values[0] for parameter, values in write.only.items()}
    among = dict.fromkeys(filter(None, (write.among, write.target.at, write.into)), BUCKET)
    lends = {write.lends: [ELSEWHERE]} if write.lends else {}
    needs = dict.fromkeys(write.needs, ACCOUNT)
    beside, acts = nested(write), {write.acts_as: RESTORER} if write.acts_as else {}
    acts |= {write.uses: [MACHINE]} if write.uses else {}
    of = {name: []} if write.target.each and not write.target.key else _target(write, name)
    if write.target.key and not write.target.each:
        of = {**beside.pop(write.target.parameter, {}), **of}
    target = {write.target.parameter: of}
    return {**needs, **only, **beside, **within, **origin, **among, **lends, **acts, **target, **_along(write, name)}


def _target(write: Write, name: str) -> Any:
    """How a call names a copy of that name."""
    if write.target.key and write.target.each:
        return [{write.target.key: named(name, write.target.type)}]
    if write.target.key:
        return {write.target.key: name}
    of = (write.target.type, write.target.parameter)
    return NAMED_IN[of].format(name) if write.target.within else name


def _along(write: Write, name: str) -> dict[str, Any]:
    """What names copies of a call at ways of keys into its parameters, beside what it has to be given there; and by an
    ARN what nothing else names.
    """
    found = {}
    for by in filter(None, (write.target, write.within)):
        if by.way and not by.at:
            found[by.parameter] = {**nested(write).get(by.parameter, {}), by.way: named(name, by.type)}
        elif by.arn and by.anywhere:
            found[by.parameter] = arn("rds", f"cluster:{name}")
        elif by.type in PLACED and not (by.way or by.at):
            found[by.parameter] = named(name, by.type)
    return found


def nested(write: Write) -> dict[str, Any]:
    """What a call has to be given within its parameters."""
    found: dict[str, Any] = {}
    for way, values in write.every.items():
        *keys, last = way.split(".")
        part = found
        for key in keys:
            part = part.setdefault(key, {})
        part[last] = values[0]
    return found


TARGETS: list[tuple[tuple[str, str], Callable[[str], dict[str, Any]]]] = [
    *((call, partial(targeted, write)) for call, write in WRITES.items()),
    (("dynamodb", "TagResource"), lambda name: {"ResourceArn": arn("dynamodb", f"table/{name}")}),
    (
        ("cloudformation", "ExecuteChangeSet"),
        lambda name: {"StackName": name, "ChangeSetName": arn("cloudformation", f"changeSet/{name}-make/0a-1b")},
    ),
    (("cloudformation", "DeleteStack"), lambda name: {"StackName": arn("cloudformation", f"stack/{name}/0a-1b")}),
]
