"""The two IAM policies of drills: one role that reads the sources, one that makes copies and deletes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.access.permissions import SWEEP, actions_of, calls_of
from dr_orchestrator.aws.template import template
from dr_orchestrator.domain.drill import Allowed, Drill
from dr_orchestrator.domain.service import ResourceType

LARGEST = 6144
"""Characters that a managed policy may have; white space is not counted."""

LONGEST_LIST = 3000
"""Characters of resources in one statement, so that no statement alone is larger than a policy."""

COPIES = "dro-*"
WEARS, ASKED = "aws:ResourceTag/dr-drill:run", "aws:RequestTag/dr-drill:run"
_KEYS = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
_OF_DATA = frozenset({"dynamodb:GetItem", "dynamodb:Scan", "secretsmanager:GetSecretValue"})

Statement = dict[str, Any]
Policy = dict[str, Any]


@dataclass(frozen=True)
class Scope:
    """The drills that a policy is for, and where they may work."""

    drills: Sequence[Drill]
    allowed: Allowed

    @property
    def regions(self) -> list[str]:
        """Where the policy says that drills may work, else where these do."""
        return sorted(self.allowed.regions or {drill.resource.region for drill in self.drills})

    @property
    def partition(self) -> str:
        """Of AWS: the public one, China's or GovCloud's."""
        first = next(iter(self.regions), "")
        return "aws-cn" if first.startswith("cn-") else "aws-us-gov" if first.startswith("us-gov-") else "aws"

    def arns(self, service: str, *names: str) -> list[str]:
        """The ARNs of resources, in every region and account."""
        accounts = sorted(self.allowed.accounts) or ["*"]
        places = [(region, account) for region in self.regions for account in accounts]
        return [
            name if name.startswith("arn:") else f"arn:{self.partition}:{service}:{region}:{account}:{name}"
            for name in dict.fromkeys(names)
            for region, account in places
        ]

    def sources(self, of: ResourceType) -> list[str]:
        """The names of what is drilled, stores of environments among them."""
        found = [each for drill in self.drills for each in (drill.resource, *drill.stores.values())]
        return sorted({each.id for each in found if each.type is of})

    def secrets(self) -> list[str]:
        """The secrets that hold logins; the six characters are what Secrets Manager adds to a name."""
        found = {drill.resource.database.secret for drill in self.drills if drill.resource.database}
        return [each if each.startswith("arn:") else f"secret:{each}-??????" for each in sorted(found)]

    def subnet_groups(self) -> list[str]:
        """Where copies of instances are put."""
        found = {drill.resource.isolation.subnet_group for drill in self.drills if drill.resource.isolation}
        return [f"subgrp:{each}" for each in sorted(found)]

    def here(self) -> dict[str, Any]:
        """The condition that a call goes to one of the regions."""
        return {"StringEquals": {"aws:RequestedRegion": self.regions}}


def source_policies(scope: Scope) -> list[Policy]:
    """What the role of the reads needs: it can change nothing at all."""
    reads = actions_of(SWEEP.reads.union(*(calls_of(drill).reads for drill in scope.drills)))
    everywhere = {each for each in reads if each.startswith("iam:")}
    statements = [
        _allow("LookAround", reads - _OF_DATA - everywhere, ["*"], scope.here()),
        _allow("AskWhatIsAllowed", everywhere, [f"arn:{scope.partition}:iam::{_account(scope)}:role/*"]),
        *_data(scope, reads),
    ]
    return packed(statements)


def drill_policies(scope: Scope) -> list[Policy]:
    """What the role of the changes needs: it makes what is named and tagged as a copy, and deletes nothing else."""
    writes = frozenset[str]().union(*(calls_of(drill).writes for drill in scope.drills))
    statements = [*_instances(scope, writes), *_tables(scope, writes), *_stacks(scope, writes), *_keys(scope)]
    return packed([*statements, *_never(scope)])


def trust_policy() -> Policy:
    """Who may take either role on: whoever runs `dro`; to be filled in."""
    statement = {
        "Sid": "LetDrillsTakeThisRoleOn",
        "Effect": "Allow",
        "Principal": {"AWS": "ARN OF THE ROLE THAT RUNS dro"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringLike": {"sts:RoleSessionName": "dro-*"}},
    }
    return _document([statement])


def notes(scope: Scope) -> list[str]:
    """What no policy here can hold, in words."""
    told = [
        "Both roles trust whoever runs `dro` (the trust policy), who needs sts:AssumeRole on them and nothing else.",
        "A key's own policy must let both roles use it, where an encrypted source has a key that the account manages.",
    ]
    for drill in scope.drills:
        if drill.resource.rebuild is not None:
            made = template.parse(drill.resource.rebuild.template, drill.resource.rebuild.template_path)["Resources"]
            kinds = ", ".join(sorted({str(each.get("Type")) for each in made.values()}))
            told.append(
                f"{drill.name}: the drill role also needs the rights to create, tag and delete what the template"
                f" makes, limited to names like {COPIES}: {kinds}."
            )
    return told


def size(policy: Policy) -> int:
    """Characters of a policy as IAM counts them."""
    return len("".join(json.dumps(policy, separators=(",", ":")).split()))


def packed(statements: Iterable[Statement]) -> list[Policy]:
    """The statements in as many policies as they need, in their order."""
    policies: list[list[Statement]] = [[]]
    for statement in (part for each in statements for part in _parts(each)):
        if policies[-1] and size(_document([*policies[-1], statement])) > LARGEST:
            policies.append([])
        policies[-1].append(statement)
    return [_document(each) for each in policies if each]


def _parts(statement: Statement) -> Iterator[Statement]:
    """A statement about very many resources as several, each with an id of its own; a denial stays whole."""
    resources = statement.get("Resource", [])
    if not statement.get("Action", True) or statement.get("Resource") == []:
        return
    parts: list[list[str]] = [[]]
    for each in resources:
        if len("".join([*parts[-1], each])) > LONGEST_LIST:
            parts.append([])
        parts[-1].append(each)
    if len(parts) == 1:
        yield statement
        return
    for number, part in enumerate(parts, 1):
        yield {**statement, "Sid": f"{statement['Sid']}{number}", "Resource": part}


def _document(statements: Sequence[Statement]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(
    sid: str, actions: Iterable[str], resources: Sequence[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
    return {**statement, "Condition": dict(condition)} if condition else statement


def _account(scope: Scope) -> str:
    return next(iter(scope.allowed.accounts)) if len(scope.allowed.accounts) == 1 else "*"


def _tagged(scope: Scope, key: str) -> dict[str, Any]:
    return {**scope.here(), "Null": {key: "false"}}


def _via(scope: Scope, *services: str) -> dict[str, Any]:
    domain = "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"
    return {"StringEquals": {"kms:ViaService": [f"{each}.{at}.{domain}" for each in services for at in scope.regions]}}


def _data(scope: Scope, reads: frozenset[str]) -> Iterator[Statement]:
    if scope.sources(ResourceType.DYNAMODB_TABLE):
        names = [f"table/{each}" for each in (*scope.sources(ResourceType.DYNAMODB_TABLE), COPIES)]
        items = {each for each in reads & _OF_DATA if each.startswith("dynamodb:")}
        yield _allow("ReadItems", items, scope.arns("dynamodb", *names))
    if scope.secrets():
        logins = {"secretsmanager:GetSecretValue"}
        yield _allow("ReadLogins", logins, scope.arns("secretsmanager", *scope.secrets()))
    keys, via = scope.arns("kms", "key/*"), _via(scope, "dynamodb", "secretsmanager")
    yield _allow("ReadWhatIsEncrypted", {"kms:Decrypt"}, keys, via)


def _instances(scope: Scope, writes: frozenset[str]) -> Iterator[Statement]:
    restores = {each for each in writes if each.startswith("rds:Restore")}
    if not restores:
        return
    sources = [f"db:{each}" for each in scope.sources(ResourceType.RDS_INSTANCE)]
    beside = ["snapshot:*", "auto-backup:*", "og:*", "pg:*", *scope.subnet_groups()]
    copies = scope.arns("rds", f"db:{COPIES}")
    origins = scope.arns("rds", *sources, *beside)
    yield _allow("RestoreInstances", restores, [*copies, *origins], _tagged(scope, ASKED))
    yield _allow("TagInstances", {"rds:AddTagsToResource"}, copies, _tagged(scope, ASKED))
    yield _allow("DeleteInstances", {"rds:DeleteDBInstance"}, copies, _tagged(scope, WEARS))


def _tables(scope: Scope, writes: frozenset[str]) -> Iterator[Statement]:
    restore = "dynamodb:RestoreTableToPointInTime"
    copies = scope.arns("dynamodb", f"table/{COPIES}")
    if restore in writes:
        sources = scope.arns("dynamodb", *(f"table/{each}" for each in scope.sources(ResourceType.DYNAMODB_TABLE)))
        yield _allow("RestoreTables", {restore}, [*copies, *sources], scope.here())  # it takes no tags
        yield _allow("FillTables", actions_of(frozenset({restore})) - {restore}, copies, scope.here())
        yield _allow("TagTables", {"dynamodb:TagResource"}, copies, _tagged(scope, ASKED))
        yield _allow("DeleteTables", {"dynamodb:DeleteTable"}, copies, _tagged(scope, WEARS))


def _stacks(scope: Scope, writes: frozenset[str]) -> Iterator[Statement]:
    if "cloudformation:CreateStack" in writes:
        copies = scope.arns("cloudformation", f"stack/{COPIES}/*")
        create = actions_of(frozenset({"cloudformation:CreateStack"}))
        yield _allow("CreateStacks", create, copies, _tagged(scope, ASKED))
        yield _allow("DeleteStacks", {"cloudformation:DeleteStack"}, copies, _tagged(scope, WEARS))


def _keys(scope: Scope) -> Iterator[Statement]:
    """A restore of what is encrypted uses the source's key, and grants its service to go on using it."""
    keys, via = scope.arns("kms", "key/*"), _via(scope, "rds", "dynamodb")
    yield _allow("UseKeysOfSources", {"kms:DescribeKey", *(f"kms:{each}" for each in _KEYS)}, keys, via)
    grants = {**via, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    yield _allow("GrantKeysToServices", {"kms:CreateGrant"}, keys, grants)


def _never(scope: Scope) -> Iterator[Statement]:
    """Whatever another policy may allow one day."""
    deletions = ["cloudformation:DeleteStack", "dynamodb:DeleteTable", "rds:DeleteDBInstance"]
    named = (("rds", f"db:{COPIES}"), ("dynamodb", f"table/{COPIES}"), ("cloudformation", f"stack/{COPIES}/*"))
    copies = [f"arn:{scope.partition}:{service}:*:*:{name}" for service, name in named]
    untagged = {"Null": {WEARS: "true"}}
    yield {
        "Sid": "NeverDeleteTheUntagged",
        "Effect": "Deny",
        "Action": deletions,
        "Resource": ["*"],
        "Condition": untagged,
    }
    yield {"Sid": "NeverDeleteByAnotherName", "Effect": "Deny", "Action": deletions, "NotResource": copies}
