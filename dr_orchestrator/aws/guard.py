"""The guard on every AWS client: what is not a known read goes through only where its target is a copy of this run.

It sits on botocore's own events, so that no code path of the program goes round it, and it knows each operation by
name: one that nobody listed is refused, whatever it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dr_orchestrator.errors import DrillFault

READS: Mapping[str, frozenset[str]] = {
    "sts": frozenset({"GetCallerIdentity"}),
    "ec2": frozenset({"DescribeSecurityGroups"}),
    "secretsmanager": frozenset({"GetSecretValue"}),
    "rds": frozenset(
        {
            "DescribeDBInstances",
            "DescribeDBSnapshots",
            "DescribeDBInstanceAutomatedBackups",
            "DescribeAccountAttributes",
            "DescribeDBSubnetGroups",
            "ListTagsForResource",
        }
    ),
    "dynamodb": frozenset(
        {"DescribeTable", "DescribeContinuousBackups", "GetItem", "ListTables", "Scan", "ListTagsOfResource"}
    ),
    "cloudformation": frozenset({"DescribeStacks", "DescribeStackEvents", "ListStackResources"}),
}

_ENDPOINT = re.compile(
    r"(?:vpce-[0-9a-z-]+\.)?"
    rf"(?:(?:{'|'.join(READS)})(?:-fips)?|[0-9]{{12}}\.ddb)"
    r"(?:\.[a-z]+(?:-[a-z]+)+-[0-9])?(?:\.vpce)?"
    r"\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|api\.amazonwebservices\.com\.cn)"
)

_ARN = re.compile(
    r"arn:[a-z-]+:(?:dynamodb:[^:/]+:[^:/]+:table/([^:/]+)|cloudformation:[^:/]+:[^:/]+:stack/([^:/]+)/[^:/]+)"
)

Targets = Callable[[Mapping[str, Any]], Iterator[str]]


def _parameter(name: str) -> Targets:
    def targets(parameters: Mapping[str, Any]) -> Iterator[str]:
        yield str(parameters.get(name, ""))

    return targets


def _arn(name: str) -> Targets:
    """The resource that a name, or the ARN of just a table or a stack, stands for; nothing for any other ARN."""

    def targets(parameters: Mapping[str, Any]) -> Iterator[str]:
        yield _name_in(str(parameters.get(name, "")))

    return targets


def _tables(parameters: Mapping[str, Any]) -> Iterator[str]:
    yield from parameters.get("RequestItems", {}) or ("",)


def _name_in(text: str) -> str:
    if not text.startswith("arn:"):
        return text
    named = _ARN.fullmatch(text)
    return named[1] or named[2] if named else ""


WRITES: Mapping[tuple[str, str], Targets] = {
    ("rds", "RestoreDBInstanceFromDBSnapshot"): _parameter("DBInstanceIdentifier"),
    ("rds", "RestoreDBInstanceToPointInTime"): _parameter("TargetDBInstanceIdentifier"),
    ("rds", "DeleteDBInstance"): _parameter("DBInstanceIdentifier"),
    ("dynamodb", "RestoreTableToPointInTime"): _parameter("TargetTableName"),
    ("dynamodb", "DeleteTable"): _parameter("TableName"),
    ("dynamodb", "TagResource"): _arn("ResourceArn"),
    ("dynamodb", "BatchWriteItem"): _tables,
    ("cloudformation", "CreateStack"): _parameter("StackName"),
    ("cloudformation", "DeleteStack"): _arn("StackName"),
}


class Forbidden(DrillFault):
    """A call that could have changed something which is not a copy of this run; it was not sent."""


class Guard:
    """Refuses every call that could change production. `is_copy` asks the ledger whether a name is this run's copy."""

    def __init__(self, is_copy: Callable[[str], bool], sources: frozenset[str]) -> None:
        self._is_copy = is_copy
        self._sources = frozenset(map(str.lower, sources))  # RDS takes a name in any case
        self._hosts: set[str] = set()

    def watch(self, session: Any) -> None:
        """Put the guard on every client that the botocore session will make."""
        session.register("before-parameter-build.*.*", self._before_parameters, unique_id="dro-guard")
        session.register("before-send.*.*", self._before_send, unique_id="dro-guard-host")

    def check(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        """Raise Forbidden unless the call is a known read, or all its targets are copies of this run."""
        if operation in READS.get(service, frozenset()):
            return
        call = f"{service}:{operation}"
        targets = WRITES.get((service, operation))
        if targets is None:
            raise Forbidden("not a call that a drill makes; it was not sent", "this is a defect: please report", call)
        for target in targets(parameters):
            if target.lower() in self._sources or not target or not self._is_copy(target):
                hint = "nothing was changed; only copies in the ledger of this run may be"
                raise Forbidden(f"'{target}' is not a copy of this run; the call was not sent", hint, call)

    def _before_parameters(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.check(model.service_model.service_name, model.name, params)

    def _before_send(self, request: Any, **_: Any) -> None:
        self._hosts.add(urlsplit(request.url).hostname or "")

    @property
    def simulated(self) -> bool:
        """Whether any call went to an endpoint that is not AWS's own."""
        return not all(map(is_aws, self._hosts))


def is_aws(host: str) -> bool:
    """Whether a host is a service endpoint of AWS's own; customers' machines also have names under its domains."""
    return _ENDPOINT.fullmatch(host.lower()) is not None
