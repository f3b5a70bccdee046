"""The calls that change something: what each acts on, what it restores from, and all that it may be given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.domain.run import CopyType
from dr_orchestrator.errors import DrillFault

_ARNS = {
    CopyType.DYNAMODB_TABLE: re.compile(r"arn:[a-z-]+:dynamodb:([^:/]+):[^:/]+:table/([^:/]+)"),
    CopyType.CLOUDFORMATION_STACK: re.compile(r"arn:[a-z-]+:cloudformation:([^:/]+):[^:/]+:stack/([^:/]+)/[^:/]+"),
}


class Forbidden(DrillFault):
    """A call that could have changed something which is not a copy of this run; it was not sent."""


@dataclass(frozen=True)
class Target:
    """What a call would change; `region` where its ARN says one, `member` where it has to be a part of a stack."""

    type: CopyType
    name: str
    region: str = ""
    member: bool = False


@dataclass(frozen=True)
class Write:
    """A call that changes something. `takes` are the only parameters that a drill gives it: another, such as a role
    for CloudFormation to act with, is refused. `origin` is the parameter that names what is restored from.
    """

    targets: Callable[[Mapping[str, Any]], Iterator[Target]]
    takes: frozenset[str]
    origin: str = ""


def _named(of: CopyType, name: str) -> Callable[[Mapping[str, Any]], Iterator[Target]]:
    """What a name, or the ARN of just such a table or stack, stands for; nothing for any other ARN."""

    def targets(parameters: Mapping[str, Any]) -> Iterator[Target]:
        text = str(parameters.get(name, ""))
        if not text.startswith("arn:"):
            yield Target(of, text)
            return
        found = _ARNS[of].fullmatch(text) if of in _ARNS else None
        yield Target(of, found[2], found[1]) if found else Target(of, "")

    return targets


def _members(parameters: Mapping[str, Any]) -> Iterator[Target]:
    """Items are written only into the tables of an environment that the run itself has built."""
    for table in parameters.get("RequestItems", {}) or ("",):
        yield Target(CopyType.DYNAMODB_TABLE, table, member=True)


def _write(of: CopyType, name: str, takes: str = "", origin: str = "") -> Write:
    return Write(_named(of, name), frozenset({name, *takes.split(), origin} - {""}), origin)


_RESTORED = (
    "DBInstanceClass DBParameterGroupName DBSubnetGroupName VpcSecurityGroupIds PubliclyAccessible MultiAZ "
    "DeletionProtection AutoMinorVersionUpgrade CopyTagsToSnapshot BackupRetentionPeriod Tags"
)

WRITES: Mapping[tuple[str, str], Write] = {
    ("rds", "RestoreDBInstanceFromDBSnapshot"): _write(
        CopyType.RDS_INSTANCE, "DBInstanceIdentifier", _RESTORED, "DBSnapshotIdentifier"
    ),
    ("rds", "RestoreDBInstanceToPointInTime"): _write(
        CopyType.RDS_INSTANCE, "TargetDBInstanceIdentifier", f"{_RESTORED} RestoreTime", "SourceDBInstanceIdentifier"
    ),
    ("rds", "DeleteDBInstance"): _write(
        CopyType.RDS_INSTANCE, "DBInstanceIdentifier", "SkipFinalSnapshot DeleteAutomatedBackups"
    ),
    ("dynamodb", "RestoreTableToPointInTime"): _write(
        CopyType.DYNAMODB_TABLE, "TargetTableName", "RestoreDateTime", "SourceTableName"
    ),
    ("dynamodb", "DeleteTable"): _write(CopyType.DYNAMODB_TABLE, "TableName"),
    ("dynamodb", "TagResource"): _write(CopyType.DYNAMODB_TABLE, "ResourceArn", "Tags"),
    ("dynamodb", "BatchWriteItem"): Write(_members, frozenset({"RequestItems"})),
    ("cloudformation", "CreateStack"): _write(
        CopyType.CLOUDFORMATION_STACK,
        "StackName",
        "TemplateBody Parameters Capabilities OnFailure EnableTerminationProtection ClientRequestToken Tags",
    ),
    ("cloudformation", "DeleteStack"): _write(CopyType.CLOUDFORMATION_STACK, "StackName"),
}
