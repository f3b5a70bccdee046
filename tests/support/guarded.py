"""The calls that are tried on the guard of a run with one copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session

from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.copy import Copy
from tests.support.estate import REGION
from tests.support.types import CALLS, WRITES

COPY = "dro-20261120-abc123-orders-prod"
SOURCES = frozenset({"orders-prod", "Shop-Prod", "sessions-prod"})
SERVICES = ("rds", "dynamodb", "cloudformation", "sts", "ec2", "secretsmanager", "kms", "iam")
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in SERVICES}
ACCOUNT = "123456789012"
COPIES = {
    "rds": "rds-instance",
    "dynamodb": "dynamodb-table",
    "cloudformation": "cloudformation-stack",
}


def copy(name: str, of: str, region: str = REGION, parent: str = "") -> Copy:
    return Copy(of, name, region, "20261120-abc123", "a-drill", "a-service", parent=parent)


def guard(*ledgered: str) -> Guard:
    """Of a run that has copies of each name and type in its ledger, the tables being parts of its stack."""
    rows = [copy(name, of, parent="a-stack") for name in ledgered for of in COPIES.values()]
    return Guard(CALLS, lambda: rows, SOURCES, {"orders-prod", COPY}.__contains__)


def everywhere(service: str, operation: str, value: str) -> dict[str, Any]:
    """Parameters in which every member of the operation's input names the value, whatever its shape."""
    shape = MODELS[service].operation_model(operation).input_shape
    if shape is None:
        return {}
    forms: dict[str, Any] = {"list": [value], "map": {value: [value]}, "structure": {"Name": value}}
    members = shape.members.items()
    takes = WRITES[service, operation].accepts if (service, operation) in WRITES else shape.members.keys()
    return {name: forms.get(member.type_name, value) for name, member in members if name in takes}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


SNAPSHOT = {"DBSnapshotIdentifier": "orders-prod"}
INSTANT = {"SourceDBInstanceIdentifier": "orders-prod"}
TABLE_SOURCE = {"SourceTableName": "orders-prod"}
TARGETS: list[tuple[tuple[str, str], Callable[[str], dict[str, Any]]]] = [
    (("rds", "RestoreDBInstanceFromDBSnapshot"), lambda name: {"DBInstanceIdentifier": name, **SNAPSHOT}),
    (("rds", "RestoreDBInstanceToPointInTime"), lambda name: {"TargetDBInstanceIdentifier": name, **INSTANT}),
    (("rds", "DeleteDBInstance"), lambda name: {"DBInstanceIdentifier": name}),
    (("dynamodb", "RestoreTableToPointInTime"), lambda name: {"TargetTableName": name, **TABLE_SOURCE}),
    (("dynamodb", "DeleteTable"), lambda name: {"TableName": name}),
    (("dynamodb", "TagResource"), lambda name: {"ResourceArn": arn("dynamodb", f"table/{name}")}),
    (("dynamodb", "BatchWriteItem"), lambda name: {"RequestItems": {name: []}}),
    (("cloudformation", "CreateStack"), lambda name: {"StackName": name}),
    (("cloudformation", "DeleteStack"), lambda name: {"StackName": name}),
    (("cloudformation", "DeleteStack"), lambda name: {"StackName": arn("cloudformation", f"stack/{name}/0a-1b")}),
]
