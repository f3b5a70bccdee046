"""The words of policies on logins and keys: the secrets that hold the ones, the services that use the others."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.resource_type import ResourceType

READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 - the name of a call
LOGINS = frozenset({READ_SECRET, "secretsmanager:ListSecretVersionIds"})
MANAGED = "secret:rds!*"
"""The secrets of master users that RDS manages: it names them, and tags them with what they log in to."""


def owner(of: ResourceType) -> str:
    """The key of the condition on what a secret that RDS keeps logs in to."""
    return f"aws:ResourceTag/aws:rds:primary{of.made.cloudformation.rpartition('::')[2]}Arn"


def via(scope: Scope, *services: str) -> dict[str, Any]:
    """The condition that a key of KMS is used by services alone, in the regions of the scope."""
    domain = "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"
    return {"StringEquals": {"kms:ViaService": [f"{each}.{at}.{domain}" for each in services for at in scope.regions]}}
