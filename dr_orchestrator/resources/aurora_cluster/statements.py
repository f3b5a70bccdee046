"""The calls by which a cluster is asked by statements, without an address: the Data API of RDS."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Inquiry, Write
from dr_orchestrator.domain.statements import READ_ONLY
from dr_orchestrator.resources.aurora_cluster.name import NAME

_ARN = r"arn:[^:]+:rds:(?P<region>[^:]+):\d+:cluster:(?P<name>[^:]+)"
_ASKED = By(NAME, "resourceArn", arn=_ARN)
_SAID = frozenset({"secretArn", "database"})
INQUIRY = Inquiry(
    _ASKED,
    say="rds-data:ExecuteStatement",
    begin="rds-data:BeginTransaction",
    end="rds-data:RollbackTransaction",
    opening=READ_ONLY,
    statement="sql",
    transaction="transactionId",
)
_OFFERED = "rds:DescribeOrderableDBInstanceOptions"
STATED = Calls(
    frozenset({_OFFERED}),
    INQUIRY.calls | {"rds:EnableHttpEndpoint"},
    dict.fromkeys((*INQUIRY.calls, "rds:EnableHttpEndpoint", _OFFERED), "it is asked by the Data API"),
)
"""Those of a drill whose copy is asked so."""

WRITES = (
    Write("rds:EnableHttpEndpoint", By(NAME, "ResourceArn", arn=_ARN), Effect.CHANGE),
    Write("rds-data:BeginTransaction", _ASKED, Effect.CHANGE, _SAID),
    Write(
        "rds-data:ExecuteStatement",
        _ASKED,
        Effect.CHANGE,
        _SAID | {"sql", "transactionId", "parameters", "includeResultMetadata"},
        needs=frozenset({"transactionId"}),
    ),
    Write(
        "rds-data:RollbackTransaction",
        _ASKED,
        Effect.CHANGE,
        frozenset({"secretArn", "transactionId"}),
    ),
)
